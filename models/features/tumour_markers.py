"""What a patient's results tell of a tumour marker: a state ("HER2 low"), or a number ("PD-L1 TPS >= 50"). Nothing of genes.

Results of one question, on one specimen or with none said, are settled by date. Any others that differ are a conflict, and tell nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from models.chart import Marker
from models.features.marker_values import Number, answer, at_least, belongs, number, says
from models.knowledge.biomarker_types import UNTESTED as NO_RESULT
from models.knowledge.biomarker_types import Atom, Told
from models.knowledge.clinical_types import Clinical
from models.knowledge.marker_types import UNTESTED, MarkerKind, MarkerKnowledge, Score

CONFLICT = "results of this marker contradict each other, and no date settles which one counts"
UNCLEAR = "a result of this marker is on file that does not say what is asked (equivocal, or an answer that is not understood)"
NO_SCORE = "a result is on file that does not say which score it is"
NO_NUMBER = "a result of this marker is on file without a number in a unit that is understood"
UNDECIDED = "the number on file was given with a comparator that leaves open what is asked"

Value = TypeVar("Value", str, bool)


@dataclass(frozen=True, slots=True)
class _Settled(Generic[Value]):
    """What several results say together. `value` None: nothing that is clear."""

    value: Value | None
    rests_on: tuple[Marker, ...] = ()
    conflict: bool = False


def told(atom: Atom, markers: Sequence[Marker], known: MarkerKnowledge, clinical: Mapping[str, Clinical]) -> Told:
    """Does the atom hold? `because` says why not, where something is on file and does not tell."""
    kind = known.kinds.get(atom.marker)
    if kind is None:
        return NO_RESULT
    if atom.at_least is not None:
        return _number(atom, kind, markers, known, clinical) if kind.score is not None else NO_RESULT
    return _state(atom.state, kind, markers, clinical)


def _state(state: str, kind: MarkerKind, markers: Sequence[Marker], clinical: Mapping[str, Clinical]) -> Told:
    aspects: dict[str, _Settled[str]] = {}
    for aspect in kind.aspects:
        own = [m for m in markers if belongs(m, aspect.results, clinical)]
        aspects[aspect.name] = _settled(own, partial(answer, aspect=aspect)) if own else _Settled(UNTESTED)
    rests_on = [m for settled in aspects.values() for m in settled.rests_on]
    if any(settled.conflict for settled in aspects.values()):
        return _unknown(rests_on, CONFLICT)
    apply = [r for r in kind.readings if all(aspects[name].value in answers for name, answers in r.when.items())]
    if any(one.holds & other.fails for one in apply for other in apply):
        return _unknown(rests_on, CONFLICT)  # whatever is asked: what says positive and negative at once says nothing
    telling = [r for r in apply if state in r.holds | r.fails]
    if not telling:
        return _unknown(rests_on, UNCLEAR) if rests_on else NO_RESULT
    names = dict.fromkeys(name for r in telling for name in aspects if name in r.when)
    return _told(state in telling[0].holds, [m for name in names for m in aspects[name].rests_on])


def _settled(markers: Sequence[Marker], read: Callable[[Marker], Value | None]) -> _Settled[Value]:
    """What all say, or what the newest says where they answer one question about one specimen; else a conflict.

    What cannot be read is set aside, unless it is newer than what can: then nothing is clear.
    """
    read_ = [(m, value) for m in markers if (value := read(m)) is not None]
    newest = max((m.effective[:10] for m, _ in read_), default="")
    if not read_ or any(read(m) is None and not m.effective[:10] <= newest for m in markers):
        return _Settled(None, tuple(markers))
    if len({value for _, value in read_}) == 1:
        return _Settled(read_[0][1], tuple(m for m, _ in read_))
    last = [(m, value) for m, value in read_ if m.effective[:10] == newest]
    dated = all(len(m.effective) >= len("2026-11-26") for m, _ in read_)
    if dated and _one_question([m for m, _ in read_]) and len({value for _, value in last}) == 1:
        return _Settled(last[0][1], tuple(m for m, _ in last))
    return _Settled(None, tuple(m for m, _ in read_), conflict=True)


def _one_question(markers: Sequence[Marker]) -> bool:
    asked = {(m.part.codings or m.code.codings) for m in markers}
    return len({frozenset((c.system, c.code) for c in codings) for codings in asked}) == 1 and len({m.specimen for m in markers} - {""}) < 2


def _number(atom: Atom, kind: MarkerKind, markers: Sequence[Marker], known: MarkerKnowledge, clinical: Mapping[str, Clinical]) -> Told:
    score, threshold = kind.score, atom.at_least
    if score is None or threshold is None:
        return NO_RESULT
    own, unnamed = _own(score, markers, known, clinical)
    if not own:
        return _unknown(unnamed, NO_SCORE) if unnamed else NO_RESULT
    settled = _settled(own, partial(_reaches, score=score, threshold=threshold))
    if settled.value is None:
        return _unknown(own, CONFLICT if settled.conflict else _why(own, score))
    found = number(settled.rests_on[0], score.said)
    words = f"{kind.name} {found.comparator}{found.value:g}" if found is not None else ""
    return _told(settled.value, settled.rests_on, words, unsure=found is not None and found.by_words)


def _own(
    score: Score, markers: Sequence[Marker], known: MarkerKnowledge, clinical: Mapping[str, Clinical]
) -> tuple[list[Marker], list[Marker]]:
    """The results that are this number, and those of which nothing says which number they are."""
    others = [
        k.score for k in known.kinds.values() if k.score is not None and k.score is not score and set(k.score.shared) & set(score.shared)
    ]
    own = [m for m in markers if belongs(m, score.results, clinical)]
    unnamed: list[Marker] = []
    coded = (*score.results, *(name for other in others for name in other.results))
    for marker in markers:
        if belongs(marker, coded, clinical) or not _shared(marker, score, clinical):
            continue
        if says(marker, score):
            (unnamed if any(says(marker, other) for other in others) else own).append(marker)
        elif not marker.part and not any(says(marker, other) for other in others):
            unnamed.append(marker)
    return own, unnamed


def _shared(marker: Marker, score: Score, clinical: Mapping[str, Clinical]) -> bool:
    codes = {pair for name in score.shared if name in clinical for pair in clinical[name].codes}
    return any((c.system, c.code) in codes for c in marker.code.codings)


def _reaches(marker: Marker, score: Score, threshold: float) -> bool | None:
    found = _counted(marker, score)
    return None if found is None else at_least(found, threshold)


def _counted(marker: Marker, score: Score) -> Number | None:
    """Its number, where the unit is one that is understood and the number can be meant."""
    found = number(marker, score.said)
    return found if found is not None and found.unit in score.units and 0 <= found.value <= score.high else None


def _why(markers: Sequence[Marker], score: Score) -> str:
    return UNDECIDED if any(_counted(m, score) is not None for m in markers) else NO_NUMBER


def _told(verdict: bool, markers: Sequence[Marker], said: str = "", *, unsure: bool = False) -> Told:
    newest = max(markers, key=lambda m: m.effective)
    by_words = unsure or any(m.positive is None and m.value is None and not m.answer.codings and m.answer.text for m in markers)
    return Told(verdict, _origins(markers), newest.effective[:10], newest.laboratory, said=said, unsure=by_words)


def _unknown(markers: Sequence[Marker], because: str) -> Told:
    newest = max(markers, key=lambda m: m.effective)
    return Told(None, _origins(markers), newest.effective[:10], newest.laboratory, because)


def _origins(markers: Sequence[Marker]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.origin for m in markers))
