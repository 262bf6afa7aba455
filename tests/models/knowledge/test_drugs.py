"""Drug tables: broken lines are named, and what ships agrees with the stored tables."""

from __future__ import annotations

import csv
import gzip
import tracemalloc
from importlib.resources import files

import pytest

from models.codes import ATC, NCIT, NDC, RXNORM, UNII, Code
from models.errors import KnowledgeError
from models.features.named import named
from models.knowledge.drug_files import TABLES, UNKNOWN, read_drugs
from models.knowledge.late import Late
from models.knowledge.meaning import product
from models.knowledge.source_block import Source
from models.knowledge.types import Drugs, Knowledge, Product
from tests.support.reference import reference_file

SOURCE = Source("RxNorm", "1", "2026", "https://example.org", "2026-11-25", "made up for tests")
SMALL = {
    "ingredients": "rxnorm\tname\n10\ttestol\n20\totherol\nname:newol\tnewol\n",
    "products": "rxnorm\tingredients\troute\n100\t10|20\tORAL\n101\t10|?\t\n11\t10\t\n",
    "ndc": "ndc\tingredients\troute\n00000000001\t10\tORAL\n",
    "atc": "atc\tingredients\troute\nX01AA01\tname:newol\t\n",
    "routes": "word\troute\nskin\tTOPICAL\n",
    "unii": "unii\tingredients\troute\nABC1\t10\t\n",
    "ncit": "ncit\tingredients\troute\nC1\t20\t\n",
    "names": "name\tingredients\ntestex\t10\nmixture\t10|20\n",
}


def read(**changed: str) -> Drugs:
    return read_drugs(SMALL | changed, SOURCE)


def read_whole(changed: dict[str, str]) -> None:
    drugs = read(**changed)
    for late in (drugs.ndc, drugs.names, *drugs.coded.values()):
        len(late)


def test_small_tables_are_read_and_equal_products_are_one_object() -> None:
    drugs = read(products=SMALL["products"] + "102\t10|20\tORAL\n")
    assert drugs.products["100"] == Product(("10", "20"), "ORAL")
    assert drugs.products["102"] is drugs.products["100"]
    assert drugs.products["101"].ingredients == ("10", UNKNOWN)
    assert (drugs.ingredients["10"].rxnorm, drugs.ingredients["name:newol"].rxnorm) == ("10", "")
    assert drugs.routes["skin"] == "TOPICAL"
    assert (drugs.coded[UNII]["ABC1"], drugs.coded[NCIT]["C1"]) == (Product(("10",)), Product(("20",)))
    assert drugs.names["mixture"] == {"10", "20"}


@pytest.mark.parametrize(
    ("table", "text", "sentence"),
    [
        ("products", "rxcui\tingredients\troute\n", "drugs/products.tsv: the first line must be rxnorm, ingredients, route"),
        ("products", SMALL["products"] + "103\t10\n", "drugs/products.tsv: line 5 repeats a code or lacks a cell"),
        ("products", SMALL["products"] + "100\t10\tORAL\n", "drugs/products.tsv: line 5 repeats a code or lacks a cell"),
        ("products", SMALL["products"] + "103\t30\tORAL\n", "drugs/products.tsv: code 103: ingredient '30' has no line in"),
        ("products", SMALL["products"] + "20\t10\tORAL\n", "drugs/products.tsv: code 20 is an ingredient in drugs/ingredients.tsv too"),
        ("ndc", "ndc\tingredients\troute\n1\t\tORAL\n", "drugs/ndc.tsv: code 1: ingredient '' has no line in"),
        ("ingredients", "rxnorm\tname\n10\n", "drugs/ingredients.tsv: line 2 repeats a code or lacks a cell"),
        ("atc", "", "drugs/atc.tsv: the first line must be"),
        ("unii", "unii\tingredients\troute\nX\t30\t\n", "drugs/unii.tsv: code X: ingredient '30' has no line in"),
        ("names", "name\tingredients\ntestex\t30\n", "drugs/names.tsv: name 'testex': ingredient '30' has no line in"),
    ],
)
def test_one_broken_line_is_named(table: str, text: str, sentence: str) -> None:
    with pytest.raises(KnowledgeError) as raised:
        read_whole({table: text})
    assert str(raised.value).startswith(sentence)


def test_the_ndc_table_is_read_when_it_is_first_asked_and_once() -> None:
    broken = read(ndc="ndc\tingredients\troute\n1\t\tORAL\n")
    assert broken.products["100"].ingredients == ("10", "20")
    with pytest.raises(KnowledgeError, match=r"drugs/ndc\.tsv"):
        broken.ndc.get("1")
    made: list[int] = []

    def make() -> dict[str, int]:
        made.append(1)
        return {"1": 10}

    late = Late(make)
    assert made == []
    assert (late["1"], late.get("2"), len(late), list(late), made) == (10, None, 1, ["1"], [1])


