"""How loud an advice is: decisions.md, "How loud (indicator)". Silence is decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from models.features.age import Age
from models.finding import Urgency
from models.knowledge.types import ASSOCIATION, LABEL_DOSE, LABEL_WARNING, Row
from models.pharmacogenomics.rows import Applied

_STEPS: tuple[Urgency, ...] = ("info", "warning", "critical")
_URGENT = ("alternative", "dose_change")
_WARNING = ("Strong", "Contraindicated", LABEL_WARNING, LABEL_DOSE, "Moderate")


def urgency(
    applied: Sequence[Applied], age: Age | None, *, guideline_fatal: bool, settled: bool, conflict: bool, ungraded: bool = False
) -> Urgency:
    """The urgency of the rows that speak. `ungraded` (rests on what no guideline grades): information, whatever the row.

    `settled` False (ambiguous, or the populations or readings lead to different actions): one step down, never
    below info. `conflict`: at most warning. Critical needs every applying row to be critical.
    """
    if ungraded:
        return "info"
    levels = [row_urgency(a.row, age, guideline_fatal) for a in applied if not a.silent]
    loudest = max(levels, key=_STEPS.index)
    if loudest == "critical" and settled and not all(level == "critical" for level in levels):
        loudest = "warning"
    if conflict:
        return min(loudest, "warning", key=_STEPS.index)
    return loudest if settled else _STEPS[max(0, _STEPS.index(loudest) - 1)]


def loudest(applied: Sequence[Applied], age: Age | None, *, guideline_fatal: bool) -> Urgency:
    """Of rules that all hold at once: one more rule never makes another quieter."""
    return max((row_urgency(a.row, age, guideline_fatal) for a in applied), key=_STEPS.index)


def row_urgency(row: Row, age: Age | None, guideline_fatal: bool) -> Urgency:
    """What one row alone would earn, if its result were final, measured and unambiguous."""
    action = row.actions[0]
    if row.classification == ASSOCIATION:
        return "info"  # a table's association warns only where the label contraindicates or gives a dose (decisions.md, "Which body wins")
    if action in _URGENT and row.classification in ("Strong", "Contraindicated") and fatal(row, age):
        return "critical"
    if action in _URGENT and row.classification in _WARNING:
        return "warning"
    return "warning" if action == "test" and guideline_fatal else "info"


def fatal(row: Row, age: Age | None) -> bool:
    """Can ignoring the row kill? Some rows only in children, where the age is known."""
    below = row.fatal_below_age
    return row.harm == "fatal" or (below is not None and age is not None and age.surely_below(below))
