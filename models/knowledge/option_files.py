"""One option file: what speaks against a medicine that guidelines name as an alternative. No judgement of a patient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from models.finding import Drug
from models.knowledge.shape import Table
from models.knowledge.source_block import Source, read_source
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
                source=source,
                avoid_days=table.whole_within("avoid_days", 1, 3650) or 0,
                allergy_to=frozenset(table.texts("allergy_to", ())),
                unrelated=frozenset(table.texts("unrelated", ())),
                caution_while=table.texts("caution_while", ()),
                caution_with=frozenset(table.texts("caution_with", ())),
                caution_from_age=table.whole_within("caution_from_age", 1, 130),
                caution_below_age=table.whole_within("caution_below_age", 1, 130),
                caution_below_kg=table.within("caution_below_kg", 0.3, 700),
                unchecked=table.text("unchecked", ""),
            )


def file_of(option: Option) -> str:
    return f"options/{option.drug.name.replace(' ', '-')}.toml"


def option_faults(
    options: Mapping[str, Option], clinical: Mapping[str, Clinical], drugs: Drugs, source_faults: Callable[[Source, str], Iterable[str]]
) -> Iterator[str]:
    """What an option file names and other files do not have."""
    for option in options.values():
        where = file_of(option)
        known = drugs.ingredients.get(option.drug.key)
        if known is None or known.name != option.drug.name:
            yield f"{where}: '{option.drug.name}' is not ingredient {option.drug.key} of drugs/ingredients.tsv; correct one of them"
        for name in (*option.never_after, *option.not_while, *option.caution_while):
            if name not in clinical:
                yield f"{where}: '{name}' is not in clinical/; add it there or correct the name"
        for key in ("avoid_with", "allergy_to", "unrelated", "caution_with"):
            for rxnorm in sorted(getattr(option, key) - drugs.ingredients.keys()):
                yield f"{where}: {key} '{rxnorm}' is no ingredient in drugs/; correct the RxNorm id or add the ingredient"
        yield from source_faults(option.source, where)
