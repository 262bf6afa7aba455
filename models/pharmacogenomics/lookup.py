"""The one row of a guideline that answers a look-up in a population. It refuses to choose."""

from __future__ import annotations

from collections.abc import Mapping

from models.errors import KnowledgeError
from models.knowledge.keys import matches
from models.knowledge.types import Guideline, Row

__all__ = ["NOT_LISTED", "find_row", "matches"]

#: stands where a source lists some diplotypes only and this is another one: nothing may be concluded, so it is told as a gap
NOT_LISTED = Row({}, (), "n/a", ("no_recommendation",), "other", "result-not-covered", {}, (), None, None, derived=True)


def find_row(guideline: Guideline, population: str, lookups: Mapping[str, str]) -> Row:
    """The row for one value of each gene that the guideline uses.

    A look-up is a phenotype, an exact or open score ("0.0", "≥3.0", "n/a"), an allele's presence
    ("*57:01 positive") or "No Result"; a range of scores is not: put each of its ends. Raises KnowledgeError when
    no row, or more than one, answers: `models.knowledge.check` proves that this cannot happen for values of a gene.
    NOT_LISTED answers for a diplotype that the source does not list, where the guideline says that there are such (`others`).
    """
    found = [r for r in guideline.rows if population in r.populations and all(matches(r.when[g], key) for g, key in lookups.items())]
    if not found and guideline.others == "gap" and lookups.keys() == guideline.keys.keys():
        return NOT_LISTED
    if len(found) != 1 or lookups.keys() != guideline.keys.keys():
        asked = ", ".join(f"{gene} '{key}'" for gene, key in lookups.items())
        raise KnowledgeError(
            f"guidelines/{guideline.id}.toml: {len(found)} rows answer {asked} in population '{population}'; "
            f"advice must rest on exactly one, for {', '.join(guideline.keys)}; mend the `when` of its rows"
        )
    return found[0]
