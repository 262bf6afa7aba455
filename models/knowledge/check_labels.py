"""Agreement within a label's rows: their class fits what they say, and a list of diplotypes says that others are a gap."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from models.knowledge.types import ASSOCIATION, LABEL_DOSE, LABEL_WARNING, Gene, Guideline, Row

#: what a row of this class must do first: replace what a label contraindicates or advises against, or change the dose
FIRST_ACTION = {"Contraindicated": "alternative", LABEL_WARNING: "alternative", LABEL_DOSE: "dose_change"}


def can_be_fatal(row: Row) -> bool:
    return row.harm == "fatal" or row.fatal_below_age is not None or bool(row.fatal_for)


def unknown_names(row: Row, clinical: Collection[str], where: str) -> Iterator[str]:
    for name in row.fatal_for:
        if name not in clinical:
            yield f"{where}: fatal_for names '{name}', which is not in clinical/; add it there or correct the name"


def label_faults(row: Row, where: str) -> Iterator[str]:
    """A row may be no louder, and no quieter, than its class allows (decisions.md, "Which body wins")."""
    first, must = row.actions[0] if row.actions else "", FIRST_ACTION.get(row.classification, "")
    if must and first != must:
        yield f"{where}: '{row.classification}' with the first action '{first}'; write {must}, or another classification"
    if row.classification == ASSOCIATION and can_be_fatal(row):
        yield f"{where}: '{ASSOCIATION}' can never be louder than info, so it cannot be fatal; correct the harm or the classification"
    if row.classification == ASSOCIATION and row.dose is not None:
        yield f"{where}: '{ASSOCIATION}' gives a dose; that is '{LABEL_DOSE}'"


def others_faults(guideline: Guideline, where: str) -> Iterator[str]:
    """Whoever lists diplotypes lists some of them: the file must say that any other is a gap, and nothing else may leave holes."""
    modes = list(guideline.keys.values())
    if "diplotype" in modes and (guideline.others != "gap" or len(modes) > 1):
        yield f'{where}: keys ask for a diplotype, which needs others = "gap" and no other gene; any diplotype not listed is then a gap'
    if guideline.others and "diplotype" not in modes:
        yield f'{where}: others = "{guideline.others}", but the keys ask for no diplotype; remove it, every combination needs a row'


def diplotype_faults(guideline: Guideline, genes: Mapping[str, Gene], where: str) -> Iterator[str]:
    """The pairs that a guideline lists: of alleles that the gene has, and each in one row of a population. Not listed: a gap."""
    for symbol in (symbol for symbol, mode in guideline.keys.items() if mode == "diplotype"):
        gene = genes[symbol]
        if gene.method == "presence" or gene.single != "never":
            yield f"{where}: keys ask {symbol} for a 'diplotype', but its alleles make no pairs; correct the key"
            continue
        yield from _pair_faults(guideline, gene, where)


def _pair_faults(guideline: Guideline, gene: Gene, where: str) -> Iterator[str]:
    met: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(guideline.rows, 1):
        for key in row.when[gene.symbol]:
            pair = sorted(key.split("/"))
            if len(pair) != 2 or any(name not in gene.alleles for name in pair):
                yield f"{where}: row[{number}]: {gene.symbol} '{key}' is no pair of the gene's alleles; correct it, it would never be met"
            for population in row.populations:
                first = met.setdefault((population, *pair), number)
                if first != number:
                    yield f"{where}: rows {first} and {number} both answer {gene.symbol} {key}; advice must rest on one, so keep one"
