"""What an order contains: by code at every level, never by name, and never by choosing between codes that disagree."""

from __future__ import annotations

from typing import Any

import pytest

from models.codes import ATC, NDC, RXNORM, SNOMED, Code, Concept
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
    routes={"on the skin": "TOPICAL", "6064005": "TOPICAL", "26643006": "ORAL"},
)


def order(*codes: tuple[str, str], listed: tuple[Concept, ...] = (), route: Concept = Concept(), text: str = "") -> Order:
    medication = Concept(tuple(Code(system, code, "another name") for system, code in codes), text)
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
    ],
)
def test_shipped_codes(system: str, code: str, names: list[str], knowledge: Knowledge) -> None:
    assert [drug.name for drug, _ in ingredients(order((system, code)), knowledge.drugs).drugs] == names
