"""One change in the spellings of different callers, and other changes that must not be taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.importing.alignment import Change, left_at, trimmed
from models.features.sites import OTHER
from models.knowledge.definition_types import Site

SNV = Site(100, "rs1", "A", ("G", "T"))
DELETION = Site(100, "rs2", "GATGA", ("G",))
INSERTION = Site(100, "rs3", "T", ("TG",))
REPEAT = Site(100, "rs4", "CAT", ("C", "CATAT", "CATATAT"))


@pytest.mark.parametrize(
    ("site", "position", "ref", "alt", "expected"),
    [
        (SNV, 100, "A", "G", "G"),
        (SNV, 100, "A", "A", "A"),
        (SNV, 100, "A", "C", OTHER),
        (SNV, 99, "CA", "CG", "G"),  # padded
        (SNV, 100, "AC", "GC", "G"),
        (SNV, 99, "CAC", "TGT", "G"),  # written together with its neighbours
        (SNV, 99, "CAC", "TAC", "A"),  # the neighbour alone
        (SNV, 98, "CCAC", "C", OTHER),  # deleted
        (SNV, 100, "AC", "A", "A"),  # the next base is deleted
        (SNV, 99, "C", "CT", "A"),  # an insertion before it
        (DELETION, 100, "GATGA", "G", "G"),
        (DELETION, 99, "CGATGA", "CG", "G"),
        (DELETION, 100, "GAT", "G", OTHER),  # shorter
        (DELETION, 102, "T", "C", OTHER),  # a base that the deletion would remove
        (DELETION, 100, "G", "C", "GATGA"),  # the base before it is no part of it
        (INSERTION, 100, "T", "TG", "TG"),
        (INSERTION, 100, "TC", "TGC", "TG"),
        (INSERTION, 100, "T", "TGG", OTHER),
        (INSERTION, 100, "T", "C", "T"),
        (REPEAT, 100, "C", "CAT", "CATAT"),
        (REPEAT, 100, "CATAT", "CAT", "C"),
        (REPEAT, 100, "CAT", "CATATATAT", OTHER),
    ],
)
def test_what_a_record_leaves_at_a_site(site: Site, position: int, ref: str, alt: str, expected: str) -> None:
    assert left_at(site, position, ref, alt) == expected


BASES = st.text("ACGT", min_size=1, max_size=6)


@given(BASES, BASES, BASES, BASES)
def test_padding_changes_nothing(before: str, ref: str, alt: str, after: str) -> None:
    plain, padded = trimmed(50, ref, alt), trimmed(50 - len(before), before + ref, before + alt)
    assert padded.ref == plain.ref or len(padded.ref) == len(plain.ref)
    assert len(padded.alt) - len(padded.ref) == len(alt) - len(ref)
    assert trimmed(50, ref + after, alt + after) == plain


def test_what_touches() -> None:
    assert Change(5, "AC", "").touches(Change(6, "C", "T"))
    assert not Change(5, "AC", "").touches(Change(7, "C", "T"))
    assert Change(6, "", "G").touches(Change(5, "AC", ""))
    assert not Change(5, "", "G").touches(Change(5, "AC", ""))
    assert Change(5, "", "G").touches(Change(5, "", "T"))
