"""Findings from the rows that apply: what stands side by side, in which order, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from models.features.gene_state import GeneState
from models.finding import CAREFUL_FIRST, Drug, Evidence, Finding, GeneEvidence, Kind, Orderable, Reading, Recommendation, Urgency
from models.knowledge.types import ASSOCIATION, LABEL_DOSE, LABEL_WARNING, Guideline
from models.patient import Reason
from models.pharmacogenomics.rows import Applied

_STRENGTH = ("Contraindicated", "Strong", LABEL_WARNING, LABEL_DOSE, "Moderate", "Optional", ASSOCIATION)


def finding(
    kind: Kind,
    urgency: Urgency,
    guideline: Guideline,
    states: Mapping[str, GeneState],
    recommended: tuple[Recommendation, ...],
    *,
    removable: bool = False,
    notes: tuple[str, ...] = (),
    tests: tuple[Orderable, ...] = (),
) -> Finding:
    """A finding on the guideline's drug, resting on the states of all genes that the guideline uses."""
    return Finding(
        kind=kind,
        urgency=urgency,
        drug=guideline.drug,
        genes=tuple(gene_evidence(states[gene], mode) for gene, mode in guideline.keys.items()),
        recommendations=recommended,
        evidence=(
            Evidence(f"{guideline.source.body} {guideline.drug.name}", guideline.source.version, guideline.source.url),
            *(e for gene in guideline.keys for e in states[gene].evidence),
        ),
        removable=removable,
        notes=tuple(dict.fromkeys((*notes, *(note for gene in guideline.keys for note in states[gene].notes)))),
        gaps=tuple(dict.fromkeys(gap for gene in guideline.keys for gap in states[gene].gaps)),
        tests=tests,
    )


def recommendations(guideline: Guideline, applied: Sequence[Applied], ingredients: Mapping[str, Drug]) -> tuple[Recommendation, ...]:
    """Most careful first: rows that speak before silent ones, then by action, fatal ones first, then by the source's strength."""
    ordered = sorted(applied, key=_carefulness)
    return tuple(_recommendation(guideline, a, ingredients) for a in ordered)


def _carefulness(applied: Applied) -> tuple[bool, int, bool, int]:
    row = applied.row
    fatal = row.harm == "fatal" or row.fatal_below_age is not None
    return applied.silent, CAREFUL_FIRST.index(row.actions[0]), not fatal, _weakness(row.classification)


def _weakness(classification: str) -> int:
    return _STRENGTH.index(classification) if classification in _STRENGTH else len(_STRENGTH)


def _recommendation(guideline: Guideline, applied: Applied, ingredients: Mapping[str, Drug]) -> Recommendation:
    row = applied.row
    return Recommendation(
        source=guideline.source.body,
        classification=row.classification,
        actions=row.actions,
        population=applied.population.id,
        lookup=applied.lookup,
        message=row.message,
        parts=row.parts,
        dose=row.dose,
        alternatives=tuple(ingredients[rxnorm] for rxnorm in row.alternatives),
        population_label=applied.population.label if len(guideline.populations) > 1 else "",
        derived=row.derived,
    )


def gene_evidence(state: GeneState, mode: str) -> GeneEvidence:
    """One gene's part of a finding. For a presence gene only the allele that this guideline asks about."""
    presence = mode.startswith("*")
    known = state.alleles.get(mode, "") if presence else ""
    status = "" if known == "undecided" else known
    read = state.genetic or state.readings
    single = read[0] if len(read) == 1 else None
    missing = (presence and not status) or (not presence and not state.readings)
    return GeneEvidence(
        gene=state.gene,
        asked=mode if presence else "",
        diplotype=single.diplotype if single else _shared(read, "diplotype"),
        phenotype=single.phenotype if single else _shared(read, "phenotype"),
        activity_score=single.activity_score if single else "",
        reported_phenotype=state.reported_phenotype,
        as_of=state.provenance.as_of,
        laboratory=state.provenance.laboratory,
        amended=state.provenance.amended,
        by_words=state.provenance.by_words,
        method=state.provenance.method,
        sources=state.provenance.sources,
        allele_status=(f"{mode} {status}",) if status else (),
        possible=_possible(read, state),
        rule=state.rule,
        adjusted=state.readings if state.genetic else (),
        adjusted_because=tuple((modulator.drug, modulator.strength) for modulator in state.modulators),
        also_acting=tuple((modulator.drug, modulator.strength) for modulator in state.mentioned),
        missing=missing_reason(state, mode) if missing else "",
    )


def _possible(read: Sequence[Reading], state: GeneState) -> tuple[Reading, ...]:
    """Every reading there is, when more than one could be true or something else stands beside the one that drives."""
    every = (*read, *state.reported, *state.shown)
    return every if read and len(every) > 1 else ()


def missing_reason(state: GeneState, mode: str) -> Reason | Literal["pending"]:
    """Why there is nothing to look up for what a guideline asks of this gene. A test on order is waited for."""
    reason = _reason(state, mode)
    wanted = {mode, ""} if mode.startswith("*") else {""}
    return "pending" if reason in ("not_tested", "not_callable") and wanted & state.ordered else reason


def _reason(state: GeneState, mode: str) -> Reason | Literal["pending"]:
    if mode.startswith("*") and state.alleles.get(mode) == "undecided":
        return "not_callable"
    return state.missing or "not_tested"


def _shared(read: Sequence[Reading], member: str) -> str:
    """What all readings agree on, e.g. the phenotype of which only the score is open."""
    values = {getattr(reading, member) for reading in read}
    return str(values.pop()) if len(values) == 1 else ""
