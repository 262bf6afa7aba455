"""Reading a guideline file: the whole of it, and one place broken at a time."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime
from typing import Any

import pytest
import tomli

from models.errors import KnowledgeError
from models.finding import Dose, Drug
from models.knowledge.guideline_files import read_guideline
from models.knowledge.types import Guideline, Population

WHERE = "guidelines/testol.test.toml"
FILE = tomli.loads("""
[source]
body = "Test body"
version = "1"
date = "2026"
url = "https://example.org/guideline"
retrieved = "2026-11-25"
data = "made up for tests"

[guideline]
drug = "testol"
rxnorm = "10"
must_test = true
not_for_routes = ["TOPICAL"]
keys = { SCORE = "score", HERE = "*57:01" }

[[population]]
id = "adults"
label = "adults"
age_from = 18

[[population]]
id = "used before"
label = "used before"
unless_known = false

[[row]]
when = { SCORE = ["0.0..1.0"], HERE = ["*57:01 positive"] }
populations = ["adults"]
classification = "Strong"
actions = ["dose_change", "monitor"]
harm = "serious"
fatal_below_age = 18
alternatives = ["20"]
dose = { high = 20, unit = "mg", basis = "starting dose" }
message = "less"
parts = { less = "25 %" }
derived = true
""")


def read(change: Callable[[dict[str, Any]], object] = lambda file: None) -> Guideline:
    file = deepcopy(FILE)
    change(file)
    return read_guideline(file, WHERE)


def test_everything_in_a_file_is_read() -> None:
    whole = read()
    assert (whole.id, whole.drug, whole.must_test, whole.not_for_routes) == ("testol.test", Drug("testol", "10"), True, ("TOPICAL",))
    assert not whole.single_ingredient
    assert whole.keys == {"SCORE": "score", "HERE": "*57:01"}
    assert whole.populations == (Population("adults", "adults", age_from=18), Population("used before", "used before", unless_known=False))
    (row,) = whole.rows
    assert row.when == {"SCORE": ("0.0..1.0",), "HERE": ("*57:01 positive",)}
    assert row.actions == ("dose_change", "monitor")
    assert row.dose == Dose(None, 20.0, "mg", "starting dose")
    assert (row.harm, row.fatal_below_age, row.alternatives, row.parts, row.derived) == ("serious", 18, ("20",), {"less": "25 %"}, True)


def test_a_guideline_may_be_meant_for_its_ingredient_alone() -> None:
    assert read(lambda file: file["guideline"].update(single_ingredient=True)).single_ingredient


def test_what_a_population_may_ask_of_the_chart_is_read() -> None:
    asked = {
        "conditions": ["tia"],
        "past_counts": True,
        "taken_days": 92,
        "naive_below_days": 90,
        "weight_above_kg": 40,
        "dose_to_mg_a_day": 1000,
    }
    found = read(lambda file: file["population"][0].update(asked)).populations[0]
    assert (found.conditions, found.past_counts, found.taken_days, found.naive_below_days) == (("tia",), True, 92, 90)
    assert (found.weight_above, found.dose_to) == (40.0, 1000.0)


def test_a_guideline_may_list_some_diplotypes_only() -> None:
    found = read(lambda file: file["guideline"].update(others="gap", keys={"SCORE": "diplotype"}))
    assert (found.others, found.keys) == ("gap", {"SCORE": "diplotype"})
    assert read().others == ""


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no source": (lambda f: f.pop("source"), "source"),
    "no version": (lambda f: f["source"].pop("version"), "source.version"),
    "no drug": (lambda f: f["guideline"].pop("drug"), "guideline.drug"),
    "a word for true": (lambda f: f["guideline"].update(must_test="yes"), "guideline.must_test"),
    "a word for a single ingredient": (lambda f: f["guideline"].update(single_ingredient="yes"), "guideline.single_ingredient"),
    "an unknown word for other diplotypes": (lambda f: f["guideline"].update(others="standard"), "guideline.others must be one of gap"),
    "an unknown mode": (lambda f: f["guideline"]["keys"].update(SCORE="points"), "guideline.keys.SCORE must be phenotype, score"),
    "an unknown key of the file": (lambda f: f.update(rows=[]), "rows is not a key"),
    "an unknown key of the guideline": (lambda f: f["guideline"].update(route="ORAL"), "guideline.route is not a key"),
    "an unknown key of a population": (lambda f: f["population"][0].update(age_to=17), "population[1].age_to is not a key"),
    "an unknown key of a row": (lambda f: f["row"][0].update(severity="high"), "row[1].severity is not a key"),
    "no rows": (lambda f: f.pop("row"), "row is missing"),
    "an age in words": (lambda f: f["population"][0].update(age_from="18"), "population[1].age_from"),
    "a weight in words": (lambda f: f["population"][0].update(weight_above_kg="40 kg"), "population[1].weight_above_kg"),
    "a dose limit in words": (lambda f: f["population"][0].update(dose_to_mg_a_day="1 g"), "population[1].dose_to_mg_a_day"),
    "half a day of use": (lambda f: f["population"][1].update(taken_days=91.5), "population[2].taken_days"),
    "months of use": (lambda f: f["population"][0].update(naive_below_days="3 months"), "population[1].naive_below_days"),
    "one indication without its list": (lambda f: f["population"][0].update(conditions="stroke"), "population[1].conditions"),
    "an indication twice": (lambda f: f["population"][0].update(conditions=["tia", "tia"]), "population[1].conditions repeats 'tia'"),
    "a word for past problems": (lambda f: f["population"][0].update(past_counts="yes"), "population[1].past_counts"),
    "an empty key": (lambda f: f["row"][0]["when"].update(SCORE=[]), "row[1].when.SCORE is empty"),
    "no population in a row": (lambda f: f["row"][0].update(populations=[]), "row[1].populations is empty"),
    "no action": (lambda f: f["row"][0].update(actions=[]), "row[1].actions is empty"),
    "an unknown action": (lambda f: f["row"][0].update(actions=["avoid"]), "row[1].actions must be of"),
    "an unknown harm": (lambda f: f["row"][0].update(harm="deadly"), "row[1].harm must be one of fatal"),
    "a number as a part": (lambda f: f["row"][0].update(parts={"less": 25}), "row[1].parts.less"),
    "a dose without a figure": (lambda f: f["row"][0]["dose"].pop("high"), "row[1].dose gives neither"),
    "a dose that runs down": (lambda f: f["row"][0]["dose"].update(low=40), "row[1].dose runs from 40 down to 20"),
    "a dose without a unit": (lambda f: f["row"][0]["dose"].pop("unit"), "row[1].dose.unit"),
    "an end that is no day": (lambda f: f["guideline"].update(effective_to="2026"), "guideline.effective_to must be a date"),
    "an end at an hour": (lambda f: f["guideline"].update(effective_to=datetime(2026, 1, 1)), "guideline.effective_to must be a date"),  # noqa: DTZ001
}
#: what no source means: a card would show it as advice
NONSENSE: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a negative dose": (lambda f: f["row"][0]["dose"].update(high=-20), "row[1].dose.high is -20; it must lie between 0.001 and 10000"),
    "no dose": (lambda f: f["row"][0]["dose"].update(high=0), "row[1].dose.high is 0"),
    "a dose of tons": (lambda f: f["row"][0]["dose"].update(high=20_000), "row[1].dose.high is 20000"),
    "a dose without end": (lambda f: f["row"][0]["dose"].update(high=float("inf")), "row[1].dose.high must be a finite number"),
    "a dose that is no number": (lambda f: f["row"][0]["dose"].update(low=float("nan")), "row[1].dose.low must be a finite number"),
    "no percent": (lambda f: f["row"][0]["dose"].update(low=0, high=50, unit="%"), "row[1].dose.low is 0"),
    "10,000 percent": (
        lambda f: f["row"][0]["dose"].update(high=10_000, unit="%"),
        "row[1].dose.high is 10000; it must lie between 0.001 and 400",
    ),
    "an age below birth": (lambda f: f["population"][0].update(age_from=-1), "population[1].age_from is -1"),
    "an age of 180": (lambda f: f["population"][0].update(age_from=180), "population[1].age_from is 180; it must lie between 0 and 130"),
    "fatal below birth": (lambda f: f["row"][0].update(fatal_below_age=0), "row[1].fatal_below_age is 0"),
    "a weight in grams": (lambda f: f["population"][0].update(weight_above_kg=40_000), "population[1].weight_above_kg is 40000"),
    "a negative limit of the dose": (lambda f: f["population"][0].update(dose_to_mg_a_day=-1), "population[1].dose_to_mg_a_day is -1"),
    "use for no day": (lambda f: f["population"][0].update(taken_days=0), "population[1].taken_days is 0"),
    "tolerance before the start": (lambda f: f["row"][0].update(tolerance_days=-90), "row[1].tolerance_days is -90"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_fault_F19_figures_that_no_source_means_are_refused(name: str) -> None:
    change, place = NONSENSE[name]
    with pytest.raises(KnowledgeError) as refused:
        read(change)
    assert f"{WHERE}: {place}" in str(refused.value)


@pytest.mark.parametrize("written", [date(2026, 12, 31), "2026-12-31"])
def test_fault_F08_a_file_may_say_until_when_it_holds(written: object) -> None:
    assert read(lambda file: file["guideline"].update(effective_to=written)).effective_to == date(2026, 12, 31)
    assert read().effective_to is None


@pytest.mark.parametrize("name", BROKEN)
def test_fault_F02_a_broken_file_is_refused_with_its_place(name: str) -> None:
    change, place = BROKEN[name]
    with pytest.raises(KnowledgeError) as refused:
        read(change)
    assert WHERE in str(refused.value)
    assert place in str(refused.value)
