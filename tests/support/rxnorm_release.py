"""Writes files of the shape of an RxNorm release: hand-made rows, with ids that are well known or (from 9000001) made up."""

from __future__ import annotations

from pathlib import Path


def atom(rxcui: str, kind: str, name: str, *, sab: str = "RXNORM", code: str = "", suppress: str = "N") -> str:
    return f"{rxcui}|ENG||||||1||{rxcui}||{sab}|{kind}|{code or rxcui}|{name}||{suppress}|4096|\n"


def relation(whole: str, name: str, part: str, *, sab: str = "RXNORM", suppress: str = "", of: str = "CUI") -> str:
    """`whole` `name` `part`, as RxNorm writes it: the second id of a row is what has the relation to the first."""
    return f"{part}||{of}|RO|{whole}||{of}|{name}|1||{sab}||||{suppress}||\n"


def attribute(rxcui: str, name: str, value: str, *, sab: str = "RXNORM", suppress: str = "N") -> str:
    return f"{rxcui}||||AUI|{rxcui}|||{name}|{sab}|{value}|{suppress}|4096|\n"


ATOMS = (
    atom("32968", "IN", "clopidogrel"),
    atom("236991", "PIN", "clopidogrel bisulfate"),
    atom("174742", "BN", "Plavix"),
    atom("9000001", "SCDC", "clopidogrel 75 MG"),
    atom("309362", "SCD", "clopidogrel 75 MG Oral Tablet"),
    atom("309362", "SY", "clopidogrel (as bisulfate) 75 MG Oral Tablet"),
    atom("309362", "DP", "clopidogrel 75 mg tab", sab="MTHSPL"),
    atom("213169", "SBD", "clopidogrel 75 MG Oral Tablet [Plavix]"),
    atom("9000002", "SCDF", "clopidogrel Oral Tablet"),
    atom("317541", "DF", "Oral Tablet"),
    atom("161", "IN", "acetaminophen"),
    atom("2670", "IN", "codeine"),
    atom("9000003", "MIN", "acetaminophen / codeine"),
    atom("9000004", "SCDC", "acetaminophen 300 MG"),
    atom("9000005", "SCDC", "codeine phosphate 30 MG"),
    atom("993781", "SCD", "acetaminophen 300 MG / codeine phosphate 30 MG Oral Tablet"),
    atom("9000006", "GPCK", "{1 (clopidogrel 75 MG Oral Tablet) / 1 (acetaminophen …) } Pack"),
    atom("9000007", "SCDC", "mystery 5 MG"),
    atom("9000008", "SCD", "clopidogrel 75 MG / mystery 5 MG Oral Tablet"),
    atom("9000009", "IN", "Newpharmol"),
    atom("9000010", "SCD", "newpharmol 5 MG Topical Cream"),
    atom("9000011", "DF", "Topical Cream"),
    atom("9000012", "SCD", "clopidogrel 10 MG Oral Tablet", suppress="O"),
    atom("9000013", "SCD", "clopidogrel 11 MG Oral Tablet", suppress="E"),
    atom("9000014", "BN", "Umbrella"),
    atom("9000015", "SBD", "clopidogrel 75 MG Oral Tablet [Umbrella]"),
    atom("9000016", "IN", "vericiguat"),
    atom("9000017", "SCD", "vericiguat 5 MG Oral Tablet"),
    atom("11118", "IN", "valproic acid"),
    atom("9000018", "SCD", "valproic acid 250 MG Oral Capsule"),
    atom("32968", "PT", "Clopidogrel (substance)", sab="SNOMEDCT_US", code="9900000000001"),
    atom("309362", "PT", "Clopidogrel 75 mg oral tablet", sab="SNOMEDCT_US", code="9900000000002"),
    atom("161", "PT", "Two things", sab="SNOMEDCT_US", code="9900000000003"),
    atom("2670", "PT", "Two things", sab="SNOMEDCT_US", code="9900000000003"),
    atom("32968", "SU", "CLOPIDOGREL", sab="MTHSPL", code="A74586SNO7"),
    atom("32968", "IN", "clopidogrel", sab="VANDF", code="4021632"),
)
RELATIONS = (
    relation("236991", "form_of", "32968"),
    relation("174742", "tradename_of", "32968"),
    relation("32968", "has_tradename", "174742"),
    relation("9000001", "has_ingredient", "32968"),
    relation("9000001", "has_precise_ingredient", "236991"),
    relation("309362", "consists_of", "9000001"),
    relation("309362", "isa", "9000002"),
    relation("9000002", "has_ingredient", "32968"),
    relation("309362", "has_dose_form", "317541"),
    relation("213169", "tradename_of", "309362"),
    relation("213169", "has_ingredient", "174742"),
    relation("9000003", "has_part", "161"),
    relation("2670", "part_of", "9000003"),  # from the other end
    relation("9000004", "has_ingredient", "161"),
    relation("9000005", "has_ingredient", "2670"),
    relation("993781", "consists_of", "9000004"),
    relation("9000005", "constitutes", "993781"),
    relation("993781", "has_dose_form", "317541"),
    relation("9000006", "contains", "309362"),
    relation("9000006", "contains", "993781"),
    relation("9000008", "consists_of", "9000001"),
    relation("9000008", "consists_of", "9000007"),
    relation("9000010", "has_ingredient", "9000009"),
    relation("9000010", "has_dose_form", "9000011"),
    relation("9000012", "consists_of", "9000001"),
    relation("9000013", "consists_of", "9000001"),
    relation("9000014", "tradename_of", "32968"),
    relation("9000014", "tradename_of", "161"),
    relation("9000015", "tradename_of", "309362"),
    relation("9000015", "has_ingredient", "9000014"),
    relation("9000017", "has_ingredient", "9000016"),
    relation("9000018", "has_ingredient", "11118"),
    relation("309362", "has_ingredient", "161", suppress="Y"),
    relation("309362", "consists_of", "9000004", sab="MTHSPL"),
    relation("309362", "consists_of", "9000004", of="AUI"),
    relation("309362", "reformulated_to", "993781"),
)
ATTRIBUTES = (
    attribute("309362", "NDC", "63653117101"),
    attribute("993781", "NDC", "11111111111"),
    attribute("309362", "NDC", "11111111111"),  # one number on two products
    attribute("309362", "NDC", "63653-1171-1", sab="MTHSPL"),
    attribute("309362", "NDC", "22222222222", suppress="Y"),
    attribute("309362", "RXN_STRENGTH", "75 MG"),
    attribute("404", "NDC", "33333333333"),
)


def write_release(
    folder: Path, *, conso: tuple[str, ...] = ATOMS, rel: tuple[str, ...] = RELATIONS, sat: tuple[str, ...] | None = ATTRIBUTES
) -> Path:
    for name, rows in (("RXNCONSO", conso), ("RXNREL", rel), ("RXNSAT", sat)):
        if rows is not None:
            (folder / f"{name}.RRF").write_text("".join(rows), "utf-8")
    return folder
