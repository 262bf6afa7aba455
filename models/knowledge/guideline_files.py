"""One guideline file: from parsed TOML to a Guideline, strictly. Whether it agrees with other files is `check`'s to say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, get_args

from models.finding import Action, Dose, Drug
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source
from models.knowledge.types import Guideline, Harm, Population, Row

MODES = ("phenotype", "score", "diplotype")  #: ways to ask for a gene; the fourth is an allele whose presence decides ("*57:01")
#: what no guideline goes beyond: further out a number is a slip of the pen, and a card would show it
OLDEST, HEAVIEST, LONGEST_DAYS = 130, 700.0, 36_500
MOST_PERCENT, MOST_AMOUNT, SMALLEST = 400.0, 10_000.0, 0.001


def read_guideline(table: Mapping[str, Any], where: str) -> Guideline:
    """`where` is the file's path, whose name becomes the guideline's id. Raises KnowledgeError with file and place."""
    with Table(table, where) as file:
        source = read_source(file)
        with file.table("guideline") as about:
            drug, keys = _drug(about), _keys(about)
            must_test, not_for_routes = about.flag("must_test"), about.texts("not_for_routes")
            single_ingredient = about.flag("single_ingredient", False)
            group, also_at = about.text("group", ""), about.texts("also_at", ())
            others = about.choice("others", ("gap",)) if about.has("others") else ""
            effective_to = about.day("effective_to", None)
        return Guideline(
            id=PurePosixPath(where).name.removesuffix(".toml"),
            drug=drug,
            keys=keys,
            populations=tuple(_population(inner) for inner in file.tables("population")),
            rows=tuple(_row(inner) for inner in file.tables("row")),
            must_test=must_test,
            not_for_routes=not_for_routes,
            source=source,
            group=group,
            also_at=also_at,
            single_ingredient=single_ingredient,
            others=others,
            effective_to=effective_to,
        )


def _drug(about: Table) -> Drug:
    """An ingredient that RxNorm does not have is filed as "name:…"."""
    rxnorm = about.text("rxnorm")
    return Drug(about.text("drug"), "" if rxnorm.startswith("name:") else rxnorm)


def _keys(about: Table) -> Mapping[str, str]:
    """Gene → how it is asked; none for a label's rule that holds whatever the genotype."""
    keys = about.mapping("keys")
    for gene, mode in keys.items():
        if mode not in MODES and not mode.startswith("*"):
            about.refuse(f"must be {', '.join(MODES)} or an allele such as '*57:01', not '{mode}'", f"keys.{gene}")
    return keys


def _population(table: Table) -> Population:
    return Population(
        id=table.text("id"),
        label=table.text("label"),
        age_from=table.whole_within("age_from", 0, OLDEST),
        age_below=table.whole_within("age_below", 1, OLDEST),
        unless_known=table.flag("unless_known", True),
        conditions=table.texts("conditions", ()),
        past_counts=table.flag("past_counts", False),
        taken_days=table.whole_within("taken_days", 1, LONGEST_DAYS),
        naive_below_days=table.whole_within("naive_below_days", 1, LONGEST_DAYS),
        weight_above=table.within("weight_above_kg", 0.3, HEAVIEST),
        dose_to=table.within("dose_to_mg_a_day", SMALLEST, MOST_AMOUNT),
    )


def _row(table: Table) -> Row:
    return Row(
        when=_when(table),
        populations=_some(table, "populations"),
        classification=table.text("classification"),
        actions=_actions(table),
        harm=table.choice("harm", get_args(Harm)),
        message=table.text("message"),
        parts=table.mapping("parts", {}),
        alternatives=table.texts("alternatives", []),
        dose=_dose(table) if table.has("dose") else None,
        fatal_below_age=table.whole_within("fatal_below_age", 1, OLDEST),
        derived=table.flag("derived", False),
        speaks_for=table.texts("speaks_for", ()),
        tolerance_days=table.whole_within("tolerance_days", 1, LONGEST_DAYS),
        fatal_for=table.texts("fatal_for", ()),
    )


def _when(table: Table) -> Mapping[str, tuple[str, ...]]:
    when = table.lists("when")
    for gene, keys in when.items():
        if not keys:
            table.refuse("is empty; a row without a key applies to nobody", f"when.{gene}")
    return when


def _some(table: Table, key: str) -> tuple[str, ...]:
    values = table.texts(key)
    if not values:
        table.refuse("is empty; write at least one", key)
    return values


def _actions(table: Table) -> tuple[Action, ...]:
    actions: list[Action] = []
    for value in _some(table, "actions"):
        known: tuple[Action, ...] = get_args(Action)
        if value not in known:
            table.refuse(f"must be of {', '.join(known)}, not '{value}'", "actions")
        actions.append(known[known.index(value)])
    return tuple(actions)


def _dose(table: Table) -> Dose:
    """low and high in the same unit; one of them may be left out ("at most 20 mg"), not both."""
    with table.table("dose") as inner:
        unit = inner.text("unit")
        most = MOST_PERCENT if unit == "%" else MOST_AMOUNT
        dose = Dose(inner.within("low", SMALLEST, most), inner.within("high", SMALLEST, most), unit, inner.text("basis"))
        if dose.low is None and dose.high is None:
            inner.refuse("gives neither low nor high; write one")
        if dose.low is not None and dose.high is not None and dose.low > dose.high:
            inner.refuse(f"runs from {dose.low:g} down to {dose.high:g}; exchange them")
    return dose
