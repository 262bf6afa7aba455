"""Trials held against patients: what fits, what does not, and what is left open and said so."""

from __future__ import annotations

from typing import Any

import pytest

from models.features.age import age
from models.knowledge.biomarker_types import UNTESTED
from models.knowledge.trial_criteria import trial_words
from models.knowledge.trial_files import read_trial
from models.knowledge.trial_types import AgeIs, TrialArm, TrialRecord
from models.knowledge.types import Knowledge
from models.oncology.trials import TrialPatient, matching_trials
from tests.support import trials as made_up


@pytest.fixture(scope="module")
def records(knowledge: Knowledge) -> dict[str, TrialRecord]:
    words = trial_words(knowledge.biomarkers, knowledge.clinical)
    return {name: read_trial(made_up.document(name), name, words) for name in made_up.NAMES}


@pytest.mark.parametrize("case", made_up.cases(), ids=lambda case: f"{case['trial']}: {case['says']}")
def test_case(case: dict[str, Any], records: dict[str, TrialRecord], knowledge: Knowledge) -> None:
    found = matching_trials([records[case["trial"]]], made_up.patient(case, knowledge))
    assert (found[0].verdict if found else "no") == case["verdict"]
    if not found:
        return
    assert found[0].unknown == tuple(case.get("unknown", ()))
    assert found[0].arms == tuple(case.get("arms", ()))
    assert "met" not in case or set(found[0].met) == set(case["met"])


def test_there_are_cases_of_each_kind_for_each_trial() -> None:
    said = [(case["trial"], case["verdict"]) for case in made_up.cases()]
    assert len(said) >= 25
    assert {"TEST-0001", "TEST-0002", "TEST-0003"} == {trial for trial, _ in said}
    assert all(sum(v == verdict for _, v in said) >= 5 for verdict in ("matches", "may match", "no"))


def test_a_trial_that_does_not_recruit_is_not_told(knowledge: Knowledge) -> None:
    words = trial_words(knowledge.biomarkers, knowledge.clinical)
    closed = read_trial(made_up.document("TEST-0002") | {"status": "Closed to Accrual"}, "x", words)
    case = {"tumour": "CHOL", "born": "1960", "found": ["MSI high"]}
    assert not closed.recruiting
    assert matching_trials([closed], made_up.patient(case, knowledge)) == ()


def test_sure_ones_come_first_and_then_those_with_the_fewest_open_criteria(records: dict[str, TrialRecord], knowledge: Knowledge) -> None:
    case = {"tumour": "LUAD", "born": "1960", "found": ["MSI high"]}
    found = matching_trials(records.values(), made_up.patient(case, knowledge))
    assert [(m.trial.id, m.verdict) for m in found] == [("TEST-0002", "matches"), ("TEST-0001", "may match")]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"found": ["EGFR p.L858R"]}, True),
        ({"absent": ["EGFR p.T790M", "ALK fusion"]}, False),  # what is met is an absence
        ({}, False),
    ],
    ids=str,
)
def test_whether_a_biomarker_was_found_that_is_asked_for(
    case: dict[str, Any], expected: bool, records: dict[str, TrialRecord], knowledge: Knowledge
) -> None:
    asked = made_up.patient({"tumour": "LUAD", "born": "1960", "absent": ["ALK fusion"]} | case, knowledge)
    (match,) = matching_trials([records["TEST-0001"]], asked)
    assert (match.verdict, match.found) == ("may match", expected)


def test_every_match_says_that_nothing_else_was_checked(records: dict[str, TrialRecord], knowledge: Knowledge) -> None:
    (found,) = matching_trials(
        [records["TEST-0002"]], made_up.patient({"tumour": "CHOL", "born": "1960", "found": ["MSI high"]}, knowledge)
    )
    assert "not checked" in found.unchecked
    told = found.told()
    assert (told.id, told.url, told.unknown) == ("TEST-0002", "https://example.org/trials/TEST-0002", ())
    assert "MSI high" in told.met


@pytest.mark.parametrize(
    ("sign", "born", "expected"),
    [
        (">=", "1966-11-25", "matches"),
        (">=", "1966-11-26", "no"),
        ("<", "1966-11-25", "no"),
        ("<", "1966-11-26", "matches"),
        (">", "1965-11-25", "matches"),
        (">", "1965-11-26", "may match"),
        (">", "1966-11-26", "no"),
        ("<=", "1966-11-26", "matches"),
        ("<=", "1966-11-25", "may match"),
        ("<=", "1965-11-25", "no"),
        ("<=", "1966", "may match"),
    ],
)
def test_age_sixty_on_both_sides_of_each_bound(sign: Any, born: str, expected: str) -> None:
    trial = TrialRecord("TEST-0009", "made up", "", "Recruiting", True, "", (TrialArm("A", AgeIs(sign, 60)),))
    asked = TrialPatient(lambda _: UNTESTED, lambda *_: None, age(born, made_up.AS_OF), "")
    found = matching_trials([trial], asked)
    assert (found[0].verdict if found else "no") == expected
