"""Charts as they stood on the index day, and what came after it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cds_service.population.as_of import chart_on, told_on
from cds_service.population.outcomes import Outcome, outcome
from cds_service.population.study import Event, Reached, Study
from models.knowledge.types import Knowledge
from tests.support.bulk import ICD, SNOMED, condition, observation

Json = dict[str, Any]
INDEX = date(2015, 1, 1)
PATIENT: Json = {"resourceType": "Patient", "id": "p", "birthDate": "1960-01-01"}
SEEN = observation("p", "8480-6", date(2014, 6, 1), 130.0, "mm[Hg]")
LATE = observation("p", "8480-6", date(2019, 11, 1), 130.0, "mm[Hg]")


def study(event: Event, horizon: float | None = 5.0, until: date = date(2021, 1, 1)) -> Study:
    return Study("a", "prevent", "", horizon, 1, INDEX, until, event, "", 730, 365, (), "")


HEART = Event(("coronary-disease",), (), (), None)
SUGAR = Event(("diabetes-mellitus",), (Reached("hba1c", 6.5),), ("hba1c",), 365)


def attack(day: str, **more: Any) -> Json:
    return condition("p", SNOMED, "22298006", INDEX) | {"onsetDateTime": day, "recordedDate": day} | more


@pytest.mark.parametrize(
    ("resources", "came"),
    [
        ([SEEN, LATE], Outcome("none", 1826)),
        ([SEEN, attack("2016-01-01")], Outcome("event", 365)),
        ([SEEN, attack("2014-12-31"), LATE], Outcome("before")),
        ([SEEN, attack("2015-01-01"), LATE], Outcome("before")),
        ([SEEN, attack("2021-01-01"), LATE], Outcome("none", 1826)),  # after the five years
        ([SEEN, attack("2015"), LATE], Outcome("unclear")),  # before or after the index day
        ([SEEN, attack("2016"), LATE], Outcome("event", 365)),  # within the time, whichever day
        ([SEEN, {k: v for k, v in attack("x").items() if k not in ("onsetDateTime", "recordedDate")}], Outcome("unclear")),
        ([SEEN, attack("2016-01-01", verificationStatus={"coding": [{"code": "refuted"}]}), LATE], Outcome("none", 1826)),
        ([SEEN, attack("2016-01-01", verificationStatus={"coding": [{"code": "provisional"}]}), LATE], Outcome("none", 1826)),
        ([LATE], Outcome("unseen")),
        ([SEEN], Outcome("censored", 0)),
        ([SEEN, observation("p", "8480-6", date(2016, 1, 1), 130.0, "mm[Hg]")], Outcome("censored", 365)),
        ([PATIENT | {"deceasedDateTime": "2016-01-01"}, SEEN], Outcome("none", 1826)),
        ([PATIENT | {"deceasedDateTime": "2014-11-01"}, SEEN], Outcome("dead")),
    ],
)
def test_what_came(resources: list[Json], came: Outcome, knowledge: Knowledge) -> None:
    assert outcome(resources, study(HEART), HEART, knowledge) == came


def test_nobody_is_followed_beyond_the_files(knowledge: Knowledge) -> None:
    found = outcome([SEEN, LATE], study(HEART, until=date(2018, 1, 1)), HEART, knowledge)
    assert found == Outcome("censored", 0), "the only value before the files end is the one that made them seen"


def hba1c(day: date, value: float) -> Json:
    return observation("p", "4548-4", day, value, "%")


@pytest.mark.parametrize(
    ("resources", "state"),
    [
        ([SEEN, hba1c(date(2015, 5, 1), 6.6)], "event"),
        ([SEEN, hba1c(date(2015, 5, 1), 6.4)], "none"),
        ([SEEN, hba1c(date(2015, 5, 1), 6.4), condition("p", ICD, "E11.9", date(2015, 8, 1))], "event"),
        ([SEEN, LATE], "untested"),
        ([SEEN, hba1c(date(2016, 5, 1), 6.6), LATE], "untested"),  # after the year
        ([SEEN, hba1c(date(2014, 5, 1), 6.6), hba1c(date(2015, 5, 1), 6.6)], "before"),
    ],
)
def test_what_is_there_already_and_is_found_by_a_test(resources: list[Json], state: str, knowledge: Knowledge) -> None:
    assert outcome([*resources, LATE], study(SUGAR, None), SUGAR, knowledge).state == state


# ---- as it stood -------------------------------------------------------------------------------------------------------


def order(day: str, status: str, **more: Any) -> Json:
    return {"resourceType": "MedicationRequest", "id": "m", "status": status, "authoredOn": day} | more


def stood(resource: Json) -> Json | None:
    found = chart_on([resource], INDEX, 365)
    return dict(found[0]) if found else None


@pytest.mark.parametrize(
    "resource",
    [
        observation("p", "8480-6", date(2015, 1, 2), 130.0, "mm[Hg]"),
        attack("2015-01-02"),
        attack("2014-06-01") | {"recordedDate": "2015-06-01"},  # it was there, and nobody had written it down
        order("2015-02-01", "active"),
        {"resourceType": "MedicationStatement", "status": "active", "effectivePeriod": {"start": "2015-02-01"}},
        {"resourceType": "FamilyMemberHistory", "status": "completed", "date": "2016-01-01"},
        observation("p", "8480-6", date(2015, 1, 1), 130.0, "mm[Hg]") | {"effectiveDateTime": "2015"},  # may have been later
    ],
    ids=lambda r: r["resourceType"],
)
def test_what_came_later_is_not_seen(resource: Json) -> None:
    assert stood(resource) is None


def test_what_has_ended_since_was_there() -> None:
    over = attack("2010-01-01", abatementDateTime="2016-01-01", clinicalStatus={"coding": [{"code": "resolved"}]})
    found = stood(over)
    assert found is not None
    assert "abatementDateTime" not in found and found["clinicalStatus"]["coding"][0]["code"] == "active"
    long_over = over | {"abatementDateTime": "2012-01-01"}
    assert stood(long_over) == long_over


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        (order("2014-06-01", "completed"), "active"),  # within the year before
        (order("2012-06-01", "completed"), "completed"),
        (order("2012-06-01", "active"), "active"),
        (order("2012-06-01", "stopped", dispenseRequest={"validityPeriod": {"end": "2015-03-01"}}), "active"),
        (order("2014-06-01", "stopped", dispenseRequest={"validityPeriod": {"end": "2014-08-01"}}), "stopped"),
        ({"resourceType": "MedicationStatement", "status": "completed", "effectivePeriod": {"start": "2010", "end": "2016"}}, "active"),
        ({"resourceType": "MedicationStatement", "status": "completed", "effectivePeriod": {"start": "2010", "end": "2013"}}, "completed"),
    ],
)
def test_a_medicine_counts_as_taken_on_the_index_day(resource: Json, status: str) -> None:
    found = stood(resource)
    assert found is not None and found["status"] == status


def test_who_has_died_since_was_alive() -> None:
    assert stood(PATIENT | {"deceasedDateTime": "2016-01-01"}) == PATIENT
    assert stood(PATIENT | {"deceasedBoolean": True}) == PATIENT
    dead = PATIENT | {"deceasedDateTime": "2014-01-01"}
    assert stood(dead) == dead


def test_what_has_no_date_stays() -> None:
    undated = {k: v for k, v in attack("x").items() if k not in ("onsetDateTime", "recordedDate")}
    assert told_on(undated) == "" and stood(undated) == undated
