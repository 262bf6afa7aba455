"""From variants that count to what a finding says: the genes it rests on, how loud it is, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.features.germline import Inherited
from models.finding import Evidence, Remark, Urgency
from models.knowledge.hereditary_types import Checked, HereditaryRule
from models.knowledge.source_block import Source

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


def unread(read: Checked, source: Source, about: str) -> tuple[Remark, ...]:
    """That a source was not read, or in part alone. It names the source: a card may tell of several."""
    said = (("source", f"{source.body}, {source.version}"), ("about", about))
    return (Remark(UNREAD[read], said),) if read in UNREAD else ()


def evidence(source: Source, about: str) -> Evidence:
    return Evidence(f"{source.body} {about}", source.version, source.url)
