"""What is said of some types of tumour, held against the one on file: the tree, exceptions, every solid tumour, unknown types."""

from __future__ import annotations

import pytest

from models.features.tumour_fit import Fit, TumourTree, fit, tumour_tree
from models.features.tumours import Tumour
from models.knowledge.clinical_types import Clinical, TumourType
from models.knowledge.types import Knowledge

BLOOD = ("AML", "ALL", "CML", "NHL", "HL", "PCM", "MDS", "MPN", "HDCN", "MCD", "MLN", "CLLSLL")


@pytest.fixture(scope="module")
def tree(knowledge: Knowledge) -> TumourTree:
    return tumour_tree(knowledge.clinical, BLOOD)


def tumour(code: str) -> Tumour:
    return Tumour(f"tumour-{code}" if code else "", code, code, "active")


@pytest.mark.parametrize(
    ("code", "tumours", "excepted", "expected"),
    [
        ("NSCLC", "NSCLC", "", "same"),
        ("LUAD", "NSCLC", "", "same"),
        ("LUNG", "NSCLC", "", "maybe"),
        ("SCLC", "NSCLC", "", "other"),
        ("LUAD", "BRCA NSCLC", "", "same"),
        ("COADREAD", "BRCA NSCLC", "", "other"),
        ("BREAST", "NSCLC BRCA", "", "maybe"),
        # non-squamous
        ("LUAD", "NSCLC", "LUSC", "same"),
        ("LUSC", "NSCLC", "LUSC", "other"),
        ("NSCLC", "NSCLC", "LUSC", "maybe"),
        ("LUNG", "NSCLC", "LUSC", "maybe"),
        # every solid tumour
        ("CHOL", "solid", "", "same"),
        ("LUNG", "solid", "", "same"),
        ("AML", "solid", "", "other"),
        ("MCL", "solid", "", "other"),
        ("ECD", "solid", "", "other"),
        ("COADREAD", "solid", "COADREAD", "other"),
        ("READ", "solid", "COADREAD", "other"),
        ("BOWEL", "solid", "COADREAD", "maybe"),
        ("PANCREAS", "solid", "COADREAD", "same"),
        # labels' words against the tree
        ("UM", "MEL", "", "same"),
        ("MEL", "UM", "", "maybe"),
        ("GB", "HGGNOS", "", "same"),
        ("GNOS", "LGGNOS", "", "maybe"),
        ("GIST", "SOFT_TISSUE", "", "other"),
        ("ANSC", "COADREAD", "", "other"),
        ("RAML", "RCC", "", "other"),
        ("MLNPDGFRA", "MLN", "", "same"),
        ("NHL", "FL", "", "maybe"),
    ],
)
def test_what_is_said_of_types_is_said_of_this_one(code: str, tumours: str, excepted: str, expected: Fit, tree: TumourTree) -> None:
    assert fit(tumour(code), tuple(tumours.split()), tuple(excepted.split()), tree) == expected


def test_fault_E49_of_an_unknown_type_only_what_holds_of_every_solid_tumour_may_hold(tree: TumourTree) -> None:
    assert fit(tumour(""), ("solid",), (), tree) == "maybe"
    assert fit(tumour(""), ("NSCLC", "MEL"), (), tree) == "other"


def test_a_type_that_is_asked_for_and_not_known_is_never_a_no() -> None:
    known = {"a": Clinical("a", "a", frozenset(), tumour=TumourType("A"))}
    assert fit(Tumour("a", "A", "a", "active"), ("B",), (), tumour_tree(known, ())) == "maybe"
