"""What an order contains: by code at every level, never by name, and never by choosing between codes that disagree."""

from __future__ import annotations

from typing import Any

import pytest

from models.codes import ATC, NCIT, NDC, RXNORM, SNOMED, UNII, V3_ROUTE, Code, Concept
from models.features.ingredients import ingredients
from models.finding import Drug
from models.knowledge.source_block import Source
from models.knowledge.types import Drugs, Knowledge, Product
from models.patient import Order

PLAIN, CODEINE, PARACETAMOL = Drug("testol", "10"), Drug("otherol", "20"), Drug("thirdol", "30")
SMALL = Drugs(
    ingredients={"10": PLAIN, "20": CODEINE, "30": PARACETAMOL, "name:newol": Drug("newol", "")},
    products={
        "100": Product(("10",), "ORAL"),
        "200": Product(("20",), "INJECTION"),
        "120": Product(("10", "20"), "ORAL"),
        "110": Product(("10", "?"), "ORAL"),
        "109": Product(("name:newol",), ""),
        "111": Product(("10",), "TOPICAL"),
    },
    ndc={
        "00001002003": Product(("10",), "ORAL"),
        "12345006700": Product(("20",), "ORAL"),
        "12345067800": Product(("30",), "ORAL"),
        "01234506780": Product(("30",), "ORAL"),
    },
    atc={"X01AA01": Product(("10",)), "D01AA01": Product(("10",), "TOPICAL")},
    source=Source("test", "1", "2026", "https://example.org", "2026-11-25", "made up"),
    routes={"on the skin": "TOPICAL", "6064005": "TOPICAL", "26643006": "ORAL", "c38304": "TOPICAL", "po": "ORAL"},
    coded={UNII: {"ABC1": Product(("10",))}, NCIT: {"C2": Product(("20",))}},
    names={"testol": frozenset({"10"}), "testex": frozenset({"10"}), "otherol": frozenset({"20"}), "otherol super": frozenset({"30"})},
    own={("http://example.org/catalogue", "A-1"): Product(("20",), "ORAL")},
)


def order(*codes: tuple[str, str], listed: tuple[Concept, ...] = (), route: Concept = Concept(), text: str = "") -> Order:
    medication = Concept(tuple(Code(system, code, "another word") for system, code in codes), text)
    return Order("MedicationRequest/1", medication, ingredients=listed, route=route, origin="MedicationRequest/1")


def rx(code: str) -> tuple[str, str]:
    return RXNORM, code


def concept(system: str, code: str) -> Concept:
    return Concept((Code(system, code),))


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([rx("10")], [(PLAIN, "")]),
        ([rx("100")], [(PLAIN, "ORAL")]),
        ([rx("120")], [(PLAIN, "ORAL"), (CODEINE, "ORAL")]),
        ([rx("109")], [(Drug("newol", ""), "")]),
        ([(NDC, "00001002003")], [(PLAIN, "ORAL")]),
        ([(NDC, "00001-0020-03")], [(PLAIN, "ORAL")]),
        ([(NDC, "0001-0020-03")], [(PLAIN, "ORAL")]),
        ([(NDC, "12345-067-00")], [(CODEINE, "ORAL")]),
        ([(NDC, "12345-0067-0")], [(CODEINE, "ORAL")]),
        ([(ATC, "X01AA01")], [(PLAIN, "")]),
        ([(ATC, "x01aa01")], [(PLAIN, "")]),
        ([(ATC, "D01AA01")], [(PLAIN, "TOPICAL")]),
        ([rx("10"), rx("100")], [(PLAIN, "ORAL")]),
        ([rx("10"), rx("120")], [(PLAIN, "ORAL"), (CODEINE, "ORAL")]),
        ([rx("404"), rx("100")], [(PLAIN, "ORAL")]),
        ([("http://snomed.info/sct", "1"), rx("100")], [(PLAIN, "ORAL")]),
        ([(UNII, "ABC1")], [(PLAIN, "")]),
        ([(UNII, "abc1")], [(PLAIN, "")]),
        ([(NCIT, "C2"), rx("20")], [(CODEINE, "")]),
        ([("http://example.org/catalogue", "A-1")], [(CODEINE, "ORAL")]),
        ([("http://example.org/catalogue", "A-2"), rx("100")], [(PLAIN, "ORAL")]),
    ],
)
def test_fault_E25_codes_of_every_level_lead_to_each_ingredient(codes: list[tuple[str, str]], expected: list[Any]) -> None:
    found = ingredients(order(*codes), SMALL)
    assert list(found.drugs) == expected
    assert found.gaps == ()


