"""The query and the codes of the input, as knowledge makes them."""

from __future__ import annotations

from datetime import date

from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.resource import matches
from models.codes import LOINC
from models.knowledge.source_block import Source
from models.knowledge.types import Drugs, Gene, Knowledge
from tests.support.fhir_examples import observation

SOURCE = Source("a body", "1", "2024", "https://example.org", str(date(2026, 1, 1)), "a table")
TBD = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/"


def _gene(symbol: str, loinc: tuple[str, ...], presence: dict[str, str]) -> Gene:
    return Gene(symbol, "HGNC:1", "1", "pairs", "*1", "", {}, {}, {}, (), (), (), "", loinc, presence, False, SOURCE)


KNOWLEDGE = Knowledge(
    {"A1": _gene("A1", ("79714-2",), {}), "B1": _gene("B1", (), {"57979-7": "*15:02"})}, {}, Drugs({}, {}, {}, {}, SOURCE), "0" * 12
)
INPUT = genotypes_input(KNOWLEDGE)


def test_the_query_asks_for_every_code_by_system() -> None:
    path, _, rest = INPUT.query.partition("?")
    parameters = dict(part.split("=", 1) for part in rest.split("&"))
    codes = parameters["code"].split(",")
    assert path == "Observation"
    assert list(parameters) == ["patient", "code", "_count"]
    assert parameters["patient"] == "{{context.patientId}}"
    for code in ("84413-4", "84414-2", "53040-2", "51961-1", "83009-1", "79714-2", "57979-7"):
        assert f"http://loinc.org|{code}" in codes
    assert {f"{TBD}{name}|therapeutic-implication" for name in ("tbd-codes", "TbdCodes", "tbd-codes-cs")} <= set(codes)
    assert len(codes) == len(set(codes))


def test_a_gene_of_the_knowledge_enters_by_itself() -> None:
    assert (LOINC, "57979-7") in INPUT.codes
    assert "57979-7" not in genotypes_input(Knowledge({}, {}, KNOWLEDGE.drugs, "0" * 12)).query


def test_it_is_required_and_its_codes_filter_again() -> None:
    assert INPUT.required and INPUT.field == "genotypes" and INPUT.resource_type == "Observation"
    assert matches(observation("stu2-implication"), INPUT.codes)
    assert not matches({"code": {"coding": [{"system": LOINC, "code": "2160-0"}]}}, INPUT.codes)


def test_it_reads_with_the_codes_of_the_knowledge() -> None:
    assert INPUT.read([observation("hla-present")]).values[0].present is True
