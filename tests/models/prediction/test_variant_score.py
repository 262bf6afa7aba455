"""Genetic scores: sums worked out by hand, haplotypes against the authors' own demonstration, and what is refused."""

from __future__ import annotations

import math

import pytest

from models.knowledge.score_types import AlleleCount, Distribution, VariantScore
from models.patient import Gap
from models.prediction.variant_score import NONE, VariantScored, add_up, likeliest, pair_number, standing
from tests.support.shipped import shipped

#: Haplotypes and their number in the demonstration of the authors' toolkit (50 made-up people, 13 different genotypes).
DEMONSTRATION = [
    ((), 0.0),
    (("DQ51",), -0.029482468),
    (("DQ25",), 1.262934491),
    (("DQ25", "DQ63"), -0.873107208),
    (("DQ25", "DQ25"), 2.163682386),
    (("DQ25", "DQ42"), 0.802010953),
    (("DQ73",), -0.645766009),
    (("DQ22",), -0.753711742),
    (("DQ25", "DQ51"), 1.064821765),
    (("DQ73", "DQ51"), 0.054795903),
    (("DQ22", "DQ51"), -0.78319421),
    (("DQ42",), -0.460923538),
    (("DQ51", "DQ42"), -0.490406006),
]


def grs2() -> VariantScore:
    return shipped().scores["t1d-grs2"]


def person(tags: tuple[str, ...] = (), **copies: int) -> dict[str, AlleleCount | Gap]:
    """All 67 variants seen, none of their counted alleles found but for these."""
    found: dict[str, AlleleCount | Gap] = {v.id: AlleleCount(tags.count(v.tag)) for v in grs2().variants}
    return found | {name: AlleleCount(number) for name, number in copies.items()}


def given(result: VariantScored | tuple[Gap, ...]) -> VariantScored:
    assert isinstance(result, VariantScored), result
    return result


def refused(result: VariantScored | tuple[Gap, ...]) -> Gap:
    assert isinstance(result, tuple), result
    return result[0]


def test_the_shipped_score_has_67_variants_and_the_authors_range() -> None:
    """Lowest and highest possible score as PRSedm states them: -17.15055452 and 37.412269419."""
    score = grs2()
    tags = [v for v in score.variants if v.tag]
    assert (len(score.variants), len(tags)) == (67, 14)
    haplotypes = score.haplotypes
    assert haplotypes is not None
    every = [*haplotypes.single, NONE]
    numbers = [pair_number((a, b), haplotypes) for a in every for b in every]
    weights = [v.weight for v in score.variants]
    assert math.isclose(2 * sum(w for w in weights if w < 0) + min(numbers), -17.15055452, abs_tol=1e-9)
    assert math.isclose(2 * sum(w for w in weights if w > 0) + max(numbers), 37.412269419, abs_tol=1e-9)


@pytest.mark.parametrize(("tags", "expected"), DEMONSTRATION)
def test_haplotypes_count_as_in_the_authors_demonstration(tags: tuple[str, ...], expected: float) -> None:
    assert math.isclose(given(add_up(grs2(), person(tags))).value, expected, abs_tol=1e-9)


def test_a_score_is_its_copies_times_their_weights() -> None:
    result = given(add_up(grs2(), person(("DQ81", "DQ25"), rs3842753=2, rs6679677=1, rs41295121=1, rs540653847=1)))
    by_hand = 3.632269419 + 2 * 0.83 + 0.64 - 0.71 + 1.78
    assert math.isclose(result.value, by_hand, abs_tol=1e-9)
    assert result.low == result.high == result.value
    assert result.haplotypes == ("DQ25", "DQ81")
    assert math.isclose(math.fsum(amount for _, amount in result.shares), result.value, abs_tol=1e-12)
    assert math.isclose(result.parts["dq"], 3.632269419)
    assert math.isclose(result.parts["hla"], 1.78)
    assert math.isclose(result.parts["other"], 2 * 0.83 + 0.64 - 0.71)


