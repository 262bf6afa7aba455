"""Tolerant access, and the versions of one resource."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fhir_mappings import tables
from fhir_mappings.resource import canonical, concept, entries, latest, mapping, mappings, origin, text
from fhir_mappings.validation import problems
from models.codes import ATC, HGNC, LOINC, NCBI_GENE, NCIT, NDC, RXNORM, SNOMED, UNII, V3_ROUTE, Code, Concept
from models.errors import KnowledgeError
from tests.support.fhir_examples import OBSERVATIONS, ORDERS, observation, orders, patient

TABLES = ("systems.toml", "phenotypes.toml", "presence.toml", "observations.toml")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("urn:oid:2.16.840.1.113883.6.88", RXNORM),
        ("urn:oid:2.16.840.1.113883.6.69", NDC),
        ("urn:oid:2.16.840.1.113883.6.1", LOINC),
        ("urn:oid:2.16.840.1.113883.6.96", SNOMED),
        ("urn:oid:2.16.840.1.113883.6.90", "http://hl7.org/fhir/sid/icd-10-cm"),
        ("https://dmd.nhs.uk", SNOMED),
        ("https://www.whocc.no/atc", ATC),
        ("urn:oid:2.16.840.1.113883.6.73", ATC),
        ("urn:oid:2.16.840.1.113883.4.9", UNII),
        ("http://fdasis.nlm.nih.gov/", UNII),
        ("urn:oid:2.16.840.1.113883.3.26.1.1", NCIT),
        ("http://ncimeta.nci.nih.gov", NCIT),
        ("urn:oid:2.16.840.1.113883.5.112", V3_ROUTE),
        ("http://www.genenames.org/", HGNC),
        ("http://www.genenames.org/geneId", HGNC),
        ("https://www.ncbi.nlm.nih.gov/gene/", NCBI_GENE),
        ("http://example.org/own", "http://example.org/own"),
        (None, ""),
        (["http://loinc.org"], ""),
    ],
)
def test_fault_E23_system_aliases(stated: Any, expected: str) -> None:
    assert canonical(stated) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, Concept()),
        ("text", Concept(text="text")),
        ({"text": " x "}, Concept(text="x")),
        ({"coding": {"system": "s", "code": "c"}}, Concept((Code("s", "c"),))),
        ([{"coding": [{"system": "s", "code": 12}]}], Concept((Code("s", "12"),))),
        ({"system": "s", "code": "c", "display": "d"}, Concept((Code("s", "c", "d"),))),
        ({"coding": [{"system": "s"}, None, "x"]}, Concept()),
        ({"coding": [{"code": True}]}, Concept()),
        (5, Concept()),
    ],
)
def test_concepts_of_any_shape(value: Any, expected: Concept) -> None:
    assert concept(value) == expected


@pytest.mark.parametrize("odd", [None, 1, True, "x", [], {}, [1], [[{}]]])
def test_access_never_raises(odd: Any) -> None:
    assert isinstance(text(odd), str)
    assert mapping(odd) == {}
    assert all(isinstance(m, dict) for m in mappings(odd))
    assert list(entries(odd)) == []


def test_fault_C19_newest_version_stays() -> None:
    old, new = ({"resourceType": "X", "id": "1", "meta": {"versionId": v}} for v in ("9", "10"))
    assert latest([old, new, old]) == latest([new, old]) == (new,)
    unversioned = {"resourceType": "X", "id": "1", "a": 1}, {"resourceType": "X", "id": "1", "a": 2}
    assert len(latest(unversioned)) == 2
    assert len(latest([{"resourceType": "X"}, {"resourceType": "X"}])) == 2


def test_origin_without_an_id() -> None:
    assert (origin({"resourceType": "X"}), origin({}), origin({"resourceType": "X", "id": "1"})) == ("X", "resource", "X/1")


@pytest.mark.parametrize("name", TABLES)
def test_tables_carry_their_source_and_are_read(name: str) -> None:
    written = tomllib.loads((Path(tables.__file__).parent / name).read_text("utf-8"))
    assert all(written["source"][key] for key in ("body", "version", "date", "url", "retrieved", "data"))
    for read in (tables.system_aliases, tables.phenotypes, tables.presence, tables.observations):
        assert read()


def test_a_table_with_an_unknown_member_is_refused() -> None:
    with pytest.raises(KnowledgeError, match=r"phenotypes\.toml"):
        tables.read_table("phenotypes.toml", {"codes"})


def test_no_word_means_two_things() -> None:
    phenotypes, presence = tables.phenotypes(), tables.presence()
    assert not set(phenotypes.words) & phenotypes.no_result_words
    assert not set(presence.words) & (set(phenotypes.words) | phenotypes.no_result_words)
    assert not phenotypes.no_result_codes & phenotypes.codes.keys()


@pytest.mark.parametrize("resource", [*(observation(n) for n in OBSERVATIONS), patient()], ids=lambda r: str(r["id"]))
def test_examples_are_valid_r4b(resource: dict[str, Any]) -> None:
    assert problems(resource) == ()


@pytest.mark.parametrize("name", sorted(set(ORDERS) - {"r5", "dstu2", "no-medication-yet"}))
def test_draft_examples_are_valid_r4b(name: str) -> None:
    for _, resource in entries(orders(name)):
        assert problems(resource) == ()


def test_problems_name_the_place_and_not_the_value() -> None:
    broken = observation("stu3-genotype", status=["SECRET"], effectiveDateTime="SECRET", nonsense="SECRET")
    found = problems(broken)
    assert any(p.startswith("Observation.nonsense") for p in found)
    assert "SECRET" not in json.dumps(found)
    assert problems({"resourceType": "Nonsense"}) == ("resourceType: not a resource of FHIR R4B",)
    assert problems({})


class _Compared(dict[str, Any]):
    """Counts how often it is compared with another."""

    times = 0

    def __eq__(self, other: object) -> bool:
        _Compared.times += 1
        return dict.__eq__(self, other)


def test_security_S67_many_versions_that_cannot_be_ordered_take_no_square_of_time() -> None:
    versions = [_Compared(resourceType="X", id="1", note=str(i)) for i in range(100)]
    assert len(latest([*versions, _Compared(note="7", id="1", resourceType="X")])) == 100
    assert _Compared.times < 1000
