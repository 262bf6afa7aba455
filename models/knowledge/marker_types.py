"""The shape of what is known of tumour markers, and of the words by which labels name tumours. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.knowledge.source_block import Source

UNTESTED, POSITIVE, NEGATIVE, EQUIVOCAL = "untested", "positive", "negative", "equivocal"  #: answers that every aspect has


@dataclass(frozen=True, slots=True)
class TumourWords:
    """By which words labels name a type, and which types are cancers of the blood: the others are solid tumours."""

    source: Source
    words: Mapping[str, tuple[str, ...]]  #: OncoTree code → lower-case words
    blood: frozenset[str]  #: OncoTree codes; what lies below one is one as well


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that is looked at of a marker (its stain, the copies of its gene), and the answers that results give of it."""

    name: str
    results: tuple[str, ...]  #: clinical names
    codes: Mapping[tuple[str, str], str]  #: coded answer → answer
    words: Mapping[str, str]  #: answer in words, where there is no code → answer
    with_positive: frozenset[str] = frozenset()  #: answers beside which "positive" may stand; another one contradicts it
    with_negative: frozenset[str] = frozenset()
    positive_from: float | None = None  #: per cent: a share of cells from here on is positive


@dataclass(frozen=True, slots=True)
class Reading:
    """What answers mean. Aspects that are not named do not matter."""

    when: Mapping[str, frozenset[str]]  #: aspect → answers, each of which will do; UNTESTED: no result of it
    holds: frozenset[str]
    fails: frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """How the number of a marker is recognised and read."""

    results: tuple[str, ...]  #: clinical names whose code alone says that it is this number
    shared: tuple[str, ...]  #: clinical names that several numbers share: one of the words must say which
    said: tuple[str, ...]  #: those words, lower case
    units: frozenset[str]  #: levelled as `levelled` does; "" where the number may stand without one
    high: float  #: beyond it, it is a slip


@dataclass(frozen=True, slots=True)
class MarkerKind:
    """One marker as predicates name it. Without aspects and score: no code is known by which charts could tell it."""

    name: str  #: "HER2", "PD-L1 TPS"
    words: tuple[str, ...]  #: by which sources name it, lower case
    states: frozenset[str] = frozenset()
    aspects: tuple[Aspect, ...] = ()
    readings: tuple[Reading, ...] = ()
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class MarkerKnowledge:
    """All of markers.toml."""

    source: Source
    kinds: Mapping[str, MarkerKind]  #: by name


def levelled(unit: str) -> str:
    """A unit without case, blanks and the brackets of annotations: "{mut} / Mb" and "mut/Mb" are the same."""
    return "".join(c for c in unit.casefold() if not c.isspace() and c not in "{}()[]")
