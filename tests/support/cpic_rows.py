"""CPIC's own rows, read from the reference folder beside the checkout. Tests that need them are skipped where it is absent."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]
UNITS = {
    "hours": "h",
    "hour": "h",
    "mg/m²": "mg/m2",
    "week": "weeks",
    "day": "days",
    "month": "months",
    "mg/kg/day": "mg/kg",
    "μg/mL": "µg/mL",
}
NUMBERS = {"three": "3", "thrice weekly": "3 days"}
NUMBER = r"(\d+(?:\.\d+)?)"
FIGURE = re.compile(
    NUMBER + r"(?:%?\s*(?:-|–|to)\s*" + NUMBER + r")?"
    r"\s*-?\s*(%|mg/kg|mg/m2|mg/m²|mg|ng/mL|weeks?|days?|hours?|h|months?|fold|times|[µμ]g/mL)(?![a-z])"
)
#: numbers that are no figures of advice: literature, names of alleles, genes and drugs
NAMES = re.compile(
    r"PMID:?\s*[\d, ]+|Figure \d+|HLA-B\*\d+:\d+|CYP\w+(\*\d+(/\*\d+)?)?|\*\d+|c\.\d+\w>\w"
    r"|5-fluorouracil|5-FU|NUDT15|P2Y12|O-desmethyl\w+"
)


#: CPIC's names of medicines that are filed under another here, see the notes of their files
FILED = {"vitamin c": "ascorbic acid", "vitamin k": "vitamin k1", "sulfamethoxazole / trimethoprim": "sulfamethoxazole"}


@dataclass(frozen=True)
class SourceRow:
    """One recommendation as CPIC publishes it."""

    drug: str
    population: str
    lookup: Mapping[str, str]
    classification: str
    action: str
    recommendation: str
    everything: str  #: recommendation, comments and implications

    @property
    def key(self) -> tuple[str, str, str]:
        return self.drug, self.population, written(self.lookup)

    def __str__(self) -> str:
        return " / ".join(self.key)


def written(lookup: Mapping[str, str]) -> str:
    return ", ".join(f"{gene}={lookup[gene]}" for gene in sorted(lookup))


def reference() -> Path:
    """The reference folder, or the test is skipped."""
    folder = Path(os.environ.get("PRECISION_HOOKS_REFERENCE") or CHECKOUT.parent / "shared")
    if not (folder / "data" / "pgx").is_dir():
        pytest.skip("the reference data is not beside this checkout (../shared or PRECISION_HOOKS_REFERENCE)")
    return folder


def source_rows(drugs: set[str]) -> list[SourceRow]:
    lines = (reference() / "data" / "pgx" / "recommendations_cpic.jsonl").read_text("utf-8").splitlines()
    rows = [_row(table) for line in lines if (table := json.loads(line))["source"] == "CPIC"]
    return [row for row in rows if row.drug in drugs]


def _row(table: Mapping[str, Any]) -> SourceRow:
    rest = [table["comments"] or "", *table["implications"].values()]
    return SourceRow(
        FILED.get(table["drug"], table["drug"]),
        table["population"],
        table["lookup"],
        table["classification"],
        table["action_class"],
        table["recommendation"],
        " \n ".join([table["recommendation"], *rest]),
    )


def figures(text: str) -> set[tuple[str, str, str]]:
    """Every figure with a unit, as (low, high or "", unit)."""
    return set(_figures(text))


def _figures(text: str) -> Iterator[tuple[str, str, str]]:
    plain = NAMES.sub(" ", text)
    for word, number in NUMBERS.items():
        plain = plain.replace(word, number)
    for low, high, unit in FIGURE.findall(plain):
        yield low, high, UNITS.get(unit, unit)


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every run of so many consecutive words, without case and punctuation."""
    words = re.findall(r"[\w*/%.]+", text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}
