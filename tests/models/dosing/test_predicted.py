"""Predicted doses under every genotype and body: which way they move, that intervals hold them, and CPIC's rule on African ancestry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.codes import LOINC, RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.decisions.doses import assess_doses
from models.dosing.interval import preferred
from models.estimates import Estimate
from models.finding import Assessment
from models.patient import Dosage, GeneResult, Measurement, Medication, Order, PatientProfile
from models.variant import Variant
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
AS_OF = date(2026, 11, 25)
BASES = ("C/C", "C/T", "T/T")  #: from no variant to two, as laboratories report the plus strand
STARS = ("*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3")
REPORTED: tuple[tuple[str, ...], ...] = ((), ("white",), ("asian",), ("black",), ("other",), ("black", "white"))
WARFARIN = "11289"


def measured(code: str, value: float, unit: str, dated: str = "2026-11-01") -> Measurement:
    return Measurement(Concept((Code(LOINC, code),)), value, unit, effective=dated, origin=f"Observation/{code}")


def body(height: float = 170, weight: float = 75, units: tuple[str, str] = ("cm", "kg")) -> tuple[Measurement, ...]:
    return measured("8302-2", height, units[0]), measured("29463-7", weight, units[1])


def patient(stars: str = "*1/*1", bases: str = "C/T", **members: Any) -> PatientProfile:
    results = tuple(
        GeneResult(Concept(text=gene), f"Observation/{gene}", diplotypes=(told,))
        for gene, told in (("CYP2C9", stars), ("VKORC1", f"rs9923231 {bases}"))
    )
    order = Order("MedicationRequest/1", Concept((Code(RXNORM, WARFARIN),)), origin="MedicationRequest/1")
    given_: dict[str, Any] = {"genotypes": results, "orders": (order,), "birth_date": "1961-05-01", "ancestry": ("white",)}
    return PatientProfile(AS_OF, **(given_ | {"measurements": body()} | members))


def answer(profile: PatientProfile) -> Assessment:
    return assess_doses(profile, KNOWLEDGE)


def told(profile: PatientProfile) -> Estimate | None:
    return next((f.estimate for f in answer(profile).findings), None)


def weekly(profile: PatientProfile) -> float:
    found = told(profile)
    assert found is not None, answer(profile).gaps
    return found.value


BODIES = st.tuples(st.floats(140, 200), st.floats(40, 180))
BORN = st.integers(1930, 2007).map(lambda year: f"{year}-05-01")


@settings(max_examples=60, deadline=None)
@given(BODIES, BORN, st.sampled_from(REPORTED), st.sampled_from(STARS), st.sampled_from(BASES))
def test_a_number_lies_in_its_interval_and_nothing_is_negative(
    of: tuple[float, float], born: str, ancestry: tuple[str, ...], stars: str, bases: str
) -> None:
    found = told(patient(stars, bases, measurements=body(*of), birth_date=born, ancestry=ancestry))
    if found is not None:
        assert found.low is not None and found.high is not None
        assert 0 <= found.low < found.value < found.high
        assert (found.unit, found.level) == ("mg/wk", 0.9)


@settings(max_examples=25, deadline=None)
@given(BODIES, BORN, st.sampled_from([a for a in REPORTED if "black" not in a]), st.sampled_from(STARS[:3]))
def test_the_dose_falls_with_each_copy_of_the_sensitive_allele(
    of: tuple[float, float], born: str, ancestry: tuple[str, ...], stars: str
) -> None:
    each = [told(patient(stars, bases, measurements=body(*of), birth_date=born, ancestry=ancestry)) for bases in BASES]
    doses = [one.value for one in each if one is not None]
    assert all(more > less for more, less in pairwise(doses))


def test_a_slower_enzyme_never_gets_more() -> None:
    doses = {stars: weekly(patient(stars, "C/T")) for stars in STARS}
    assert doses["*1/*1"] > doses["*1/*2"] > doses["*1/*3"] > doses["*2/*3"] > doses["*3/*3"]
    assert doses["*1/*2"] > doses["*2/*2"] > doses["*2/*3"]


@pytest.mark.parametrize("units", [("[in_i]", "[lb_av]"), ("m", "g"), ("cm", "kg")])
def test_units_are_converted_and_change_nothing(units: tuple[str, str]) -> None:
    factors = {"[in_i]": 1 / 2.54, "m": 0.01, "cm": 1, "[lb_av]": 2.2046226218, "g": 1000, "kg": 1}
    same = body(170 * factors[units[0]], 75 * factors[units[1]], units)
    assert weekly(patient(measurements=same)) == weekly(patient())


@pytest.mark.parametrize(("stars", "bases"), list(product(STARS, BASES)))
def test_in_african_ancestry_no_number_rests_on_a_genotype_whose_further_alleles_may_be_untested(stars: str, bases: str) -> None:
    """CPIC's rule. Two alleles that were both found leave nothing to test, so the genotype counts there."""
    both_found = "*1" not in stars
    for ancestry in (("black",), ("black", "white")):
        roles = [r.message for f in answer(patient(stars, bases, ancestry=ancestry)).findings for r in f.recommendations]
        assert roles == ["warfarin-predicted" if both_found else "warfarin-predicted-clinically"]


