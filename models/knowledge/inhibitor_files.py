"""One inhibitor file: medicines that slow a gene's enzyme, and by how much the genotype's activity then counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.finding import Drug
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source
from models.knowledge.types import Inhibitor, Inhibitors


def read_inhibitors(values: Mapping[str, Any], where: str) -> Inhibitors:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("inhibitors") as head:
            with head.table("factors") as table:
                factors = {strength: table.number(strength) for strength in table.values}
            for strength, factor in factors.items():
                if factor is None or not 0 <= factor < 1:
                    head.refuse("must lie between 0 and 1: an inhibitor takes activity away", f"factors.{strength}")
            return Inhibitors(
                gene=head.text("gene"),
                intended_with=frozenset(head.texts("intended_with", ())),
                not_for_routes=frozenset(head.texts("not_for_routes", ())),
                drugs=_drugs(file, {strength: factor or 0.0 for strength, factor in factors.items()}),
                source=source,
            )


def _drugs(file: Table, factors: Mapping[str, float]) -> dict[str, Inhibitor]:
    found: dict[str, Inhibitor] = {}
    for row in file.tables("drug"):
        rxnorm, strength, days = row.text("rxnorm"), row.choice("strength", tuple(factors)), row.whole("washout_days")
        if rxnorm in found:
            row.refuse("stands in the file twice", "rxnorm")
        if days is None or days < 0:
            row.refuse("must be a number of days", "washout_days")
        drug = Drug(row.text("name"), rxnorm)
        found[rxnorm] = Inhibitor(drug, strength, factors[strength], days, row.text("disputed", ""))
    return found
