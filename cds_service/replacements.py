"""One-click replacements of a draft by an alternative that was screened and offered; the other alternatives are told in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from cds_service.messages import Messages
from cds_service.words import escaped
from fhir_mappings.proposals import create_action, delete_action
from fhir_mappings.resource import entries, origin
from models.finding import Finding

MOST = 3  #: alternatives with a button


def drafts_by_id(bundle: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The draft orders as they were sent, by "Type/id"."""
    return {origin(resource): resource for _, resource in entries(bundle)}


def replacements(finding: Finding, drafts: Mapping[str, Mapping[str, Any]], identity: UUID, words: Messages) -> list[dict[str, Any]]:
    """Remove the draft and create one for the alternative, for each that is offered; none where the finding does not allow it."""
    draft = drafts.get(finding.orders[0]) if finding.replaceable and len(finding.orders) == 1 else None
    if draft is None:
        return []
    offered = [option.drug for option in finding.options if option.verdict == "offered" and option.drug.rxnorm][:MOST]
    made = []
    for drug in offered:
        label = words.text("replace", drug=finding.drug.name, alternative=drug.name)
        remove = words.text("remove", drug=finding.drug.name)
        actions = [delete_action(finding.orders[0], remove), create_action(draft, drug, words.text("create", drug=drug.name))]
        made.append({"label": label, "uuid": str(uuid5(identity, f"{finding.orders[0]}/{drug.key}")), "actions": actions})
    return made


def option_line(finding: Finding, words: Messages) -> str:
    """One line on every alternative: what speaks against it, or that nothing on file does."""
    told = [words.text(f"option-{option.because}", drug=option.drug.name, detail=escaped(option.detail)) for option in finding.options]
    return words.text("options", options="; ".join(told))
