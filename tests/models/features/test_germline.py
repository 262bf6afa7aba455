"""Which variants count as inherited and harmful, in how many copies, and what leaves that open."""

from __future__ import annotations

import pytest

from models.codes import Code, Concept
from models.features.germline import (
    CONFLICTING,
    MAYBE_ACQUIRED,
    NOT_CLASSED,
    NOT_NAMED,
    ORIGIN_UNSAID,
    Wanted,
    inherited,
    is_named,
)
from models.knowledge.hereditary_types import NamedVariant
from models.variant import Variant
from tests.support.hereditary_cases import variant

DOMINANT, RECESSIVE, X_LINKED = Wanted("AD"), Wanted("AR"), Wanted("XL")
NAMED = NamedVariant("G", "c.1A>G", ("c.1A>G", "c.4A>G", "p.Met1Val", "rs1"), ("first base",))


def found(lines: list[str], wanted: Wanted = DOMINANT, sex: str = "") -> tuple[int, str, bool]:
    told = inherited("G", [variant(f"G {line}", n) for n, line in enumerate(lines, 1)], wanted, sex)
    return len(told.variants), told.copies, told.phased


@pytest.mark.parametrize("said", ["uncertain significance", "likely benign", "benign", "conflicting", ""])
def test_fault_E51_only_pathogenic_and_likely_pathogenic_count(said: str) -> None:
    assert found([f"c.1A>G heterozygous {said} germline"])[0] == 0
    assert found(["c.1A>G heterozygous pathogenic germline"])[0] == 1
    assert found(["c.1A>G heterozygous likely pathogenic germline"])[0] == 1


@pytest.mark.parametrize("state", ["absent", "reference", "no-call"])
def test_what_was_not_found_never_counts(state: str) -> None:
    assert found([f"c.1A>G {state} heterozygous pathogenic germline"])[0] == 0


@pytest.mark.parametrize("source", ["somatic", "donor"])
def test_fault_E15_what_is_not_inherited_never_counts(source: str) -> None:
    assert found([f"c.1A>G heterozygous pathogenic {source} 0.5"])[0] == 0


def test_a_preliminary_report_never_counts() -> None:
    early = Variant("Observation/1", "present", coding=("c.1A>G",), significance=(Concept(text="pathogenic"),), status="preliminary")
    assert not inherited("G", [early], DOMINANT, "").variants


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("c.1A>G heterozygous germline", NOT_CLASSED),
        ("c.1A>G heterozygous conflicting germline", CONFLICTING),
        ("c.1A>G heterozygous pathogenic", ORIGIN_UNSAID),
        ("c.1A>G pathogenic 0.1", MAYBE_ACQUIRED),
    ],
)
def test_what_is_left_open_is_told(line: str, because: str) -> None:
    told = inherited("G", [variant(f"G {line}", 1)], DOMINANT, "")
    assert [gap.because for gap in told.gaps] == [because]
    assert bool(told.variants) is (because == ORIGIN_UNSAID)


def test_copies() -> None:
    assert found(["c.1A>G heterozygous pathogenic germline"]) == (1, "one", True)
    assert found(["c.1A>G homozygous pathogenic germline"]) == (1, "two", True)
    assert found(["c.1A>G pathogenic germline"]) == (1, "unknown", True)
    assert found(["c.1A>G pathogenic germline"], X_LINKED, "male") == (1, "two", True)
    assert found(["c.1A>G heterozygous pathogenic germline"], X_LINKED, "female") == (1, "one", True)
    assert found(["c.1A>G heteroplasmic pathogenic germline"], Wanted("MT")) == (1, "two", True)


def test_two_different_variants_and_one_reported_twice() -> None:
    one, other = "c.1A>G p.Met1Val heterozygous pathogenic germline", "c.7C>T p.Arg3Cys heterozygous likely pathogenic germline"
    assert found([one, other], RECESSIVE) == (2, "two", False)
    assert found([one, one], RECESSIVE) == (2, "one", True)
    assert found([one, "p.M1V heterozygous pathogenic germline"], RECESSIVE) == (2, "one", True)
    assert found(["c.1A>G heterozygous pathogenic germline", "p.Arg3Cys heterozygous pathogenic germline"], RECESSIVE)[1] == "one"


def test_likely_where_it_needs_a_variant_that_is_only_likely_pathogenic() -> None:
    lines = ["G c.1A>G heterozygous pathogenic germline", "G c.7C>T heterozygous likely pathogenic germline"]
    both = inherited("G", [variant(line, n) for n, line in enumerate(lines)], RECESSIVE, "")
    assert both.likely
    assert not inherited("G", [variant(lines[0], 1)], DOMINANT, "").likely
    assert inherited("G", [variant(lines[1], 1)], DOMINANT, "").likely
    doubled = [variant(lines[0], 1), variant("G c.7C>T homozygous likely pathogenic germline", 2)]
    assert inherited("G", doubled, RECESSIVE, "").likely, "the pair is the likely one's"


@pytest.mark.parametrize(
    ("line", "is_it"),
    [
        ("c.1A>G", True),
        ("c.4A>G", True),
        ("p.M1V", True),
        ("p.(Met1Val)", True),
        ("rs1", True),
        ("'First-base'", True),
        ("c.1A>T", False),
        ("p.Met1Leu", False),
        ("c.1A>T p.Met1Val", None),
        ("rs2", False),
        ("'second base'", None),
        ("", None),
    ],
)
def test_a_variant_by_its_name(line: str, is_it: bool | None) -> None:
    assert is_named(variant(f"G {line}", 1), NAMED) is is_it


def test_a_name_with_its_transcript_is_the_same_change() -> None:
    long = Variant("Observation/1", "present", coding=("NM_000130.4:c.1A>G",), ids=(Code("", "rs1"),))
    assert is_named(long, NAMED) is True


def test_of_a_named_variant_another_one_does_not_count_and_an_unclear_one_is_told() -> None:
    wanted = Wanted("AD", (NAMED,))
    assert not inherited("G", [variant("G c.9C>T heterozygous pathogenic germline", 1)], wanted, "").variants
    unclear = inherited("G", [variant("G 'variant found' heterozygous germline", 1)], wanted, "")
    assert (unclear.variants, [gap.because for gap in unclear.gaps]) == ((), [NOT_NAMED])
    assert inherited("G", [variant("G c.1A>G heterozygous germline", 1)], wanted, "").variants, "its name is enough"


def test_only_what_cuts_the_protein_short() -> None:
    wanted = Wanted("AD", truncating=True)
    for line in ("p.Arg3*", "p.Arg3fs", "c.12+1G>A"):
        assert inherited("G", [variant(f"G {line} pathogenic germline", 1)], wanted, "").variants, line
    assert not inherited("G", [variant("G p.Arg3Cys pathogenic germline", 1)], wanted, "").variants


def test_a_fusion_of_the_gene_is_no_inherited_variant_of_it() -> None:
    fused = Variant(
        "Observation/1",
        "present",
        genes=(Concept(text="G"), Concept(text="H")),
        source_class="germline",
        significance=(Concept(text="pathogenic"),),
    )
    assert not inherited("G", [fused], DOMINANT, "").variants
