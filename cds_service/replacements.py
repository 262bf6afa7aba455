"""One-click replacements of a draft by an alternative that was screened and offered; the other alternatives are told in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

from cds_service.messages import Messages
from cds_service.words import escaped, joined, starred
from fhir_mappings.proposals import create_action, delete_action, replaceable
from fhir_mappings.resource import entries, origin
from models.codes import Code
from models.finding import Drug, Finding, Screened

MOST = 3  #: alternatives with a button
NO_ORDERABLES: Mapping[str, Code] = MappingProxyType({})
OF_THE_CHART = ("unread", "unclear")  #: reasons that are the same for every alternative, and are told once


def drafts_by_id(bundle: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The draft orders as they were sent, by "Type/id"."""
    return {origin(resource): resource for _, resource in entries(bundle)}


def replacements(
    finding: Finding,
    drafts: Mapping[str, Mapping[str, Any]],
    identity: UUID,
    words: Messages,
    orderables: Mapping[str, Code] = NO_ORDERABLES,
) -> list[dict[str, Any]]:
    """Remove the draft and create one for the alternative, for each that is offered and that every applying row names.

    `orderables`: the EHR's own code for an ingredient, which its order then carries first.
    None where the finding does not allow it, or the draft is such that nothing can take its place.
    """
    draft = drafts.get(finding.orders[0]) if finding.replaceable and len(finding.orders) == 1 else None
    if draft is None or not replaceable(draft):
        return []
    note = words.text(
        "create-note", drug=finding.drug.name, source=joined([f"{e.label} ({e.version})" for e in finding.evidence], words.text("and"))
    )
    made = []
    for drug in _agreed(finding)[:MOST]:
        label = words.text("replace", drug=finding.drug.name, alternative=drug.name)
        remove = words.text("remove", drug=finding.drug.name)
        create = create_action(draft, drug, words.text("create", drug=drug.name), note, orderables.get(drug.key))
        actions = [delete_action(finding.orders[0], remove), create]
        made.append({"label": label, "uuid": str(uuid5(identity, f"{finding.orders[0]}/{drug.key}")), "actions": actions})
    return made


def _agreed(finding: Finding) -> list[Drug]:
    """Offered for whichever of the indications it is: what only some of the rows name is told in words."""
    named = [said.alternatives for said in finding.recommendations if said.action == "alternative"]
    return [o.drug for o in finding.options if o.verdict == "offered" and o.drug.rxnorm and all(o.drug in drugs for drugs in named)]


def option_line(finding: Finding, words: Messages) -> str:
    """One line on every alternative: what speaks against it, or that nothing on file does."""
    said: dict[str | Drug, list[Screened]] = {}
    for option in finding.options:
        said.setdefault(option.because if option.because in OF_THE_CHART else option.drug, []).append(option)
    return words.text("options", options="; ".join(_told(alike, words) for alike in said.values()))


def _told(alike: Sequence[Screened], words: Messages) -> str:
    """What was found, and the entry of the chart that it rests on."""
    option, names = alike[0], joined([one.drug.name for one in alike], words.text("and"))
    said = words.text(f"option-{option.because}", drug=names, detail=starred(option.detail))
    return f"{said} ({escaped(option.origin)})" if option.origin else said