@pytest.mark.parametrize(
    "codes",
    [
        [],
        [rx("404")],
        [("", "100")],
        [("http://example.org/local", "100")],
        [(NDC, "404")],
        [(NDC, "00001-020-3")],
        [(NDC, "0000100200")],
        [(ATC, "X01AA")],
        [(NCIT, "ABC1")],
        [(SNOMED, "A-1")],
    ],
)
def test_fault_E22_and_E23_a_code_that_is_not_known_is_a_gap_whatever_its_name(codes: list[tuple[str, str]]) -> None:
    found = ingredients(order(*codes, text="testol 50 mg tablet"), SMALL)
    assert found.drugs == ()
    assert [(g.reason, g.origin) for g in found.gaps] == [("not_understood", "MedicationRequest/1")]
    assert "testol" not in found.gaps[0].because


@pytest.mark.parametrize("codes", [[rx("100"), rx("200")], [rx("10"), rx("20")], [rx("100"), (NDC, "12345-067-00")], [rx("120"), rx("30")]])
def test_fault_E24_codings_that_disagree_are_a_conflict_and_nothing_is_guessed(codes: list[tuple[str, str]]) -> None:
    for turned in (codes, codes[::-1]):
        found = ingredients(order(*turned), SMALL)
        assert found.drugs == ()
        assert [g.reason for g in found.gaps] == ["conflict"]


@pytest.mark.parametrize(
    ("display", "text"),
    [
        ("otherol 50 MG Oral Tablet", ""),
        ("Otherol", ""),
        ("", "OTHEROL 50mg tab"),
        ("testol 50 MG Oral Tablet", "otherol 50mg tab"),
        ("Otherol Super 50", ""),
    ],
)
def test_fault_E24_a_display_that_names_another_known_medicine_is_a_conflict(display: str, text: str) -> None:
    """One code beside every medicine of a chart (seen in SMART's data) must not make each of them the same one."""
    found = ingredients(Order("", Concept((Code(RXNORM, "100", display),), text), origin="MedicationRequest/1"), SMALL)
    assert found.drugs == ()
    assert [(g.reason, g.origin) for g in found.gaps] == [("conflict", "MedicationRequest/1")]
    assert "otherol" not in found.gaps[0].because.lower()


@pytest.mark.parametrize(
    ("code", "display"),
    [
        ("100", "100 [BN]"),
        ("100", "Testol 50 MG Oral Tablet"),
        ("100", "a brand that nobody knows"),
        ("100", "testolate with otherolum"),
        ("100", "Testex 50"),
        ("100", "testol and otherol"),
        ("120", "otherol 5 MG / testol 50 MG Oral Tablet"),
        ("110", "otherol 5 MG"),
    ],
)
def test_fault_E24_a_display_that_is_not_known_or_names_a_part_is_no_conflict(code: str, display: str) -> None:
    found = ingredients(Order("", Concept((Code(RXNORM, code, display),))), SMALL)
    assert PLAIN in [drug for drug, _ in found.drugs]
    assert not [g for g in found.gaps if g.reason == "conflict"]


def test_fault_E24_a_code_and_the_listed_ingredients_may_disagree_too() -> None:
    assert [g.reason for g in ingredients(order(rx("100"), listed=(concept(RXNORM, "20"),)), SMALL).gaps] == ["conflict"]
    assert ingredients(order(rx("100"), listed=(concept(RXNORM, "10"), concept(RXNORM, "404"))), SMALL).gaps == ()
    contradicted = Concept((Code(RXNORM, "10", "Otherol"),))
    assert [g.reason for g in ingredients(order(listed=(contradicted,)), SMALL).gaps] == ["conflict"]