@pytest.mark.parametrize("table", ["products", "ndc.gz"])
def test_every_stored_code_means_its_ingredients(table: str, knowledge: Knowledge) -> None:
    """Ids of salts, pairs and older names are replaced by the ingredient under which products sit; nothing else differs."""
    drugs = knowledge.drugs
    replaced: dict[str, set[str]] = {}
    with reference_file("data/drugs/id_equivalents.tsv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            replaced.setdefault(row["table_rxcui"], set()).add(row["rxnorm_in_used_by_products"])
    is_ndc = table.startswith("ndc")
    path = reference_file("data/drugs/ndc.tsv.gz" if is_ndc else "data/drugs/products.tsv")
    with gzip.open(path, "rt", encoding="utf-8") if is_ndc else path.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            code = row["ndc11"] if is_ndc else row["rxcui"]
            known = (drugs.ndc if is_ndc else drugs.products)[code]
            stored = {part.replace(" ", "_") for part in row["ingredient_rxcuis"].split("|")}
            told = {new for part in stored for new in (replaced[part] if part in replaced and part not in drugs.ingredients else {part})}
            assert set(known.ingredients) - {UNKNOWN} == told, code
            if "unresolved" in row.get("mapping_method", ""):
                assert UNKNOWN in known.ingredients, f"{code} must not look complete"


def test_an_older_id_means_the_ingredient_that_products_contain(knowledge: Knowledge) -> None:
    drugs = knowledge.drugs
    with reference_file("data/drugs/id_equivalents.tsv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            old, new = row["table_rxcui"], row["rxnorm_in_used_by_products"]
            assert new in drugs.ingredients, new
            if old and old != new:
                assert new in drugs.products[old].ingredients
                assert old not in drugs.ingredients, "a guideline under this id would never fire"


FDA_WITHOUT_NDC = set(
    "abrocitinib,aripiprazole lauroxil,belinostat,belzutifan,brexpiprazole,clobazam,deutetrabenazine,eliglustat,erdafitinib,gefitinib,"
    "lofexidine,mavacamten,nilotinib,oliceridine,pitolisant,sacituzumab govitecan,siponimod,tetrabenazine,valbenazine".split(",")
)
FDA_WITHOUT_PRODUCT = set("cevimeline,deutetrabenazine,flibanserin,lofexidine,propafenone,tetrabenazine,tolterodine,valbenazine".split(","))


#: in no list that was stored: such an order is met by its ingredient's id or its ATC code, or told as not identified
WITHOUT_NDC = {
    "aminosalicylic acid",
    "chloramphenicol",
    "desflurane",
    "dibekacin",
    "dimercaprol",
    "enflurane",
    "furazolidone",
    "gentamicin",
    "halothane",
    "ivacaftor",
    "lornoxicam",
    "mafenide",
    "methoxyflurane",
    "nalidixic acid",
    "netilmicin",
    "norfloxacin",
    "paromomycin",
    "pegloticase",
    "pitavastatin",
    "plazomicin",
    "rasburicase",
    "ribostamycin",
    "sevoflurane",
    "streptomycin",
    "succinylcholine",
    "sulfadimidine",
    "sulfisoxazole",
    "tafenoquine",
    "tenoxicam",
    "thioguanine",
    "toluidine blue",
    "tropisetron",
}


WITHOUT_PRODUCT = {
    "chloroquine",
    "dapsone",
    "dexlansoprazole",
    "dibekacin",
    "dimercaprol",
    "flurbiprofen",
    "fosphenytoin",
    "furazolidone",
    "halothane",
    "hydroxychloroquine",
    "kanamycin",
    "lornoxicam",
    "mafenide",
    "methoxyflurane",
    "nalidixic acid",
    "netilmicin",
    "norfloxacin",
    "paromomycin",
    "pegloticase",
    "piroxicam",
    "plazomicin",
    "primaquine",
    "ribostamycin",
    "succinylcholine",
    "sulfadimidine",
    "sulfanilamide",
    "sulfasalazine",
    "tafenoquine",
    "tenoxicam",
    "toluidine blue",
    "tropisetron",
}


def test_fault_E26_every_drug_with_a_guideline_is_met_by_product_ndc_and_ingredient(knowledge: Knowledge) -> None:
    by_product = {i for product in knowledge.drugs.products.values() for i in product.ingredients}
    by_ndc = {i for product in knowledge.drugs.ndc.values() for i in product.ingredients}
    without_ndc, without_product = WITHOUT_NDC | FDA_WITHOUT_NDC, WITHOUT_PRODUCT | FDA_WITHOUT_PRODUCT
    for rxnorm in knowledge.guidelines:
        assert rxnorm in knowledge.drugs.ingredients
        name = knowledge.drugs.ingredients[rxnorm].name
        assert (rxnorm in by_product) != (name in without_product), name
        assert (rxnorm in by_ndc) != (name in without_ndc), name


@pytest.mark.parametrize(
    ("code", "ingredients"),
    [("309362", ("32968",)), ("236991", ("32968",)), ("993781", ("161", "2670")), ("817579", ("161", "2670")), ("11118", ("40254",))],
)
def test_well_known_products(code: str, ingredients: tuple[str, ...], knowledge: Knowledge) -> None:
    assert knowledge.drugs.products[code].ingredients == ingredients


def test_an_ndc_whose_name_tells_more_than_was_mapped_does_not_look_complete(knowledge: Knowledge) -> None:
    """An "Acetaminophen and codeine" that was mapped to acetaminophen alone would hide codeine."""
    words = ("codeine", "tramadol", "ibuprofen", "simvastatin", "atorvastatin", "amitriptyline")
    ids = {word: next(d.rxnorm for d in knowledge.drugs.ingredients.values() if d.name == word) for word in words}
    hidden = []
    with gzip.open(reference_file("data/drugs/ndc.tsv.gz"), "rt", encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            known = knowledge.drugs.ndc[row["ndc11"]].ingredients
            named = {i for word, i in ids.items() if word in row["product_name"].lower().replace("dihydrocodeine", "")}
            if UNKNOWN not in known and named - set(known):
                hidden.append((row["ndc11"], row["product_name"]))
    assert hidden == []


def test_atc_codes_of_combinations_are_left_out(knowledge: Knowledge) -> None:
    atc = knowledge.drugs.atc
    assert atc["B01AC04"].ingredients == ("32968",)
    assert not {"J05AR02", "N02AJ06", "C10BA02", "B01AC30"} & atc.keys()
    assert all(len(code) == 7 and len(product.ingredients) == 1 for code, product in atc.items())


def test_the_tables_stay_small_in_memory() -> None:
    folder = files("models.knowledge") / "drugs"
    texts = {name: (folder / f"{name}.tsv").read_text("utf-8") for name in TABLES}
    tracemalloc.start()
    drugs = read_drugs(texts, SOURCE)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(drugs.ndc) > 30_000
    assert held < 12_000_000


def test_fault_E26_every_drug_with_a_guideline_is_met_by_every_code_of_it_that_a_table_holds(knowledge: Knowledge) -> None:
    """Ingredient, precise ingredient and product ids, NDC, ATC, UNII and NCI Thesaurus codes: none is lost between table and answer."""
    drugs = knowledge.drugs
    tables = {RXNORM: drugs.products, NDC: drugs.ndc, ATC: drugs.atc, **drugs.coded}
    met: dict[str, set[str]] = {key: set() for key in knowledge.guidelines}
    for system, table in tables.items():
        for code, stored in table.items():
            found = product(Code(system, code, ""), drugs)
            assert found == stored, (system, code)
            for ingredient in stored.ingredients:
                if ingredient in met:
                    met[ingredient].add(system)
    for key, systems in met.items():
        assert key.startswith("name:") or product(Code(RXNORM, key, ""), drugs) == Product((key,))
        assert systems, f"{key}: no table has a code for it, so its orders are met by its ingredient id alone"
    assert len(drugs.coded[UNII]) > 800 and len(drugs.coded[NCIT]) > 150


def test_fault_E26_precise_ingredients_and_older_ids_mean_their_ingredient(knowledge: Knowledge) -> None:
    drugs = knowledge.drugs
    seen = 0
    with reference_file("data/drugs/ingredients.tsv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            for listed in filter(None, row["precise_ingredients_rxcui"].split("|")):
                seen += 1
                found = product(Code(RXNORM, listed.rpartition("=")[2], ""), drugs)
                assert found is not None and row["rxcui_in"] in found.ingredients, listed
    assert seen > 30


@pytest.mark.parametrize("table", ["products", "ndc.gz"])
def test_no_stored_product_is_doubted_for_its_own_name(table: str, knowledge: Knowledge) -> None:
    """What RxNorm itself calls a product never contradicts its ingredients; of the brands of the NDC Directory two do."""
    drugs = knowledge.drugs
    is_ndc = table.startswith("ndc")
    path = reference_file("data/drugs/ndc.tsv.gz" if is_ndc else "data/drugs/products.tsv")
    doubted, recognised = set(), 0
    with gzip.open(path, "rt", encoding="utf-8") if is_ndc else path.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            known = (drugs.ndc if is_ndc else drugs.products)[row["ndc11"] if is_ndc else row["rxcui"]]
            name = row["product_name" if is_ndc else "name"]
            said = named(name, drugs.names)
            recognised += bool(said)
            if said and UNKNOWN not in known.ingredients and said.isdisjoint(known.ingredients):
                doubted.add(name)
    assert doubted == ({"Opium Tincture Deodorized", "Humalog 70/30"} if is_ndc else set())
    assert recognised > (25_000 if is_ndc else 12_000)


def test_every_ingredient_has_a_name_and_none_shares_it(knowledge: Knowledge) -> None:
    names = [drug.name for drug in knowledge.drugs.ingredients.values()]
    assert not [name for name in names if not name or "RxNorm" in name]
    assert len(set(names)) == len(names)
