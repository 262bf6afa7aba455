"""Gene files without the source beside them: an allele, a border or a code that moved is noticed even where nothing can be compared."""

from __future__ import annotations

from collections import Counter

import pytest

from models.features.phenotypes import phenotype_of_text, readings_for_score
from models.knowledge.types import Knowledge, Score

#: gene → how many alleles of each function; a change here is meant, and its source is read again
ALLELES = {
    "CYP2C19": "Decreased 6, Increased 1, No 12, Normal 7, Uncertain 10",
    "CYP2C9": "Decreased 0.5 21, No 0 13, Normal 1 2, Uncertain 34, Unknown 5",
    "CYP2D6": "Decreased 0.25 9, Decreased 0.5 8, No 0 41, Normal 1 11, Uncertain 50, Unknown 33",
    "DPYD": "Decreased 0.5 7, No 0 21, Normal 1 56",
    "NUDT15": "Decreased 2, No 12, Normal 1, Uncertain 8",
    "SLCO1B1": "Increased 2, No 12, Normal 3, Uncertain 21, Unknown 2",
    "TPMT": "Decreased 1, No 38, Normal 1, Uncertain 6, Unknown 3",
}
#: both neighbours of each border between two phenotypes
BORDERS = {
    "CYP2C9": {0.0: "Poor", 0.5: "Poor", 1.0: "Intermediate", 1.5: "Intermediate", 2.0: "Normal"},
    "CYP2D6": {
        0.0: "Poor",
        0.25: "Intermediate",
        1.0: "Intermediate",
        1.25: "Normal",
        2.25: "Normal",
        2.5: "Ultrarapid",
        3.0: "Ultrarapid",
    },
    "DPYD": {0.0: "Poor", 0.5: "Poor", 1.0: "Intermediate", 1.5: "Intermediate", 2.0: "Normal"},
}
LOINC = {
    "CYP2C19": ("79714-2",),
    "CYP2C9": ("79716-7",),
    "CYP2D6": ("79715-9",),
    "DPYD": ("79719-1",),
    "TPMT": ("79713-4", "80738-8"),
    "HLA-B": ("57291-7",),
}
#: the commonest alleles of each function, so that two moves do not cancel each other
KNOWN = {
    "CYP2C19": {"Normal function": "*1", "No function": "*2 *3", "Increased function": "*17", "Decreased function": "*9"},
    "CYP2C9": {"Normal function": "*1", "Decreased function": "*2 *5 *8 *11", "No function": "*3 *6"},
    "CYP2D6": {"Normal function": "*1 *2 *35", "Decreased function": "*9 *10 *17 *29 *41", "No function": "*3 *4 *5 *6 *36"},
    "NUDT15": {"Normal function": "*1", "No function": "*2 *3"},
    "SLCO1B1": {"Normal function": "*1 *37", "No function": "*5 *15", "Increased function": "*14 *20"},
    "TPMT": {"Normal function": "*1", "No function": "*2 *3A *3B *3C"},
}


@pytest.mark.parametrize("symbol", ALLELES)
def test_as_many_alleles_of_each_function_as_were_read(symbol: str, knowledge: Knowledge) -> None:
    alleles = knowledge.genes[symbol].alleles.values()
    names = (f"{a.function.removesuffix(' function')}{'' if a.activity is None else f' {a.activity:g}'}" for a in alleles)
    assert ", ".join(f"{name} {number}" for name, number in sorted(Counter(names).items())) == ALLELES[symbol]


@pytest.mark.parametrize(("symbol", "function"), [(s, f) for s, by in KNOWN.items() for f in by])
def test_the_commonest_alleles(symbol: str, function: str, knowledge: Knowledge) -> None:
    for name in KNOWN[symbol][function].split():
        assert knowledge.genes[symbol].alleles[name].function == function, name


@pytest.mark.parametrize(("symbol", "score"), [(s, score) for s, by in BORDERS.items() for score in by])
def test_both_neighbours_of_each_border(symbol: str, score: float, knowledge: Knowledge) -> None:
    read = readings_for_score(knowledge.genes[symbol], Score(score, score))
    assert [r.phenotype for r in read] == [f"{BORDERS[symbol][score]} Metabolizer"]


@pytest.mark.parametrize("symbol", [*ALLELES, "VKORC1", "HLA-B"])
def test_codes_copies_and_terms(symbol: str, knowledge: Knowledge) -> None:
    gene = knowledge.genes[symbol]
    assert gene.loinc == LOINC.get(symbol, ())
    assert gene.copies is (symbol == "CYP2D6")
    assert gene.terms_since == {"CYP2C9": "2020", "CYP2D6": "2020", "TPMT": "2026-02", "NUDT15": "2026-02"}.get(symbol, "")


def test_presence_codes(knowledge: Knowledge) -> None:
    codes = {"50956-2": "*57:01", "57979-7": "*15:02"}
    assert {code: allele for code, allele in knowledge.genes["HLA-B"].presence_loinc.items() if code in codes} == codes


@pytest.mark.parametrize(
    ("pair", "sensitivity"),
    [("C/C", "-1639 G/G (low"), ("C/T", "-1639 G/A (intermediate"), ("T/T", "-1639 A/A (high")],
)
def test_vkorc1(pair: str, sensitivity: str, knowledge: Knowledge) -> None:
    reading, _ = phenotype_of_text(knowledge.genes["VKORC1"], f"rs9923231 {pair}")
    assert reading is not None
    assert reading.phenotype == f"{sensitivity} sensitivity)"
