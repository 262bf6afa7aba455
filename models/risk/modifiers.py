"""What a chart holds that makes a model's number wrong: inherited variants, conditions, near relatives, one extreme value."""

from __future__ import annotations

from dataclasses import dataclass

from models.chart import FamilyHistory
from models.features.clinical import conditions_of
from models.features.family import FIRST, affected
from models.features.germline import ORIGIN_UNSAID, Wanted, inherited
from models.features.variant_evidence import rests_on
from models.finding import GeneEvidence
from models.knowledge.risk_types import Modifier
from models.patient import Gap
from models.risk.question import RiskQuestion


@dataclass(frozen=True, slots=True)
class Holds:
    """A modifier that holds for the patient, and what of the chart says so."""

    modifier: Modifier
    genes: tuple[GeneEvidence, ...] = ()
    origins: tuple[str, ...] = ()


def modifiers(q: RiskQuestion) -> tuple[tuple[Holds, ...], tuple[Gap, ...]]:
    """(those that hold, what could not be told of the others)."""
    found: list[Holds] = []
    gaps: list[Gap] = []
    for modifier in q.risk.modifiers:
        one = _by_variant(modifier, q, gaps) or _by_chart(modifier, q)
        if one is not None:
            found.append(one)
    return tuple(found), tuple(dict.fromkeys(gaps))


def _by_variant(modifier: Modifier, q: RiskQuestion, gaps: list[Gap]) -> Holds | None:
    """Variants of which a report says that they are inherited: others may be a tumour's."""
    genes: list[GeneEvidence] = []
    for gene in modifier.genes:
        found = inherited(gene, q.by_gene.get(gene, ()), Wanted(modifier.inheritance, modifier.variants), q.profile.sex)
        if found.variants and found.said_inherited:
            genes += rests_on(found, modifier.variants)
        else:
            gaps += [Gap(q.subject(gap.subject), gap.reason, gap.because, gap.origin) for gap in found.gaps if gap.because == ORIGIN_UNSAID]
    return Holds(modifier, tuple(genes), tuple(dict.fromkeys(o for g in genes for o in g.sources))) if genes else None


def _by_chart(modifier: Modifier, q: RiskQuestion) -> Holds | None:
    clinical = q.knowledge.clinical
    own = [c for name in modifier.conditions for c in conditions_of(q.profile.conditions, clinical[name], "active", "past")]
    if own:
        return Holds(modifier, origins=(own[0].origin,))
    near = [f for f, degree in affected(modifier.family, q.profile, q.knowledge) if degree == FIRST and _early(f, modifier)]
    if near:
        return Holds(modifier, origins=(near[0].origin,))
    value = q.values.get(modifier.input)
    if isinstance(value, float) and value >= modifier.at_least:
        return Holds(modifier)
    return None


def _early(relative: FamilyHistory, modifier: Modifier) -> bool:
    """Where the rule is about early disease, the age must be told, and the sex where the age depends on it."""
    limits = modifier.onset_below
    if not limits:
        return True
    if relative.onset is None:
        return False
    below = limits.get(relative.sex, min(limits.values()))
    return relative.onset[1] < below
