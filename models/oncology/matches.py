"""Which rows hold for a patient, in which of the tumours, and what they rest on. It judges no order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from models.features.tumours import Tumour
from models.finding import Drug, Tier
from models.knowledge.biomarker_types import Level, TherapyRow
from models.oncology.patient import TumourPatient
from models.oncology.predicates import Held, held
from models.oncology.tiers import Fit, rank, tiers

LEVELS = get_args(Level)
SPEAKS_AGAINST = ("resistance", "no benefit")


@dataclass(frozen=True, slots=True)
class Match:
    """A row whose tumour and age fit, and what became of its predicate."""

    row: TherapyRow
    tumour: Tumour
    fit: Fit
    held: Held

    @property
    def positive(self) -> bool:
        """Does it rest on something that was found, and not only on what is absent?"""
        return any(not term.negated for term, _ in self.held.rests_on)

    @property
    def tiers(self) -> tuple[Tier, ...]:
        return tiers(self.row, self.fit)


def matches(rows: Iterable[TherapyRow], patient: TumourPatient, *, elsewhere: bool = False) -> tuple[Match, ...]:
    """Every row for each active tumour that it fits, whatever its predicate says. `elsewhere`: labels for other tumours too.

    A row of another tumour type never stands in for one that excludes this tumour, and one beyond the patient's age is left out.
    """
    found = []
    for row in rows:
        if patient.of_age(row) is False:
            continue
        for tumour in patient.tumours:
            fit = patient.fits(row, tumour)
            if fit != "other" or (elsewhere and row.level == "label"):
                found.append(Match(row, tumour, fit, held(row.biomarkers, patient.answer)))
    return tuple(found)


def strongest_first(found: Iterable[Match]) -> tuple[Match, ...]:
    """By tier, then labels before items, then the newest, then by name: the same for the same facts."""
    return tuple(sorted(found, key=lambda m: (rank(m.tiers), LEVELS.index(m.row.level), _negated(m.row.as_of), m.row.id)))


def _negated(day: str) -> tuple[int, ...]:
    return tuple(-int(part) for part in day.split("-") if part.isdigit())


def doubtful(fit: Match, found: Sequence[Match]) -> Match | None:
    """The statement of resistance that may hold for this therapy too, where none of its own says so or denies it.

    Another medicine works by the same results, and something else found in the same tumour makes it fail. Whoever has no row on
    that very finding is in doubt (a first-generation inhibitor is known to fail, another of its kind was not looked at).
    """
    of_it = {o for m in found if set(m.row.medicines) == set(fit.row.medicines) and m.tumour == fit.tumour for o in _results(m)}
    for against in found:
        if against.row.direction != "resistance" or not against.held.verdict or against.tumour != fit.tumour or against.fit == "other":
            continue
        alike = [m for m in found if m.row.medicines == against.row.medicines and m.row.direction == "sensitivity" and m.held.verdict]
        cause = _results(against)
        if cause and cause.isdisjoint(of_it) and any(_results(m) & _results(fit) - cause for m in alike):
            return against
    return None


def stopped(held: Sequence[Match]) -> frozenset[tuple[Drug, str]]:
    """Medicines that a row speaks against where they are given alone, each with its tumour."""
    against = [m for m in held if m.held.verdict and m.fit != "other" and m.row.direction in SPEAKS_AGAINST]
    return frozenset((m.row.medicines[0], m.tumour.origin) for m in against if len(m.row.medicines) == 1)


def is_stopped(match: Match, by: frozenset[tuple[Drug, str]]) -> bool:
    return len(match.row.medicines) == 1 and (match.row.medicines[0], match.tumour.origin) in by


def _results(match: Match) -> set[str]:
    """What was found and decided it."""
    if not match.held.verdict:
        return set()
    return {origin for term, told in match.held.rests_on if not term.negated for origin in told.origins}


def about(row: TherapyRow, key: str, patient: TumourPatient) -> bool:
    """Does the row speak of this medicine as it is ordered: alone, or with all its partners? What is said of a combination
    says nothing of its parts."""
    return len(row.medicines) == 1 or (any(d.key == key for d in row.medicines) and patient.together(row))


def superseded(against: Match, fitting: Sequence[Match], key: str, patient: TumourPatient) -> bool:
    """Is what speaks against the medicine met by an approved combination that is really being given (KRAS G12C in bowel cancer)?"""
    return any(
        len(m.row.medicines) > 1 and m.row.level == "label" and m.tumour == against.tumour and m.held.verdict and about(m.row, key, patient)
        for m in fitting
    )
