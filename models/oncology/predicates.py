"""Does a predicate hold for this patient? True, False, or None where a result is missing that would decide it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.knowledge.biomarker_types import Atom, Predicate, Term, Told

Answer = Callable[[Atom], Told]


@dataclass(frozen=True, slots=True)
class Held:
    """`rests_on`: the terms that decided it, each with what the chart tells; of an open one, those that are not known."""

    verdict: bool | None
    rests_on: tuple[tuple[Term, Told], ...] = ()


def held(predicate: Predicate, answer: Answer) -> Held:
    """Groups are looked at in their order until one fails."""
    true: list[tuple[Term, Told]] = []
    open_: list[tuple[Term, Told]] = []
    for group in predicate:
        told = [(term, answer(term.atom)) for term in group]
        met = [(term, said) for term, said in told if verdict(term, said)]
        unknown = [(term, said) for term, said in told if verdict(term, said) is None]
        if not met and not unknown:
            return Held(False, tuple(told))
        true += met
        open_ += [] if met else unknown
    return Held(None, tuple(open_)) if open_ else Held(True, tuple(true))


def verdict(term: Term, told: Told) -> bool | None:
    """Of a negated term the opposite; what is not known stays so, and an uncertain variant proves no absence."""
    if term.negated and told.unsure and told.verdict is False:
        return None
    return told.verdict if told.verdict is None or not term.negated else not told.verdict
