"""From variants that count to what a finding says: the genes it rests on, how loud it is, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.features.germline import HARMFUL, Inherited
from models.features.significance import significance
from models.features.variants import nucleotide_changes, protein_changes
from models.finding import Evidence, GeneEvidence, Remark, Urgency
from models.knowledge.hereditary_types import Checked, HereditaryRule, NamedVariant
from models.knowledge.source_block import Source
from models.variant import Variant

LOUD: tuple[Urgency, ...] = ("info", "warning", "critical")
CHANGES = ("alternative", "dose_change")
#: message ids of notes and remarks (note-… in cds_service/messages)
UNREAD: Mapping[Checked, str] = {"partly": "hereditary-source-partly-read", "no": "hereditary-source-unread"}
LIKELY, PHASE_OPEN, ORIGIN_OPEN = "hereditary-likely", "hereditary-phase-open", "hereditary-origin-open"
ONE_OF_TWO_X, EFFECT_OPEN = "hereditary-one-x", "hereditary-effect-open"
ANYBODY = "any"  #: these rules know no groups of patients beyond age, sex and pregnancy, which were looked at


def urgency(rule: HereditaryRule, doubts: Sequence[str]) -> Urgency:
    """By harm and by what was read of the source (decisions.md, "How loud"), and one step down for whatever is not sure."""
    if rule.action not in CHANGES or rule.harm == "other":
        return "info"
    loud = 2 if rule.harm == "fatal" and rule.checked == "yes" else 1
    return LOUD[max(0, loud - 1 if doubts else loud)]


def doubts_of(rule: HereditaryRule, found: Inherited, sex: str) -> tuple[str, ...]:
    """Notes on what makes it less than sure."""
    one_x = rule.inheritance == "XL" and found.copies != "two" and sex != "male"
    said = (
        (found.likely, LIKELY),
        (not found.phased, PHASE_OPEN),
        (not found.said_inherited and not rule.variants, ORIGIN_OPEN),  # what counts by its name is no variant of tumours
        (one_x, ONE_OF_TWO_X),
        (rule.unclear_effect, EFFECT_OPEN),
    )
    return tuple(note for holds, note in said if holds)


def rests_on(found: Inherited, named: Sequence[NamedVariant] = ()) -> tuple[GeneEvidence, ...]:
    """Each variant that counts. A variant that counts by its name bears that name."""
    known = next((n.name for n in named if n.gene == found.gene), "")
    return tuple(dict.fromkeys(evidence_of(found.gene, variant, known) for variant in found.variants))


def evidence_of(gene: str, variant: Variant, name: str = "") -> GeneEvidence:
    said = significance(variant)
    return GeneEvidence(
        gene=gene,
        variant=name or _name(variant),
        zygosity=variant.zygosity,
        significance=said if said in HARMFUL else "",
        source_class=variant.source_class,
        as_of=variant.effective[:10],
        laboratory=variant.laboratory,
        amended=variant.status in ("amended", "corrected"),
        sources=(variant.origin,),
        by_words=variant.text_only,
    )


def _name(variant: Variant) -> str:
    """Its names as they were understood; a name in free words is not repeated."""
    changes = sorted({name.change for name in nucleotide_changes(variant)})[:1]
    return " ".join([*changes, *(f"p.{short}" for short in sorted(protein_changes(variant))[:1])]) or "variant"


def lookup(found: Sequence[GeneEvidence]) -> dict[str, str]:
    """Gene → what holds of it, in our own words."""
    return {gene.gene: ", ".join(filter(None, (gene.significance or "present", gene.zygosity))) for gene in found}


def unread(read: Checked, source: Source, about: str) -> tuple[Remark, ...]:
    """That a source was not read, or in part alone. It names the source: a card may tell of several."""
    said = (("source", f"{source.body}, {source.version}"), ("about", about))
    return (Remark(UNREAD[read], said),) if read in UNREAD else ()


def evidence(source: Source, about: str) -> Evidence:
    return Evidence(f"{source.body} {about}", source.version, source.url)
