"""Every case of tests/cases_diabetes: the plan for diabetes in one situation, by its values and in the words of the card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest

from cds_service.messages import messages
from cds_service.present import detail, summary
from models.decisions.diabetes_plan import assess_diabetes
from models.finding import Assessment, Finding
from models.knowledge.careplan_check import advised_by, said_by
from models.knowledge.types import Knowledge
from models.plan_values import CarePlanned, Sentence
from tests.support.case_files import Case
from tests.support.diabetes_cases import all_cases, answer, on_the_kind, profile, the_plan

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case, knowledge: Knowledge) -> None:
    found, expect = answer(case, knowledge), case.expect
    assert len(found.findings) == expect.get("cards", len(found.findings)), [f.drug.name for f in found.findings]
    assert all(finding.urgency != "critical" for finding in found.findings)
    gaps = {(gap.subject, gap.because) for gap in found.gaps}
    for subject, part in expect.get("gaps", {}).items():
        assert any(subject == about and part in because for about, because in gaps), gaps
    for subject, part in expect.get("checked", {}).items():
        assert any(subject == c.subject and part in f"{c.outcome}: {c.because}" for c in found.checked), found.checked
    _kind(expect, on_the_kind(found))
    plan = the_plan(found)
    if plan is not None and plan.care is not None:
        _plan(expect, plan, plan.care)
    else:
        assert not expect.keys() & {"stances", "due", "targets", "kitchen", "no_food", "energy", "review"}
    _words(expect, found)


def _kind(expect: Any, findings: list[Finding]) -> None:
    told = [finding.recommendations[0].message for finding in findings]
    if "kind" in expect:
        assert told == ([expect["kind"]] if expect["kind"] else [])
    if "tests" in expect:
        assert [test.name for finding in findings for test in finding.tests] == expect["tests"]


def _plan(expect: Any, finding: Finding, care: CarePlanned) -> None:
    stances = {one.id: one.stance for one in care.classes}
    for name, stance in expect.get("stances", {}).items():
        assert stances.get(name, "untold") == stance, stances
    if "review" in expect:
        assert [name for one in care.classes for name in one.review] == expect["review"]
    targets = {target.id: [target.low, target.high] for target in care.targets}
    for name, high in expect.get("targets", {}).items():
        assert targets.get(name) == [None, high if high else None], targets
    due = {one.id for one in care.due}
    assert set(expect.get("due", ())) <= due and not set(expect.get("not_due", ())) & due, due
    _food(expect, care)
    options = {option.drug.name: f"{option.verdict} {option.because}" for option in finding.options}
    for name, verdict in expect.get("options", {}).items():
        assert options.get(name) == verdict, options
    if "about" in expect:
        assert care.about == expect["about"]


def _food(expect: Any, care: CarePlanned) -> None:
    if "no_food" in expect:
        assert care.no_diet is not None and care.no_diet.message == expect["no_food"]
    for name in ("energy", "carbohydrate"):
        if name in expect:
            assert care.diet is not None and list(getattr(care.diet, name)) == expect[name]
    if "kitchen" in expect:
        assert care.diet is not None and care.diet.culture == expect["kitchen"]
        assert bool(care.diet.choices) == (not expect["kitchen"])
    for food in expect.get("foods", ()):
        assert care.diet is not None and any(food in one.name for one in care.diet.foods)


def _words(expect: Any, found: Assessment) -> None:
    words = messages()
    said = [summary(finding, words) for finding in found.findings]
    text = "\n".join(detail(finding, words) for finding in found.findings).replace("\\", "")
    assert all(0 < len(line) < 140 for line in said), said
    assert "{" not in text and "<" not in text
    for part in expect.get("summary", ()):
        assert any(part in line for line in said), said
    for part in expect.get("detail", ()):
        assert part in text, text
    for part in expect.get("not_detail", ()):
        assert part not in text
    if "indicator" in expect:
        assert [finding.urgency for finding in found.findings] == expect["indicator"]


def test_there_are_enough_cases_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 60
    assert len({str(case) for case in CASES}) == len(CASES)


def test_every_row_that_tells_something_has_a_case(knowledge: Knowledge) -> None:
    """Each inherited form, each doubt, each reason of each class, each target, each refusal is reached by a case."""
    plan = knowledge.careplans["diabetes"]
    found = [finding for case in CASES for finding in answer(case, knowledge).findings]
    reached = {said.message for finding in found for said in finding.recommendations}
    for care in (finding.care for finding in found if finding.care is not None):
        reached |= {said.message for said in _sentences(care)}
    wanted = {*said_by(plan), *advised_by(plan)}
    assert sorted(wanted - reached) == []


def _sentences(care: CarePlanned) -> Iterator[Sentence]:
    yield from care.said
    for one in care.classes:
        yield from (*one.because, *(why for _, why in one.left_out))
    yield from (target.because for target in care.targets)
    yield from (due.because for due in care.due if due.because)
    yield from care.diet.notes if care.diet else ()
    yield from (care.no_diet,) if care.no_diet else ()


@pytest.mark.parametrize("ancestry", [(), ("asian",), ("black",), ("white", "other")])
def test_ancestry_changes_nothing(ancestry: tuple[str, ...], knowledge: Knowledge) -> None:
    """No kitchen, no border and no medicine is guessed from it."""
    for case in CASES[::7]:
        person = profile(case.given, knowledge)
        assert assess_diabetes(replace(person, ancestry=ancestry, hispanic=bool(ancestry)), knowledge) == assess_diabetes(person, knowledge)


def test_the_order_of_entries_changes_nothing(knowledge: Knowledge) -> None:
    for case in CASES[::5]:
        person = profile(case.given, knowledge)
        turned = replace(person, conditions=person.conditions[::-1], medications=person.medications[::-1], family=person.family[::-1])
        topics = [{finding.topic for finding in assess_diabetes(one, knowledge).findings} for one in (person, turned)]
        assert topics[0] == topics[1], case


def test_charts_mixed_at_random_break_no_plan(knowledge: Knowledge) -> None:
    """Odd ages, sexes, days and unread inputs: a plan or none, never a fault, a medicine of a class to avoid, or a starving diet."""
    chance, people = Random(7), [profile(case.given, knowledge) for case in CASES]
    for _ in range(150):
        one, other, third = chance.sample(people, 3)
        mixed = replace(
            one,
            conditions=one.conditions + other.conditions,
            measurements=one.measurements + third.measurements,
            medications=other.medications + third.medications,
            variants=one.variants + third.variants,
            birth_date=chance.choice([one.birth_date, "", "1980", "1960-02", "2020-01-01", "2027-01-01", "x"]),
            sex=chance.choice(["male", "female", "", "other"]),
            unread=frozenset(
                chance.sample(["conditions", "measurements", "medications", "variants", "family", "procedures"], chance.choice([0, 1, 3]))
            ),
            as_of=chance.choice([one.as_of, date(2030, 2, 28), date(2019, 1, 1)]),
        )
        found = assess_diabetes(mixed, knowledge)
        _words({}, found)
        for care in (finding.care for finding in found.findings if finding.care is not None):
            assert not any(planned.medicines for planned in care.classes if planned.stance == "avoid")
            assert care.diet is None or 1200 <= care.diet.energy[0] <= care.diet.energy[1]
