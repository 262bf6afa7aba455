"""One option file: what speaks against a medicine that guidelines name as an alternative. No judgement of a patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.finding import Drug
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source
from models.knowledge.types import Clinical, Drugs, Option


def read_option(values: Mapping[str, Any], where: str) -> Option:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("option") as table:
            return Option(
                drug=Drug(table.text("drug"), table.text("rxnorm")),
                never_after=table.texts("never_after", ()),
                not_while=table.texts("not_while", ()),
                avoid_with=frozenset(table.texts("avoid_with", ())),
                caution_from_age=table.whole("caution_from_age", None),
                caution_below_kg=table.number("caution_below_kg", None),
                source=source,
            )


def option_faults(options: Mapping[str, Option], clinical: Mapping[str, Clinical], drugs: Drugs) -> Iterator[str]:
    """What an option file names and other files do not have."""
    for option in options.values():
        where = f"options/{option.drug.name}.toml"
        known = drugs.ingredients.get(option.drug.key)
        if known is None or known.name != option.drug.name:
            yield f"{where}: '{option.drug.name}' is not ingredient {option.drug.key} of drugs/ingredients.tsv; correct one of them"
        for name in (*option.never_after, *option.not_while):
            if name not in clinical:
                yield f"{where}: '{name}' is not in clinical/; add it there or correct the name"
        for rxnorm in sorted(option.avoid_with - drugs.ingredients.keys()):
            yield f"{where}: avoid_with '{rxnorm}' is no ingredient in drugs/; correct the RxNorm id or add the ingredient"
