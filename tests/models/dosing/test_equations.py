"""The two equations against doses worked out apart from the code, their limits, and that no sensitive genotype gets more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.dosing.estimate import DAYS, Estimate, estimate
from models.dosing.person import Person
from tests.support.reference import reference_file
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
FLOW = KNOWLEDGE.flows["11289"]
IWPC, GAGE = "warfarin-iwpc", "warfarin-gage"
BASES = {"GG": "-1639 G/G (low sensitivity)", "AG": "-1639 G/A (intermediate sensitivity)", "AA": "-1639 A/A (high sensitivity)"}
STARS = ("*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3")
SOMEONE = Person(65.0, 170.0, 75.0, ("white",), None, False, 2.5)


def dose(equation: str, someone: Person, known: dict[str, str], taken: tuple[str, ...] = ()) -> Estimate:
    use = next(u for u in FLOW.equations if u.model == equation)
    return estimate(use, KNOWLEDGE.models[equation], FLOW, someone, known, taken)


def keys(bases: str, stars: str) -> dict[str, str]:
    return {"VKORC1": BASES[bases], "CYP2C9": stars}


#: equation, person, bases at rs9923231 (coding strand), CYP2C9, medicines counted → mg a day.
#: Worked out with a calculator from the coefficients as stored with the reference data, not with this code.
VECTORS = [
    (IWPC, SOMEONE, "AG", "*1/*3", (), 3.118),
    (IWPC, SOMEONE, "AG", "*1/*1", (), 4.492),
    (IWPC, replace(SOMEONE, ancestry=()), "AG", "*1/*3", (), 2.981),
    (IWPC, replace(SOMEONE, ancestry=("asian",)), "AA", "*1/*1", (), 3.113),
    (IWPC, replace(SOMEONE, ancestry=("black",)), "AG", "*1/*1", (), 4.060),
    (IWPC, SOMEONE, "AG", "*2/*3", (), 1.942),
    (IWPC, SOMEONE, "AG", "*1/*3", ("amiodarone",), 2.426),
    (IWPC, SOMEONE, "AA", "*1/*3", ("enzyme-inducer",), 3.605),
    (IWPC, replace(SOMEONE, age=50.0, height=180.0, weight=90.0), "GG", "*1/*2", (), 6.025),
    (GAGE, SOMEONE, "AG", "*1/*3", (), 2.939),
    (GAGE, SOMEONE, "AG", "*1/*1", (), 4.388),
    (GAGE, replace(SOMEONE, ancestry=("asian",)), "AA", "*1/*1", (), 3.174),
    (GAGE, replace(SOMEONE, ancestry=("black",)), "AG", "*1/*1", (), 4.010),
    (GAGE, SOMEONE, "AG", "*2/*3", (), 2.390),
    (GAGE, SOMEONE, "AG", "*1/*3", ("amiodarone",), 2.280),
    (GAGE, replace(SOMEONE, clot=True), "AG", "*1/*3", (), 3.141),
    (GAGE, replace(SOMEONE, smoker=True), "AG", "*1/*3", (), 3.223),
    (GAGE, replace(SOMEONE, age=50.0, height=180.0, weight=90.0), "GG", "*1/*2", (), 6.106),
    (GAGE, replace(SOMEONE, age=82.0, height=155.0, weight=52.0, ancestry=("asian",)), "AA", "*3/*3", ("amiodarone",), 0.829),
]


@pytest.mark.parametrize(("equation", "someone", "bases", "stars", "taken", "daily"), VECTORS)
def test_a_dose_equals_the_one_worked_out_apart(
    equation: str, someone: Person, bases: str, stars: str, taken: tuple[str, ...], daily: float
) -> None:
    found = dose(equation, someone, keys(bases, stars), taken)
    assert found.daily == pytest.approx(daily, abs=0.0006)
    assert found.weekly == pytest.approx(daily * DAYS, abs=0.005)


def test_age_counts_by_whole_decades_in_one_equation_and_by_years_in_the_other() -> None:
    at = {age: [dose(e, replace(SOMEONE, age=age), keys("AG", "*1/*1")).daily for e in (IWPC, GAGE)] for age in (60.0, 69.0, 70.0)}
    assert at[60.0][0] == at[69.0][0] > at[70.0][0]  # type: ignore[operator]
    assert at[60.0][1] > at[69.0][1] > at[70.0][1]  # type: ignore[operator]


@pytest.mark.parametrize("equation", [IWPC, GAGE], ids=["iwpc", "gage"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"age": None, "weight": None}, "needs age, body weight"),
        ({"height": 124.9}, "not made for body height 124.9 cm, only for 125 to 202"),
        ({"weight": 237.1}, "not made for body weight 237.1 kg"),
        ({"age": 17.0}, "not made for age 17 years"),
        ({"excluded": ("prosthetic heart valve",)}, "a target INR above 3 is likely with prosthetic heart valve"),
    ],
)
def test_beyond_what_it_was_made_for_there_is_a_reason_and_no_dose(equation: str, change: dict[str, object], words: str) -> None:
    found = dose(equation, replace(SOMEONE, **change), keys("AG", "*1/*1"))  # type: ignore[arg-type]
    assert found.daily is None
    assert words in found.because


def test_genotypes_without_a_term_and_medicines_without_one_are_refused() -> None:
    assert "no term for CYP2C9 *1/*13" in dose(IWPC, SOMEONE, keys("AG", "*1/*13")).because
    assert "needs one undisputed genotype of VKORC1" in dose(IWPC, SOMEONE, {"CYP2C9": "*1/*1"}).because
    assert "no term for an enzyme inducer" in dose(GAGE, SOMEONE, keys("AG", "*1/*1"), ("enzyme-inducer",)).because


def test_a_result_that_nobody_was_ever_given_is_refused() -> None:
    frail = replace(SOMEONE, age=82.0, height=155.0, weight=52.0, ancestry=("asian",))
    found = dose(IWPC, frail, keys("AA", "*3/*3"), ("amiodarone",))
    assert found.daily is None
    assert "outside 0.5 to 17.5 mg/day" in found.because


PEOPLE = st.builds(
    Person,
    age=st.integers(18, 100).map(float),
    height=st.floats(125, 202),
    weight=st.floats(30, 237),
    ancestry=st.sampled_from([(), ("white",), ("asian",), ("black",), ("asian", "white")]),
    smoker=st.sampled_from([None, True, False]),
    clot=st.booleans(),
    target_inr=st.just(2.5),
)
SENSITIVE = ("GG", "AG", "AA")  #: from the least to the most sensitive
#: every pair in which the second has one more copy of *2 or *3, or a *3 for a *2
FEWER_MORE = [("*1/*1", "*1/*2"), ("*1/*1", "*1/*3"), ("*1/*2", "*2/*2"), ("*1/*2", "*1/*3"), ("*1/*2", "*2/*3"), ("*1/*3", "*2/*3"),
              ("*1/*3", "*3/*3"), ("*2/*2", "*2/*3"), ("*2/*3", "*3/*3")]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(PEOPLE, st.sampled_from([IWPC, GAGE]), st.sampled_from(SENSITIVE), st.sampled_from(FEWER_MORE))
def test_a_slower_enzyme_never_gets_more(someone: Person, equation: str, bases: str, pair: tuple[str, str]) -> None:
    less, more = (dose(equation, someone, keys(bases, stars)).daily for stars in (pair[1], pair[0]))
    assert less is None or more is None or less < more


@settings(max_examples=100, deadline=None)
@given(PEOPLE, st.sampled_from([IWPC, GAGE]), st.sampled_from(STARS))
def test_a_more_sensitive_target_never_gets_more(someone: Person, equation: str, stars: str) -> None:
    doses = [d for bases in SENSITIVE if (d := dose(equation, someone, keys(bases, stars)).daily) is not None]
    assert doses == sorted(doses, reverse=True)


@settings(max_examples=100, deadline=None)
@given(PEOPLE, st.sampled_from([IWPC, GAGE]), st.sampled_from(SENSITIVE), st.sampled_from(STARS), st.integers(1, 20))
def test_an_older_patient_never_gets_more(someone: Person, equation: str, bases: str, stars: str, years: int) -> None:
    older = replace(someone, age=(someone.age or 0) + years)
    before, after = (dose(equation, p, keys(bases, stars)).daily for p in (someone, older))
    assert before is None or after is None or after <= before


def test_several_reported_ancestries_count_as_the_equation_says_or_as_the_careful_branch() -> None:
    both = replace(SOMEONE, ancestry=("black", "white"))
    assert dose(IWPC, both, keys("AG", "*1/*1")).daily == dose(IWPC, replace(SOMEONE, ancestry=()), keys("AG", "*1/*1")).daily
    assert dose(GAGE, both, keys("AG", "*1/*1")).daily == dose(GAGE, replace(SOMEONE, ancestry=("black",)), keys("AG", "*1/*1")).daily


@pytest.mark.long
def test_the_flow_has_the_numbers_of_the_reference_data() -> None:
    stored = json.loads(reference_file("data/pgx/warfarin_algorithm.json").read_text("utf-8"))
    said = json.dumps(stored["adult"])
    flow = FLOW
    alleles, vitamin = flow.adjustments
    assert f"{alleles.once[0]:g}-{alleles.once[1]:g}% ({alleles.twice[0]:g}-{alleles.twice[1]:g}% for variant homozygotes)" in said
    assert ",".join(alleles.carriers) in said
    assert f"{vitamin.gene} rs2108622 T carriers: increase dose {vitamin.once[0]:g}-{vitamin.once[1]:g}%" in said
    (linked,) = flow.linked
    assert (linked.variant, linked.words, list(linked.classified)) == ("rs12777823", "10–25 %", ["African ancestry"])
    assert "rs12777823 A carrier: decrease dose 10-25%" in said
