"""A site's own codes: what they mean, and which line of the file is wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cds_service.app import create_state
from cds_service.setting_checks import SettingsError
from cds_service.settings import Settings
from cds_service.site_files import summary, with_site_files
from fhir_mappings.resource import concept
from models.codes import ATC, NDC, RXNORM, SNOMED, Code
from models.errors import KnowledgeError
from models.features.ingredients import ingredients
from models.knowledge.meaning import product
from models.knowledge.site_codes import COLUMNS, read_site_codes
from models.knowledge.types import Knowledge, Product
from models.patient import Order

HEAD = "\t".join(COLUMNS) + "\n"
OWN = "urn:oid:1.2.3.4"
MORE = "ward pharmacy\tour catalogue\t2027-06-30\n"


def file(folder: Path, *rows: str, head: str = HEAD) -> Settings:
    path = folder / "codes.tsv"
    path.write_text(head + "".join(rows), "utf-8")
    return Settings(store_url=f"sqlite:///{folder}/s", site_codes=str(path))


def test_a_line_lets_a_code_be_known_by_id_or_by_name(tmp_path: Path, knowledge: Knowledge) -> None:
    settings = file(
        tmp_path,
        "# our catalogue\n\n",
        f"{OWN}\tA-1\t32968\toral\t{MORE}",
        f"{OWN}\tA-2\tAcetaminophen|codeine\t\t{MORE}",
        f"https://dmd.nhs.uk\t9900000000001\twarfarin\tORAL\t{MORE}",
    )
    drugs = with_site_files(knowledge, settings).drugs
    assert product(Code(OWN, "A-1"), drugs) == Product(("32968",), "ORAL")
    assert product(Code(OWN, "A-2"), drugs) == Product(("161", "2670"))
    assert product(Code(SNOMED, "9900000000001"), drugs) == Product(("11289",), "ORAL"), "dm+d codes are SNOMED CT identifiers"
    assert product(Code(OWN, "A-3"), drugs) is None and product(Code("", "A-1"), drugs) is None
    order = Order("", concept({"coding": [{"system": OWN, "code": "A-1", "display": "whatever"}]}))
    assert [d.name for d, _ in ingredients(order, drugs).drugs] == ["clopidogrel"]
    assert ingredients(order, knowledge.drugs).drugs == ()


def test_fault_E24_a_sites_line_and_another_coding_of_the_order_may_disagree(tmp_path: Path, knowledge: Knowledge) -> None:
    drugs = with_site_files(knowledge, file(tmp_path, f"{OWN}\tA-1\t32968\t\t{MORE}")).drugs
    order = Order("", concept({"coding": [{"system": OWN, "code": "A-1"}, {"system": RXNORM, "code": "11289"}]}))
    assert [g.reason for g in ingredients(order, drugs).gaps] == ["conflict"]


def test_the_digest_changes_with_the_file(tmp_path: Path, knowledge: Knowledge) -> None:
    one = with_site_files(knowledge, file(tmp_path, f"{OWN}\tA-1\t32968\t\t{MORE}")).digest
    two = with_site_files(knowledge, file(tmp_path, f"{OWN}\tA-1\t11289\t\t{MORE}")).digest
    assert len({knowledge.digest, one, two}) == 3
    assert with_site_files(knowledge, Settings()) is knowledge


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (f"{OWN}\tA-1\t404404\t\t{MORE}", "line 2: '404404' is neither an RxNorm ingredient id nor an ingredient's name"),
        (f"{OWN}\tA-1\t32968|aspirinol\t\t{MORE}", "line 2: 'aspirinol' is neither"),
        (f"{OWN}\tA-1\t\t\t{MORE}", "line 2: 'ingredients' is empty"),
        (f"\tA-1\t32968\t\t{MORE}", "line 2: 'system' is empty"),
        (f"{OWN}\tA-1\t32968\t\t\tour catalogue\t2027-06-30\n", "line 2: 'owner' is empty"),
        (f"{OWN}\tA-1\t32968\tby drone\t{MORE}", "line 2: 'by drone' is no route"),
        (f"{OWN}\tA-1\t32968\n", "line 2 has 3 cells, not 7"),
        (f"{OWN}\tA-1\t32968\t\tme\twhy\tsoon\n", "line 2: review_by must be a date"),
        (f"{OWN}\tA-1\t32968\t\t{MORE}" * 2, "line 3 says again what code 'A-1' means"),
        (f"{RXNORM}\t309362\t11289\t\t{MORE}", "line 2: code '309362' is known here and means clopidogrel"),
        (f"urn:oid:2.16.840.1.113883.6.88\t32968\t11289\t\t{MORE}", "line 2: code '32968' is known here and means clopidogrel"),
        (f"{NDC}\t16729-218-46\t11289\t\t{MORE}", "line 2: code '16729-218-46' is known here"),
        (f"{ATC}\tB01AC04\t11289\t\t{MORE}", "line 2: code 'B01AC04' is known here"),
    ],
)
def test_one_wrong_line_stops_the_start_and_is_named(row: str, sentence: str, tmp_path: Path, knowledge: Knowledge) -> None:
    with pytest.raises(KnowledgeError) as raised:
        create_state(file(tmp_path, row), knowledge)
    assert f"codes.tsv: {sentence}" in str(raised.value)


@pytest.mark.parametrize("head", ["", "system\tcode\n", HEAD.upper()])
def test_a_file_without_its_header_stops_the_start(head: str, tmp_path: Path, knowledge: Knowledge) -> None:
    with pytest.raises(KnowledgeError, match=r"codes\.tsv.*system, code, ingredients"):
        create_state(file(tmp_path, head=head), knowledge)


def test_a_path_without_a_file_and_a_file_that_is_no_text_are_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    with pytest.raises(SettingsError, match=r"PRECISION_HOOKS_SITE_CODES.*names no file"):
        Settings(site_codes=str(tmp_path / "none.tsv"))
    (tmp_path / "codes.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read as UTF-8"):
        with_site_files(knowledge, Settings(site_codes=str(tmp_path / "codes.tsv")))


def test_a_code_that_is_known_in_part_may_be_completed(tmp_path: Path, knowledge: Knowledge) -> None:
    code, known = next((c, p) for c, p in knowledge.drugs.products.items() if p.ingredients == ("161", "?"))
    drugs = with_site_files(knowledge, file(tmp_path, f"{RXNORM}\t{code}\t161|2670\t\t{MORE}")).drugs
    assert product(Code(RXNORM, code), drugs) == Product(("161", "2670"))
    assert product(Code(RXNORM, code), knowledge.drugs) == known
    with pytest.raises(KnowledgeError, match="is known here"):
        with_site_files(knowledge, file(tmp_path, f"{RXNORM}\t{code}\t2670\t\t{MORE}"))


def test_the_shipped_meaning_of_a_code_may_be_repeated(knowledge: Knowledge) -> None:
    (row,) = read_site_codes([HEAD, f"{RXNORM}\t309362\t32968\t\t{MORE}"], "x.tsv", knowledge.drugs)
    assert (row.owner, row.review_by) == ("ward pharmacy", date(2027, 6, 30))


def test_lines_that_are_due_are_counted(tmp_path: Path, knowledge: Knowledge) -> None:
    settings = file(tmp_path, f"{OWN}\tA-1\t32968\t\t{MORE}", f"{OWN}\tA-2\t11289\t\tanna\twhy\t2026-01-01\n")
    known = with_site_files(knowledge, settings)
    assert summary(known, settings, date(2026, 11, 26)) == ["2 codes of the site's own, 1 due for review (anna first)."]
    assert summary(known, settings, date(2025, 11, 26)) == ["2 codes of the site's own, 0 due for review."]