def test_an_ancestry_that_is_not_reported_is_not_taken_for_another() -> None:
    roles = [r.message for f in answer(patient("*1/*3", ancestry=())).findings for r in f.recommendations]
    assert roles == ["warfarin-predicted", "warfarin-predicted-clinically"]
    assert answer(patient("*1/*3", ancestry=())).findings[0].urgency == "info"
    assert weekly(patient(ancestry=())) == weekly(patient(ancestry=("other",))) != weekly(patient(ancestry=("white",)))


def test_every_group_has_an_interval_in_which_enough_were_covered_or_no_number() -> None:
    for ancestry, models in product(("white", "asian", "black", "unknown"), (("", ""), ("-clinical", "-clinical"))):
        table = preferred(KNOWLEDGE.intervals.values(), frozenset({f"warfarin-iwpc{models[0]}", f"warfarin-gage{models[1]}"}))
        assert table is not None
        covered = [one.covered for one in table.coverage if one.ancestry == ancestry]
        assert covered and (min(covered) >= 0.88 or ancestry in table.refused)


def test_without_intervals_there_is_no_number() -> None:
    found = assess_doses(patient(), replace(KNOWLEDGE, intervals={}))
    assert found.findings == ()
    assert any("no interval was measured" in gap.because for gap in found.gaps)


def test_an_order_of_which_the_dose_cannot_be_told_is_told_the_estimate() -> None:
    for dosage in (Dosage(4.3, 4.3, "mg", None), Dosage(4.3, 4.3, "mL", 1)):
        order = replace(patient().orders[0], dosages=(dosage,))
        assert told(patient(orders=(order,))) is not None
    near = replace(patient().orders[0], dosages=(Dosage(4.5, 4.5, "mg", 1),))
    assert answer(patient(orders=(near,))).findings == ()
    assert [c.outcome for c in answer(patient(orders=(near,))).checked] == ["silent"]


def test_the_topic_changes_with_the_number() -> None:
    one, other = (answer(patient(measurements=body(weight=w))).findings[0].topic for w in (75, 110))
    assert one != other
    assert answer(patient()).findings[0].topic == one


# ---- the variant near the metabolizing gene, in African ancestry ---------------------------------------------------------


def near(state: Any = "present", **members: Any) -> Variant:
    return Variant("Observation/near", state, ids=(Code("http://www.ncbi.nlm.nih.gov/snp", "rs12777823"),), **members)


@pytest.mark.parametrize(
    ("variants", "factor"),
    [
        ((), 1.0),
        ((near(),), 0.825),
        ((near(zygosity="homozygous", source_class="germline"),), 0.825),
        ((near("absent"),), 1.0),
        ((near("no-call"),), 1.0),
        ((near(source_class="somatic"),), 1.0),
        ((near(text_only=True),), 1.0),
        ((near(), near("absent")), 1.0),
    ],
)
def test_its_carriers_get_less_and_only_a_clear_result_counts(variants: tuple[Variant, ...], factor: float) -> None:
    """*1/*8: the laboratory looked beyond the common alleles, so that the genotype counts; 28.2 mg a week, 15-30 % less for *8."""
    of = patient("*1/*8", ancestry=("black",), variants=variants)
    assert weekly(of) == pytest.approx(28.25 * (0.7 * (0.75 if factor < 1 else 1) + 0.85 * (0.9 if factor < 1 else 1)) / 2, abs=0.06)
    settled = len(variants) == 1 and variants[0].state in ("present", "absent") and not variants[0].text_only
    settled = settled and variants[0].source_class != "somatic"
    assert ("warfarin–rs12777823" in {gap.subject for gap in answer(of).gaps}) is not settled


