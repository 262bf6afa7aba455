"""Inputs on cancers, relatives and genetic scores as a chart tells them, and each way in which it does not."""

from __future__ import annotations

from datetime import date

import pytest

from models.chart import FamilyHistory
from models.codes import ICD10_CM, Code, Concept
from models.features.model_inputs import Known, read_inputs
from models.patient import Condition, Gap, PatientProfile
from models.prediction.contract import Prediction, predict
from models.variant import Place, Variant
from tests.support.hereditary_cases import variant
from tests.support.shipped import shipped

ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
BOWEL, BREAST = Concept((Code(ICD10_CM, "C18.9"),)), Concept((Code(ICD10_CM, "C50.9"),))


def relative(who: str, what: Concept = Concept(), onset: tuple[float, float] | None = None, number: int = 1) -> FamilyHistory:
    return FamilyHistory(Concept((Code(ROLE, who),)), what, onset, origin=f"FamilyMemberHistory/{number}")


def read(name: str, **chart: object) -> float | str | Gap:
    profile = PatientProfile(date(2026, 11, 27), birth_date="1970-05-05", sex="female", **chart)  # type: ignore[arg-type]
    found = read_inputs([name], profile, shipped())[name]
    return found.value if isinstance(found, Known) else found


def reason(name: str, **chart: object) -> str:
    found = read(name, **chart)
    assert isinstance(found, Gap), found
    return found.reason


def test_relatives_are_counted_one_by_one_and_by_degree() -> None:
    family = (
        relative("MTH", BOWEL, (50, 50), 1),
        relative("MTH", BREAST, (60, 60), 1),
        relative("BRO", BOWEL, (44, 44), 2),
        relative("MAUNT", BOWEL, (70, 70), 3),
        relative("FTH", number=4),
    )
    assert read("first-degree-colorectal-cancers", family=family) == 2
    assert read("second-degree-colorectal-cancers", family=family) == 1
    assert read("first-degree-breast-cancers", family=family) == 1
    assert read("first-degree-endometrial-cancers", family=family) == 0
    assert read("first-degree-colorectal-age", family=family) == 44


@pytest.mark.parametrize(
    "chart",
    [
        {},
        {"family": (relative("MAUNT", BOWEL),)},
        {"family": (relative("MTH"),), "unread": frozenset({"family"})},
        {"family": (relative("MTH"), relative("COUSN", BOWEL, number=2))},
    ],
)
def test_a_count_is_not_known_without_a_whole_history_of_near_relatives(chart: dict[str, object]) -> None:
    assert reason("first-degree-colorectal-cancers", **chart) == "unavailable"


def test_the_youngest_age_needs_the_age_of_each_affected_relative() -> None:
    family = (relative("MTH", BOWEL, (50, 54)), relative("BRO", BOWEL, None, 2))
    assert reason("first-degree-colorectal-age", family=family) == "unavailable"


def test_the_own_age_is_that_of_the_first_record() -> None:
    twice = (Condition(BOWEL, "past", "2014-03-01", origin="Condition/1"), Condition(BOWEL, began="2010-05-06", origin="Condition/2"))
    assert read("colorectal-cancer-age", conditions=twice) == 40
    assert reason("colorectal-cancer-age", conditions=(*twice, Condition(BOWEL, origin="Condition/3"))) == "unavailable"
    assert reason("colorectal-cancer-age", conditions=(Condition(BOWEL, began="2010"),)) == "unavailable"  # 39 or 40
    assert read("colorectal-cancer-age", conditions=(Condition(BOWEL, began="2010-07"),)) == 40
    assert reason("colorectal-cancer-age") == "unavailable"


def test_several_entries_may_be_one_cancer() -> None:
    one = Condition(BOWEL, origin="Condition/1")
    assert read("several-colorectal-cancers", conditions=(one,)) == 0
    assert reason("several-colorectal-cancers", conditions=(one, Condition(BOWEL, "past", origin="Condition/2"))) == "conflict"
    assert reason("several-colorectal-cancers", unread=frozenset({"conditions"})) == "unavailable"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("BRCA1 c.68_69del heterozygous pathogenic germline", 1.0),
        ("BRCA1 c.68_69del heterozygous benign germline", 0.0),
        ("LDLR c.1060+1G>A heterozygous pathogenic germline", 0.0),
    ],
)
def test_a_known_harmful_variant_is_known(line: str, expected: float) -> None:
    assert read("high-risk-breast-variant", variants=(variant(line, 1),)) == expected


def test_results_that_leave_a_carrier_open_are_no_no() -> None:
    assert read("high-risk-breast-variant") == 0  # none is known
    assert reason("high-risk-breast-variant", unread=frozenset({"variants"})) == "unavailable"
    unclassed = variant("BRCA1 c.68_69del heterozygous germline", 1)
    assert reason("high-risk-breast-variant", variants=(unclassed,)) == "unavailable"


def whole_score(without: str = "", **found: int) -> tuple[Variant, ...]:
    """Every variant of the T1D score reported; the counted allele as often as `found` says, else not at all."""
    reported = []
    for v in shipped().scores["t1d-grs2"].variants:
        copies = found.get(v.id, 0)
        alternative = v.other if v.effect == v.reference else v.effect
        times = 2 - copies if v.effect == v.reference else copies
        place = Place(build="GRCh38", chromosome=v.chromosome, start=v.position, counts_from=1, ref=v.reference, alt=alternative)
        zygosity = ("", "heterozygous", "homozygous")[times]
        if v.id != without:
            reported.append(Variant(f"Observation/{v.id}", "present" if times else "absent", zygosity=zygosity, place=place))  # type: ignore[arg-type]
    return tuple(reported)


def test_a_whole_genetic_score_is_read_from_reported_variants() -> None:
    """DQ2.5/DQ8.1 by their tags, two copies at rs3842753, one insertion at rs540653847."""
    names = ("t1d-grs2-dq", "t1d-grs2-hla", "t1d-grs2-other")
    variants = whole_score(rs9273369=1, rs9275490=1, rs3842753=2, rs540653847=1)
    values = {name: read(name, variants=variants) for name in names}
    assert values == {"t1d-grs2-dq": 3.632269419, "t1d-grs2-hla": 1.78, "t1d-grs2-other": 1.66}
    found = predict(shipped().models["t1d-grs2"], values)  # type: ignore[arg-type]
    assert isinstance(found, Prediction)
    assert found.value == pytest.approx(3.632269419 + 1.78 + 1.66)


def test_a_part_of_a_score_is_not_known_where_one_of_its_variants_is_missing() -> None:
    variants = whole_score(without="rs3842753")
    assert read("t1d-grs2-hla", variants=variants) == 0
    assert reason("t1d-grs2-other", variants=variants) == "not_tested"
    assert reason("t1d-grs2-dq", variants=whole_score(without="rs9275490")) == "not_tested"
    assert reason("t1d-grs2-dq") == "unavailable"
    assert reason("t1d-grs2-dq", variants=whole_score(rs9273369=1, rs9275490=1, rs117806464=1)) == "conflict"