def test_more_copies_move_the_score_by_the_sign_of_their_weight() -> None:
    base = given(add_up(grs2(), person())).value
    for variant in grs2().variants:
        if not variant.tag:
            one, two = (given(add_up(grs2(), person() | {variant.id: AlleleCount(n)})).value for n in (1, 2))
            assert math.isclose(one - base, variant.weight, abs_tol=1e-9)
            assert math.isclose(two - one, variant.weight, abs_tol=1e-9)


def test_of_three_tagged_haplotypes_the_most_frequent_count_and_the_rest_is_doubt() -> None:
    result = given(add_up(grs2(), person(("DQ81", "DQ25", "DQ61"))))
    assert result.haplotypes == ("DQ25", "DQ81")
    assert result.doubtful
    assert math.isclose(result.high, 3.632269419, abs_tol=1e-9)  # DQ25/DQ81
    assert math.isclose(result.low, 1.262934491 + 0.479640792, abs_tol=1e-9)  # DQ25/DQ61
    haplotypes = grs2().haplotypes
    assert haplotypes is not None
    assert likeliest(["DQ61", "DQ61"], haplotypes) == ("DQ61", "DQ61")
    assert likeliest(["DQ61"], haplotypes) == ("DQ61", NONE)


def test_missing_variants_widen_the_score_and_are_named() -> None:
    counts = person(("DQ81",))
    del counts["rs3842753"], counts["rs41295121"]
    result = given(add_up(grs2(), counts))
    assert math.isclose(result.value, 2.078322791, abs_tol=1e-9)
    assert math.isclose(result.low, 2.078322791 - 2 * 0.71, abs_tol=1e-9)
    assert math.isclose(result.high, 2.078322791 + 2 * 0.83, abs_tol=1e-9)
    assert {gap.subject for gap in result.missing} == {"rs3842753", "rs41295121"}
    assert result.coverage.variants == 65


def test_a_missing_tag_refuses_the_score() -> None:
    counts = person(("DQ25",))
    counts["rs9275490"] = Gap("rs9275490", "not_callable", "tested, and no genotype was called")
    gap = refused(add_up(grs2(), counts))
    assert gap.reason == "not_tested"
    assert "1 of 14" in gap.because


def test_too_few_variants_refuse_the_score() -> None:
    counts = person()
    for variant in [v for v in grs2().variants if v.part == "other"][-7:]:
        del counts[variant.id]
    gap = refused(add_up(grs2(), counts))
    assert "60 of its 67 variants" in gap.because


def test_too_little_weight_refuses_the_score() -> None:
    """Three variants of 67 are few, and more than a tenth of the weight."""
    counts = person()
    for heavy in ("rs540653847", "rs9271347", "rs9268500"):
        del counts[heavy]
    gap = refused(add_up(grs2(), counts))
    assert "64 of its 67 variants" in gap.because
    assert "below 90%" in gap.because


def test_no_percentile_without_a_reference_of_the_same_ancestry() -> None:
    scored = given(add_up(grs2(), person(("DQ25",))))
    european = Distribution("t1d-grs2", "european", 1.0, 2.0, 5000, "made up")
    for ancestry, references in (
        ("", (european,)),
        ("african", (european,)),
        ("european", grs2().references),
        ("european", (european,) * 2),
    ):
        assert isinstance(standing(scored, ancestry, references), Gap)
    found = standing(scored, "european", (european,))
    assert not isinstance(found, Gap)
    z = (1.262934491 - 1.0) / 2.0
    assert math.isclose(found.low, 100 * 0.5 * (1 + math.erf(z / math.sqrt(2))), abs_tol=1e-9)


def test_a_score_with_missing_variants_stands_between_two_percentiles() -> None:
    counts = person()
    del counts["rs3842753"]
    found = standing(given(add_up(grs2(), counts)), "european", (Distribution("t1d-grs2", "european", 0.0, 1.0, 500, "made up"),))
    assert not isinstance(found, Gap)
    assert math.isclose(found.low, 50.0)
    assert math.isclose(found.high, 95.154, abs_tol=1e-3)  # 1.66 standard deviations above
