"""What the rules on tumours ask of one patient: the tumours on file, and what results tell of a biomarker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from models.features.age import Age
from models.features.tumours import Tumour
from models.knowledge.biomarker_types import Atom, Term, TherapyRow, Told
from models.oncology.tiers import Fit


@dataclass(frozen=True, slots=True)
class TumourPatient:
    """Made once for each call."""

    tumours: tuple[Tumour, ...]  #: active ones
    ask: Callable[[Atom], Told]
    fit_of: Callable[[Tumour, tuple[str, ...], tuple[str, ...]], Fit]  #: tumour, codes, excepted codes
    years: Age | None
    given: frozenset[str] = frozenset()  #: keys of medicines that are ordered or taken: by them combinations are recognised
    unread: frozenset[str] = frozenset()  #: of conditions, variants and markers: what was not, or not all, read
    known: dict[str, Told] = field(default_factory=dict)

    def answer(self, atom: Atom) -> Told:
        if atom.text not in self.known:
            self.known[atom.text] = self.ask(atom)
        return self.known[atom.text]

    def fits(self, row: TherapyRow, tumour: Tumour) -> Fit:
        return self.fit_of(tumour, row.tumours, row.excepted)

    def unread_for(self, told: Iterable[tuple[Term, Told]]) -> bool:
        """May a result of one of these, of which none is known, stand in what was not read?"""
        return any(("markers" if term.atom.kind == "marker" else "variants") in self.unread for term, said in told if said.verdict is None)

    def of_age(self, row: TherapyRow) -> bool | None:
        """Within the row's ages; None where the age is not known and the row has a limit that matters."""
        if row.age_from is None and row.age_below is None:
            return True
        if self.years is None:
            return None
        too_young = row.age_from is not None and self.years.surely_below(row.age_from)
        too_old = row.age_below is not None and self.years.surely_from(row.age_below)
        return not (too_young or too_old)

    def together(self, row: TherapyRow) -> bool:
        """Is every medicine of the row's combination ordered or taken?"""
        return all(drug.key in self.given for drug in row.medicines)
