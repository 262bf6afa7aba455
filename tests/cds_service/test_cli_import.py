"""`precision-hooks import` as its users type it, and the whole road from a file to a card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from cds_service.cli import main
from fhir_mappings.validation import problems
from tests.support.vcf_files import defined, records, vcf

CONVERSATIONS = Path(__file__).parents[1] / "conversations"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def poor(tmp_path: Path) -> Path:
    file = tmp_path / "sample.vcf"
    file.write_text(vcf(records(defined("CYP2C19"), "*2", "*2")), "utf-8")
    return file


@pytest.fixture
def report(tmp_path: Path) -> Path:
    two = {"allele1": {"name": "*2"}, "allele2": {"name": "*2"}, "phenotypes": ["Poor Metabolizer"]}
    gene = {"geneSymbol": "CYP2C19", "callSource": "MATCHER", "sourceDiplotypes": [two], "recommendationDiplotypes": [two]}
    file = tmp_path / "report.json"
    file.write_text(json.dumps({"pharmcatVersion": "3.1.1", "genes": {"CYP2C19": gene}}), "utf-8")
    return file


def answered(client: FlaskClient, bundle: dict[str, Any]) -> dict[str, Any]:
    """The clopidogrel order of the conversation, with what was imported as the chart's results."""
    request = json.loads((CONVERSATIONS / "clopidogrel-poor-metabolizer.request.json").read_text("utf-8"))
    found = [e for e in bundle["entry"] if e["resource"]["resourceType"] == "Observation"]
    request["prefetch"]["genotypes"] = {"resourceType": "Bundle", "type": "searchset", "entry": found}
    answer = client.post("/cds-services/precision-order-sign", json=request)
    assert answer.status_code == 200
    return dict(answer.get_json())


@pytest.mark.parametrize("command", ["vcf", "pharmcat"])
def test_from_the_file_to_the_card(command: str, request: pytest.FixtureRequest, client: FlaskClient) -> None:
    file = request.getfixturevalue("poor" if command == "vcf" else "report")
    result = run("import", command, file, "--patient", "pat-1")
    assert result.exit_code == 0, result.stderr
    bundle = json.loads(result.stdout)
    assert problems(bundle) == ()
    assert "CYP2C19*2/*2 – Poor Metabolizer" in result.stderr
    (card,) = answered(client, bundle)["cards"]
    assert card["summary"].startswith("Avoid clopidogrel if possible; use prasugrel or ticagrelor")
    assert "precision-hooks import (research use)" in card["detail"]


def test_results_imported_for_another_patient_are_not_used(poor: Path, client: FlaskClient) -> None:
    bundle = json.loads(run("import", "vcf", poor, "--patient", "someone-else").stdout)
    assert answered(client, bundle)["cards"] == []


def test_the_bundle_goes_to_a_file(poor: Path, tmp_path: Path) -> None:
    out = tmp_path / "bundle.json"
    result = run("import", "vcf", poor, "--patient", "p1", "--out", out)
    assert result.stdout == ""
    assert json.loads(out.read_text("utf-8"))["resourceType"] == "Bundle"


def test_the_summary_names_what_was_not_called_and_why(poor: Path) -> None:
    told = run("import", "vcf", poor, "--patient", "p1").stderr
    assert "1 of 23 genes called. Outside the order path; not a laboratory result." in told
    assert "CYP2D6: no genotype, copy numbers" in told
    assert "TPMT: no genotype, none of its 43 positions was read" in told


def test_exit_status_is_1_without_any_genotype_and_2_without_a_usable_file(tmp_path: Path) -> None:
    empty = tmp_path / "empty.vcf"
    empty.write_text(vcf([]), "utf-8")
    assert run("import", "vcf", empty, "--patient", "p1").exit_code == 1
    empty.write_text("nothing", "utf-8")
    refused = run("import", "vcf", empty, "--patient", "p1")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("precision-hooks: ")
    assert run("import", "vcf", tmp_path / "none.vcf", "--patient", "p1").exit_code == 2
    assert run("import", "vcf", empty, "--patient", "a b").exit_code == 2
    assert run("import", "vcf", empty, "--patient", "p1", "--out", tmp_path / "no" / "folder").exit_code == 2


def test_both_builds_can_be_declared_and_one_is_refused(poor: Path) -> None:
    assert run("import", "vcf", poor, "--patient", "p1", "--build", "GRCh38").exit_code == 0
    refused = run("import", "vcf", poor, "--patient", "p1", "--build", "GRCh37")
    assert refused.exit_code == 2
    assert "in doubt: GRCh37 and GRCh38" in refused.stderr
