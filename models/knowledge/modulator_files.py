"""One modulator file: medicines that slow or speed a gene's enzyme, and what the genotype then counts for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.finding import Drug
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source
from models.knowledge.types import Modulator, Modulators

LONGEST_WASHOUT = 3650  #: days; nothing acts on an enzyme for longer


def read_modulators(values: Mapping[str, Any], where: str) -> Modulators:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("modulators") as head:
            strengths = head.texts("strengths")
            return Modulators(
                gene=head.text("gene"),
                graded=head.flag("graded"),
                strengths=strengths,
                factors=_factors(head, strengths),
                effects=_effects(head, strengths),
                intended_with=frozenset(head.texts("intended_with", ())),
                not_for_routes=frozenset(head.texts("not_for_routes", ())),
                drugs=_drugs(file, strengths),
                source=source,
            )


def _factors(head: Table, strengths: tuple[str, ...]) -> dict[str, float]:
    if not head.has("factors"):
        return {}
    found: dict[str, float] = {}
    with head.table("factors") as table:
        for strength in table.values:
            factor = table.number(strength)
            if factor is None or not 0 <= factor < 1:
                head.refuse("must lie between 0 and 1: an inhibitor takes activity away", f"factors.{strength}")
            found[strength] = factor
    _known(head, "factors", found, strengths)
    return found


def _effects(head: Table, strengths: tuple[str, ...]) -> dict[str, Mapping[str, str]]:
    if not head.has("effects"):
        return {}
    with head.table("effects") as table:
        found = {strength: table.mapping(strength) for strength in table.values}
    _known(head, "effects", found, strengths)
    return found


def _known(head: Table, key: str, found: Mapping[str, object], strengths: tuple[str, ...]) -> None:
    for strength in found:
        if strength not in strengths:
            head.refuse(f"is none of the strengths {', '.join(strengths)}; correct it or add it there", f"{key}.{strength}")


def _drugs(file: Table, strengths: tuple[str, ...]) -> dict[str, Modulator]:
    found: dict[str, Modulator] = {}
    for row in file.tables("drug"):
        rxnorm, strength, days = row.text("rxnorm"), row.choice("strength", strengths), row.whole("washout_days")
        if rxnorm in found:
            row.refuse("stands in the file twice", "rxnorm")
        if days is None or not 0 <= days <= LONGEST_WASHOUT:
            row.refuse(f"must be a number of days, at most {LONGEST_WASHOUT}", "washout_days")
        found[rxnorm] = Modulator(Drug(row.text("name"), rxnorm), strength, days, row.text("disputed", ""))
    return found
