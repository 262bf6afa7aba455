"""Which groups the chart leaves open, and that facts which no group asks for change nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codes import SNOMED, Code, Concept
from models.features.age import Age
from models.features.circumstances import Circumstances, dose_per_day
from models.features.population import chosen_by_indication, not_settled, open_populations
from models.knowledge.types import Clinical, Guideline, Population
from models.patient import Condition, Dosage
from tests.support.small_knowledge import guideline

NAMES = ("heart", "brain", "other")
CLINICAL = {name: Clinical(name, name, frozenset({(SNOMED, name)})) for name in NAMES}
HEART, BRAIN = Population("heart", "h", conditions=("heart",)), Population("brain", "b", conditions=("brain",), past_counts=True)
GROUPS: Guideline = replace(guideline(), populations=(HEART, BRAIN))


def problem(name: str, state: str = "active") -> Condition:
    return Condition(Concept((Code(SNOMED, name),)), state)  # type: ignore[arg-type]


def left(*conditions: Condition, reasons: tuple[str, ...] = ()) -> list[str]:
    chart = Circumstances(conditions, tuple(Concept((Code(SNOMED, name),)) for name in reasons))
    return [p.id for p in open_populations(GROUPS, None, chart, CLINICAL)]


PROBLEMS = st.lists(st.builds(problem, st.sampled_from(NAMES), st.sampled_from(("active", "past", "suspected"))), max_size=6)


@given(PROBLEMS, st.randoms(use_true_random=False))
def test_order_and_repeats_of_problems_change_nothing(problems: list[Condition], random: object) -> None:
    moved = [*problems, *problems]
    random.shuffle(moved)  # type: ignore[attr-defined]
    assert left(*moved) == left(*problems)


@given(PROBLEMS)
def test_problems_that_no_group_asks_for_change_nothing(problems: list[Condition]) -> None:
    kept = [p for p in problems if p.code.codings[0].code != "other" and p.state != "suspected"]
    assert left(*kept) == left(*problems)


@given(PROBLEMS)
def test_some_group_always_remains_and_only_documented_ones_where_any_is(problems: list[Condition]) -> None:
    found = left(*problems)
    assert found
    documented = [
        g.id
        for g in (HEART, BRAIN)
        if any(p.code.codings[0].code == g.id and (p.state == "active" or (g.past_counts and p.state == "past")) for p in problems)
    ]
    assert found == (documented or ["heart", "brain"])
    assert chosen_by_indication(GROUPS, Circumstances(tuple(problems)), CLINICAL) is (len(found) < 2)


def test_the_order_s_reason_outranks_the_problems() -> None:
    assert left(problem("heart"), reasons=("brain",)) == ["brain"]
    assert left(problem("heart"), reasons=("other",)) == ["heart", "brain"]
    unreadable = Circumstances((problem("heart"),), (Concept(),))
    assert open_populations(GROUPS, None, unreadable, CLINICAL) == (HEART, BRAIN)


@pytest.mark.parametrize(
    ("group", "chart", "is_open"),
    [
        (Population("g", "g", dose_to=1000), Circumstances(dose_per_day=1000), True),
        (Population("g", "g", dose_to=1000), Circumstances(dose_per_day=1000.5), False),
        (Population("g", "g", dose_to=1000), Circumstances(), True),
        (Population("g", "g", weight_above=40), Circumstances(weight=40), False),
        (Population("g", "g", weight_above=40), Circumstances(weight=40.1), True),
        (Population("g", "g", taken_days=92, unless_known=False), Circumstances(taken_days=92), True),
        (Population("g", "g", taken_days=92, unless_known=False), Circumstances(taken_days=91), False),
        (Population("g", "g", taken_days=92, unless_known=False), Circumstances(), False),
        (Population("g", "g", naive_below_days=92), Circumstances(taken_days=92), False),
        (Population("g", "g", naive_below_days=92), Circumstances(), True),
        (Population("g", "g", conditions=("heart",), unless_known=False), Circumstances(), False),
        (Population("g", "g", conditions=("heart",), unless_known=False), Circumstances((problem("heart"),)), True),
        (Population("g", "g", unless_known=False), Circumstances((problem("heart"),)), False),
    ],
)
def test_what_excludes_and_what_has_to_be_said(group: Population, chart: Circumstances, is_open: bool) -> None:
    assert bool(open_populations(replace(guideline(), populations=(group,)), None, chart, CLINICAL)) is is_open


@pytest.mark.parametrize(
    ("dosages", "milligrams"),
    [
        ((Dosage(300, 300, "mg", 3),), 900.0),
        ((Dosage(0.5, 1, "g", 2),), 2000.0),
        ((Dosage(75, 75, "mg", 1), Dosage(300, 300, "mg", 1)), 300.0),
        ((Dosage(75, 75, "mg", None),), None),
        ((Dosage(1, 1, "{tbl}", 3),), None),
        ((Dosage(75, 75, "mg", 1), Dosage(1, 1, "{tbl}", 1)), None),
        ((), None),
    ],
)
def test_the_highest_daily_dose_or_none(dosages: tuple[Dosage, ...], milligrams: float | None) -> None:
    assert dose_per_day(dosages) == milligrams


@given(PROBLEMS, PROBLEMS)
def test_more_problems_never_open_a_group_that_silence_did_not(problems: list[Condition], more: list[Condition]) -> None:
    assert set(left(*problems, *more)) <= set(left())


@given(PROBLEMS)
def test_half_a_problem_list_excludes_nothing_but_an_order_s_reason_does(problems: list[Condition]) -> None:
    half = Circumstances(tuple(problems), conditions_whole=False)
    assert open_populations(GROUPS, None, half, CLINICAL) == (HEART, BRAIN)
    said = replace(half, reasons=(Concept((Code(SNOMED, "brain"),)),))
    assert open_populations(GROUPS, None, said, CLINICAL) == (BRAIN,)


def test_groups_that_the_chart_names_do_not_exclude_each_other() -> None:
    both = replace(guideline(), populations=(replace(HEART, unless_known=False), replace(BRAIN, unless_known=False)))
    chart = Circumstances((problem("heart"),), (Concept((Code(SNOMED, "brain"),)),))
    assert [p.id for p in open_populations(both, None, chart, CLINICAL)] == ["heart", "brain"]


CHILD, GROWN, EITHER = Age((7, 7), (2600, 2900)), Age((18, 18), (6600, 6900)), Age((17, 18), (6400, 6900))


@pytest.mark.parametrize(
    ("group", "age", "chart", "said"),
    [
        (Population("g", "g", weight_above=40), CHILD, Circumstances(), ["over 40 kg"]),
        (Population("g", "g", weight_above=40), EITHER, Circumstances(), ["over 40 kg"]),
        (Population("g", "g", weight_above=40), None, Circumstances(), ["over 40 kg"]),
        (Population("g", "g", weight_above=40), GROWN, Circumstances(), []),
        (Population("g", "g", weight_above=40), CHILD, Circumstances(weight=41), []),
        (Population("g", "g", dose_to=1000), GROWN, Circumstances(), ["up to 1000 mg a day"]),
        (Population("g", "g", dose_to=1000), GROWN, Circumstances(dose_per_day=75), []),
        (Population("g", "g", weight_above=40, dose_to=1000), None, Circumstances(), ["over 40 kg", "up to 1000 mg a day"]),
        (Population("g", "g"), None, Circumstances(), []),
    ],
)
def test_a_limit_that_could_not_be_tried_is_named(group: Population, age: Age | None, chart: Circumstances, said: list[str]) -> None:
    found = not_settled((group, group), age, chart)
    assert len(found) == len(said)
    assert all(part in because for part, because in zip(said, found, strict=True))