@pytest.mark.parametrize(
    ("code", "display", "names"),
    [
        ("32968", "Plavix", ["clopidogrel"]),
        ("32968", "32968 [BN]", ["clopidogrel"]),
        ("32968", "warfarin 5 MG", []),
        ("32968", "Coumadin", []),
        ("161", "Paracetamol 500 mg", ["acetaminophen"]),
        ("11118", "divalproex sodium", ["valproate"]),
        ("224905", "trastuzumab deruxtecan", []),
    ],
)
def test_fault_E24_shipped_names(code: str, display: str, names: list[str], knowledge: Knowledge) -> None:
    found = ingredients(Order("", Concept((Code(RXNORM, code, display),))), knowledge.drugs)
    assert [drug.name for drug, _ in found.drugs] == names


def test_ten_digits_without_hyphens_count_only_when_every_reading_agrees() -> None:
    assert ingredients(order((NDC, "1234506780")), SMALL).drugs == ((PARACETAMOL, "ORAL"),)  # 12345-0678-0 and 01234-5067-80 agree
    assert ingredients(order((NDC, "1234500670")), SMALL).drugs == ((CODEINE, "ORAL"),)


def test_a_part_that_is_not_known_is_said_beside_what_is() -> None:
    found = ingredients(order(rx("110")), SMALL)
    assert found.drugs == ((PLAIN, "ORAL"),)
    assert [g.reason for g in found.gaps] == ["not_understood"]
    assert ingredients(order(rx("110"), rx("120")), SMALL).gaps == ()


def test_listed_ingredients_stand_in_for_a_product_that_is_not_known() -> None:
    found = ingredients(order(rx("404"), listed=(concept(RXNORM, "10"), concept(RXNORM, "20"))), SMALL)
    assert [drug for drug, _ in found.drugs] == [PLAIN, CODEINE]
    assert found.gaps == ()


@pytest.mark.parametrize("odd", [concept(RXNORM, "404"), Concept(text="otherol"), Concept((Code(RXNORM, "20"), Code(RXNORM, "30")))])
def test_a_listed_ingredient_that_is_not_known_is_a_gap(odd: Concept) -> None:
    found = ingredients(order(listed=(concept(RXNORM, "10"), odd)), SMALL)
    assert [drug for drug, _ in found.drugs] == [PLAIN]
    assert [g.reason for g in found.gaps] == ["not_understood"]


@pytest.mark.parametrize(
    ("codes", "route", "expected"),
    [
        ([rx("10")], Concept(text="On the skin"), "TOPICAL"),
        ([rx("10")], concept(SNOMED, "6064005"), "TOPICAL"),
        ([rx("10")], concept(NCIT, "C38304"), "TOPICAL"),
        ([rx("10")], concept(V3_ROUTE, "PO"), "ORAL"),
        ([rx("10")], concept("http://example.org/routes", "PO"), ""),
        ([rx("10")], Concept((Code(SNOMED, "26643006", "On the skin"),)), "ORAL"),
        ([rx("10")], Concept((Code(SNOMED, "26643006"), Code(NCIT, "C38304"))), ""),
        ([rx("111")], concept(SNOMED, "6064005"), "TOPICAL"),
        ([rx("111")], Concept(), "TOPICAL"),
        ([rx("100")], concept(SNOMED, "6064005"), ""),
        ([rx("10")], Concept(text="as before"), ""),
        ([rx("100")], Concept(text="as before"), "ORAL"),
    ],
)
def test_fault_E27_a_route_that_is_contradicted_or_not_known_is_not_taken_for_local_use(
    codes: list[tuple[str, str]], route: Concept, expected: str
) -> None:
    assert [r for _, r in ingredients(order(*codes, route=route), SMALL).drugs] == [expected]


@pytest.mark.parametrize(
    ("system", "code", "names"),
    [
        (RXNORM, "32968", ["clopidogrel"]),
        (RXNORM, "309362", ["clopidogrel"]),
        (RXNORM, "236991", ["clopidogrel"]),
        (RXNORM, "817579", ["acetaminophen", "codeine"]),
        (RXNORM, "993781", ["acetaminophen", "codeine"]),
        (NDC, "16729-218-46", ["clopidogrel"]),
        (ATC, "B01AC04", ["clopidogrel"]),
        (RXNORM, "11118", ["valproate"]),
        (UNII, "362O9ITL9D", ["acetaminophen"]),
        (NCIT, "C97660", ["abemaciclib"]),
    ],
)
def test_shipped_codes(system: str, code: str, names: list[str], knowledge: Knowledge) -> None:
    assert [drug.name for drug, _ in ingredients(order((system, code)), knowledge.drugs).drugs] == names
