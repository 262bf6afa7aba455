"""A site's folder for tests: faultless files, in which a test changes one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

OWN = "urn:oid:1.2.840.99999.7"  #: the laboratory's own system
BY = 'owner = "Laboratory informatics"\nreason = "our laboratory system"\nreview_by = 2027-06-30\n'
ABOUT = '[about]\nowner = "Pharmacy and Therapeutics"\n\n'
CODES = f"""{ABOUT}
[[result]]
system = "{OWN}"
code = "GENO-2C19"
gene = "CYP2C19"
kind = "diplotype"
{BY}
[[result]]
system = "1.2.840.99999.7"
code = "PHENO-2C19"
gene = "CYP2C19"
kind = "phenotype"
{BY}
[[result]]
system = "{OWN}"
code = "SCORE-2D6"
gene = "CYP2D6"
kind = "activity score"
{BY}
[[result]]
system = "{OWN}"
code = "B5701"
gene = "HLA-B"
kind = "allele"
allele = "*57:01"
{BY}
[[value]]
system = "{OWN}"
code = "SLOW"
phenotype = "Poor Metabolizer"
{BY}
[[value]]
system = "{OWN}"
text = "Not the usual: two copies of star two"
gene = "CYP2C19"
diplotype = "*2/*2"
{BY}
[[value]]
system = "{OWN}"
code = "FOUND"
present = true
{BY}
[[drug]]
system = "{OWN}.1"
code = "PLAVIX75"
ingredients = ["clopidogrel"]
route = "oral"
{BY}"""
RULE = {
    "drug": "clopidogrel",
    "body": "CPIC",
    "genes": ["CYP2C19"],
    "when": {"CYP2C19": ["Poor Metabolizer"]},
    "action": "alternative",
    "owner": "Cardiology pharmacy",
    "reason": "our cath laboratory decides",
    "review_by": "2027-06-30",
    "upstream": "000000000000",
}
ORDER_CODE = {
    "ingredient": "ticagrelor",
    "system": "urn:com.epic.cdshooks.action.code.system.preference-list-item",
    "code": "77701",
    "display": "ticagrelor 90 mg tablet",
    "owner": "Order build",
    "reason": "preference list",
    "review_by": "2027-06-30",
}


def rule(**changed: Any) -> dict[str, Any]:
    """A rule that still decides nothing; a member that is None is left out."""
    return {name: value for name, value in (RULE | changed).items() if value is not None}


def policy(*rules: dict[str, Any], order_codes: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """The parsed file."""
    return {"about": {"owner": "Pharmacy and Therapeutics"}, "rule": list(rules), "order_code": list(order_codes)}


def toml(file: dict[str, Any]) -> str:
    """As much TOML as these files need."""
    lines = [f'[about]\nowner = "{file["about"]["owner"]}"']
    for kind in ("rule", "order_code"):
        for row in file[kind]:
            lines += [f"[[{kind}]]", *(f"{name} = {_value(value)}" for name, value in row.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_value(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(folder: Path, name: str = "north", **files: str) -> str:
    """`codes` and `policy` as files of the site; the folder of sites."""
    own = folder / "sites" / name
    own.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (own / f"{file}.toml").write_text(text, "utf-8")
    return str(folder / "sites")
