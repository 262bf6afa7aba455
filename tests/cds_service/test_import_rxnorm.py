"""A site's own RxNorm: from release files to what an order means. The rows are hand-made in the shape of a release."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.import_rxnorm import Counts, import_rxnorm
from cds_service.settings import Settings
from cds_service.site_files import with_site_files
from models.codes import NDC, RXNORM, SNOMED, UNII, Code, Concept
from models.errors import KnowledgeError
from models.features.ingredients import ingredients
from models.knowledge.meaning import product
from models.knowledge.types import Drugs, Knowledge, Product
from models.patient import Order
from tests.support.rxnorm_release import ATOMS, ATTRIBUTES, RELATIONS, atom, relation, write_release


def imported(folder: Path, knowledge: Knowledge) -> tuple[Drugs, Counts]:
    out = folder / "rxnorm.tsv"
    counts = import_rxnorm(write_release(folder), out, knowledge.drugs)
    return with_site_files(knowledge, Settings(rxnorm_file=str(out))).drugs, counts


@pytest.mark.parametrize(
    ("code", "ingredients", "route"),
    [
        ("32968", ("32968",), ""),  # IN
        ("236991", ("32968",), ""),  # PIN
        ("174742", ("32968",), ""),  # BN
        ("9000001", ("32968",), ""),  # SCDC
        ("9000002", ("32968",), ""),  # SCDF
        ("309362", ("32968",), "ORAL"),  # SCD
        ("213169", ("32968",), ""),  # SBD
        ("9000003", ("161", "2670"), ""),  # MIN
        ("993781", ("161", "2670"), "ORAL"),  # a combination
        ("9000006", ("161", "2670", "32968"), ""),  # a pack
        ("9000008", ("32968", "?"), ""),  # a part that leads nowhere
        ("9000010", ("9000009",), "TOPICAL"),  # an ingredient that is not shipped
        ("9000012", ("32968",), ""),  # obsolete, still in charts
        ("9000015", ("32968",), ""),  # a brand of several products does not widen it
        ("9000014", ("161", "32968"), ""),
        ("9000017", ("name:vericiguat",), ""),  # shipped without an RxNorm id
        ("9000018", ("40254",), ""),  # under the id that guidelines go by here
    ],
)
def test_fault_E26_a_code_of_every_level_leads_to_its_ingredients(
    code: str, ingredients: tuple[str, ...], route: str, tmp_path: Path, knowledge: Knowledge
) -> None:
    drugs, _ = imported(tmp_path, knowledge)
    assert product(Code(RXNORM, code), drugs) == Product(ingredients, route)


def test_what_was_suppressed_or_is_not_of_rxnorm_itself_says_nothing(tmp_path: Path, knowledge: Knowledge) -> None:
    drugs, _ = imported(tmp_path, knowledge)
    assert product(Code(RXNORM, "9000013"), drugs) is None
    assert product(Code(RXNORM, "317541"), drugs) is None


def test_numbers_and_codes_of_other_systems_come_along(tmp_path: Path, knowledge: Knowledge) -> None:
    drugs, counts = imported(tmp_path, knowledge)
    assert product(Code(NDC, "63653-1171-01"), drugs) == Product(("32968",), "ORAL")
    assert [product(Code(NDC, code), drugs) for code in ("11111111111", "22222222222", "33333333333")] == [None, None, None]
    assert product(Code(SNOMED, "9900000000001"), drugs) == Product(("32968",))
    assert product(Code(SNOMED, "9900000000002"), drugs) == Product(("32968",), "ORAL")
    assert product(Code(SNOMED, "9900000000003"), drugs) is None
    assert product(Code(UNII, "A74586SNO7"), drugs) == Product(("32968",))
    assert product(Code(UNII, "362O9ITL9D"), drugs) == Product(("161",)), "the shipped table stays beneath"
    assert (counts.ndcs, counts.snomed, counts.incomplete, counts.differing) == (1, 2, 1, ())


def test_the_names_of_new_ingredients_and_the_digest_change_and_the_shipped_snapshot_does_not(tmp_path: Path, knowledge: Knowledge) -> None:
    drugs, _ = imported(tmp_path, knowledge)
    assert drugs.ingredients["9000009"].name == "newpharmol"
    assert "9000009" not in knowledge.drugs.ingredients and product(Code(RXNORM, "9000010"), knowledge.drugs) is None
    one = with_site_files(knowledge, Settings(rxnorm_file=str(tmp_path / "rxnorm.tsv"))).digest
    assert one != knowledge.digest and one == with_site_files(knowledge, Settings(rxnorm_file=str(tmp_path / "rxnorm.tsv"))).digest


def test_where_rxnorm_says_other_than_the_shipped_table_its_own_word_holds_and_is_counted(tmp_path: Path, knowledge: Knowledge) -> None:
    write_release(tmp_path, rel=(*RELATIONS, relation("213169", "has_ingredient", "161")))
    counts = import_rxnorm(tmp_path, tmp_path / "out.tsv", knowledge.drugs)
    assert counts.differing == ("213169",)


def test_a_part_that_is_shipped_and_not_imported_is_not_lost(tmp_path: Path, knowledge: Knowledge) -> None:
    rel = tuple(row for row in RELATIONS if "9000005|" not in row and not row.startswith("9000005"))
    out = tmp_path / "out.tsv"
    import_rxnorm(write_release(tmp_path, rel=(*rel, relation("993781", "consists_of", "9000005"))), out, knowledge.drugs)
    drugs = with_site_files(knowledge, Settings(rxnorm_file=str(out))).drugs
    assert product(Code(RXNORM, "993781"), drugs) == knowledge.drugs.products["993781"]


@pytest.mark.parametrize(
    ("code", "display", "met"),
    [
        ("309362", "Plavix 75 MG Oral Tablet", True),
        ("309362", "Umbrella 75", True),
        ("309362", "Newpharmol 5 MG", False),
        ("9000010", "Newpharmol 5 MG", True),
        ("9000010", "clopidogrel bisulfate", False),
        ("9000018", "valproic acid 250 MG", True),
        ("9000017", "vericiguat 5 MG", True),
    ],
)
def test_fault_E24_names_come_along_so_that_codes_can_be_doubted(
    code: str, display: str, met: bool, tmp_path: Path, knowledge: Knowledge
) -> None:
    drugs, _ = imported(tmp_path, knowledge)
    found = ingredients(Order("", Concept((Code(RXNORM, code, display),))), drugs)
    assert bool(found.drugs) is met
    assert ([g.reason for g in found.gaps] == ["conflict"]) is not met


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"conso": (*ATOMS, "32968|ENG|\n")}, f"RXNCONSO.RRF: line {len(ATOMS) + 1} has 2 columns"),
        ({"conso": (*ATOMS, ATOMS[0].rstrip("\n") + "x\n")}, f"RXNCONSO.RRF: line {len(ATOMS) + 1} has 18 columns"),
        ({"conso": (atom("x1", "IN", "clopidogrel"),)}, "RXNCONSO.RRF: line 1 has no RxNorm id"),
        ({"rel": ("1|2\n",)}, "RXNREL.RRF: line 1 has 1 columns"),
        ({"rel": (relation("309362", "consists_of", ""),)}, "RXNREL.RRF: line 1 has no RxNorm id"),
        ({"sat": (*ATTRIBUTES, "||\n")}, f"RXNSAT.RRF: line {len(ATTRIBUTES) + 1} has 2 columns"),
        ({"rel": ()}, "no code leads to an ingredient, so nothing was written"),
        ({"conso": (), "rel": ()}, "no code leads to an ingredient, so nothing was written"),
    ],
)
def test_one_broken_place_is_named_and_nothing_is_written(
    changed: dict[str, tuple[str, ...]], sentence: str, tmp_path: Path, knowledge: Knowledge
) -> None:
    out = tmp_path / "out.tsv"
    with pytest.raises(KnowledgeError) as raised:
        import_rxnorm(write_release(tmp_path, **changed), out, knowledge.drugs)
    assert sentence in str(raised.value)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".RRF"] == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no ingredients or no products"),
        ("table\tcode\n", "line 1 must be table, code, ingredients, route"),
        ("table\tcode\tingredients\troute\nproducts\t1\t2\n", "line 2 is not one that import-rxnorm writes"),
        ("# a remark\ntable\tcode\tingredients\troute\nother\t1\t2\t\n", "line 3 is not one that import-rxnorm writes"),
        ("table\tcode\tingredients\troute\ningredients\t161\tparacetamol\t\nproducts\t1\t2\t\n", "code 1 has ingredient 2"),
    ],
)
def test_a_file_that_is_not_as_the_import_wrote_it_stops_the_start(text: str, sentence: str, tmp_path: Path, knowledge: Knowledge) -> None:
    (tmp_path / "mine.tsv").write_text(text, "utf-8")
    with pytest.raises(KnowledgeError, match=r"mine\.tsv") as raised:
        with_site_files(knowledge, Settings(rxnorm_file=str(tmp_path / "mine.tsv")))
    assert sentence in str(raised.value)


def test_the_command_tells_what_it_came_to_and_whose_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "mine.tsv"
    (tmp_path / "rrf").mkdir()
    write_release(tmp_path / "rrf", sat=None)
    result = CliRunner().invoke(main, ["knowledge", "import-rxnorm", str(tmp_path), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "18 products (1 with a part that is not known)" in result.stdout
    assert "0 NDCs, 2 SNOMED CT codes" in result.stdout
    assert "UMLS licence" in result.stdout and "UMLS licence" in out.read_text("utf-8").splitlines()[0]
    monkeypatch.setenv("PRECISION_HOOKS_RXNORM_FILE", str(out))
    checked = CliRunner().invoke(main, ["knowledge", "check"])
    assert "With mine.tsv: 1016 ingredients" in checked.stdout
    (tmp_path / "rrf" / "RXNREL.RRF").unlink()
    failed = CliRunner().invoke(main, ["knowledge", "import-rxnorm", str(tmp_path), "--out", str(out)])
    assert failed.exit_code == 2 and "RXNREL.RRF" in failed.stderr
