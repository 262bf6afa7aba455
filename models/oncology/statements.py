"""From rows that hold to what a finding says: the evidence, what it rests on, and one recommendation for each source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.features.tumours import Tumour
from models.finding import Action, Evidence, GeneEvidence, Recommendation, TumourType
from models.knowledge.biomarker_types import Atom, Term, TherapyRow, Told
from models.oncology.matches import Match


def rests_on(found: Iterable[Match]) -> tuple[GeneEvidence, ...]:
    """Each biomarker once, in the order in which the rows name them."""
    return tuple(dict.fromkeys(evidence_of(term, told) for match in found for term, told in match.held.rests_on))


def evidence_of(term: Term, told: Told) -> GeneEvidence:
    """A term of a predicate with what the chart tells of it."""
    name, what = named(term.atom)
    missing = "" if told.verdict is not None else "not_callable" if told.because else "not_tested"
    return GeneEvidence(
        gene=name,
        variant="" if missing else told.said or what if told.verdict else f"no {what}",
        as_of=told.as_of,
        laboratory=told.laboratory,
        sources=told.origins,
        source_class="germline" if told.germline else "",
        by_words=told.unsure,
        missing=missing,
    )


def named(atom: Atom) -> tuple[str, str]:
    """The gene or marker, and what of it."""
    if atom.kind == "marker":
        number = f"≥ {atom.at_least:g}" if atom.at_least is not None else ""
        return atom.marker, atom.state or number
    gene = f"{atom.gene}::{atom.partner}" if atom.partner else atom.gene
    return gene, atom.text.removeprefix(f"{gene} ")


def recommendation(match: Match, message: str, action: Action) -> Recommendation:
    """What one source says, with its tiers."""
    row = match.row
    return Recommendation(
        source=source_of(row),
        classification=", ".join(f"{t.scale} {t.tier}" for t in match.tiers),
        actions=(action,),
        population=match.tumour.oncotree,
        lookup=lookup(match),
        message=message,
        parts={
            "biomarkers": told_as(match),
            "tumour": match.tumour.label,
            "medicines": " with ".join(d.name for d in row.medicines),
            "setting": "; ".join(row.setting),
            **({"since": row.withdrawn} if row.withdrawn else {}),
        },
        direction=row.direction,
        tiers=match.tiers,
        as_of=row.as_of,
    )


def lookup(match: Match) -> dict[str, str]:
    """Gene or marker → what holds of it."""
    found: dict[str, str] = {}
    for term, _ in match.held.rests_on:
        gene, what = named(term.atom)
        found[gene] = f"no {what}" if term.negated else what
    return found


def told_as(match: Match) -> str:
    """The biomarkers that decided: what was found, exactly ("KRAS p.G12D"); where nothing holds, what is asked for."""
    if match.held.verdict:
        return " and ".join(dict.fromkeys(_found(term, told) for term, told in match.held.rests_on))
    open_ = {term for term, _ in match.held.rests_on}
    groups = [[t for t in group if t in open_] for group in match.row.biomarkers]
    return " and ".join(" or ".join(("no " if t.negated else "") + t.atom.text for t in group) for group in groups if group)


def _found(term: Term, told: Told) -> str:
    if term.negated:
        return f"no {term.atom.text}"
    return f"{named(term.atom)[0]} {told.said}" if told.said else term.atom.text


def evidence(found: Sequence[Match]) -> tuple[Evidence, ...]:
    """One for each source document, labels with their own date and address."""
    return tuple(dict.fromkeys(_evidence(match.row) for match in found))


def _evidence(row: TherapyRow) -> Evidence:
    return Evidence(source_of(row), row.as_of if row.level == "label" else f"level {row.level}, reviewed {row.as_of}", row.url)


def source_of(row: TherapyRow) -> str:
    """The document: "FDA label cetuximab", "CIViC EID238"."""
    return f"{row.source.body} label {row.medicines[0].name}" if row.level == "label" else f"{row.source.body} {row.id}"


def tumour_type(tumour: Tumour) -> TumourType:
    return TumourType(tumour.label, tumour.oncotree, tumour.origin)