def test_it_changes_nothing_in_other_ancestries_and_opens_no_panel() -> None:
    assert weekly(patient(variants=(near(),))) == weekly(patient())
    clinically = answer(patient("*1/*3", ancestry=("black",), variants=(near("absent"),))).findings[0]
    assert [r.message for r in clinically.recommendations] == ["warfarin-predicted-clinically"]


def test_the_rules_tell_it_as_well() -> None:
    found = assess_orders(patient("*1/*8", ancestry=("black",), variants=(near(),)), KNOWLEDGE).findings[0]
    assert [r.message for r in found.recommendations] == ["warfarin-less", "warfarin-less-linked", "warfarin-calculated"]


# ---- after the first days ---------------------------------------------------------------------------------------------


def taking(started: int, *, dose: float = 5.0, **members: Any) -> Medication:
    """Warfarin, first ordered so many days before."""
    began = (AS_OF - timedelta(days=started)).isoformat()
    return Medication(
        Concept((Code(RXNORM, WARFARIN),)),
        origin="MedicationRequest/0",
        began=began,
        dosages=(Dosage(dose, dose, "mg", 1),),
        **members,
    )


def early(inr: float = 1.8, day: date = AS_OF, started: int = 4, dose: float = 5.0, **members: Any) -> PatientProfile:
    values = (*body(), measured("6301-6", inr, "1", day.isoformat()))
    return patient("*1/*3", measurements=values, medications=(taking(started, dose=dose),), **members)


#: worked out with a calculator from the coefficients as stored with the reference data: INR, days since the start → mg a week
@pytest.mark.parametrize(("inr", "started", "expected"), [(1.8, 4, 22.97), (1.8, 3, 21.78)])
def test_the_refinement_equals_what_was_worked_out_apart(inr: float, started: int, expected: float) -> None:
    assert weekly(early(inr, started=started)) == pytest.approx(expected, abs=0.051)


def test_a_higher_inr_asks_for_less_and_higher_doses_so_far_for_more() -> None:
    assert weekly(early(1.3)) > weekly(early(1.8)) > weekly(early(2.6))
    assert weekly(early(1.8, dose=3)) < weekly(early(1.8, dose=5)) < weekly(early(1.8, dose=8))


@pytest.mark.parametrize(
    ("profile", "subject"),
    [
        (early(started=2, day=AS_OF), "warfarin–INR"),  # the third day
        (early(day=AS_OF - timedelta(days=2)), "warfarin–INR"),  # of the third day too
        (early(started=30), "warfarin–start"),
        (early(orders=(), ancestry=("black",)), ""),
    ],
)
def test_outside_its_days_there_is_no_refinement(profile: PatientProfile, subject: str) -> None:
    found = answer(profile)
    assert found.findings == ()
    assert not subject or subject in [gap.subject for gap in found.gaps]


@pytest.mark.parametrize(
    "change",
    [
        {"dosages": ()},
        {"dosages": (Dosage(2.5, 5, "mg", 1),)},
        {"dosages": (Dosage(5, 5, "mg", None),)},
        {"dosages": (Dosage(5, 5, "mg", 0.5),)},
        {"dosages": (Dosage(5, 5, "mg", 1), Dosage(2.5, 2.5, "mg", 1))},
        {"active": False, "ended": "2026-11-24"},
    ],
)
def test_doses_of_the_days_before_are_never_guessed(change: dict[str, Any]) -> None:
    profile = early()
    found = answer(replace(profile, medications=(replace(profile.medications[0], **change),)))
    assert found.findings == ()
    assert [gap.subject for gap in found.gaps if "which doses were taken" in gap.because] == ["warfarin–doses"]


def test_two_tablets_of_one_start_add_up() -> None:
    half = replace(taking(4, dose=2.5), origin="MedicationRequest/8")
    other = replace(half, origin="MedicationRequest/9")
    assert weekly(replace(early(), medications=(half, other))) == weekly(early())


def test_an_order_that_stands_in_the_chart_too_is_no_treatment() -> None:
    own = replace(taking(0), origin="MedicationRequest/1")
    assert weekly(patient(medications=(own,))) == weekly(patient())
