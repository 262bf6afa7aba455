"""Rules whose medicines are given without an order of their own: asked when an operation or an anaesthesia is requested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.features.clinical import means
from models.finding import Drug
from models.knowledge.types import Guideline, Knowledge
from models.patient import Request


def asked_at_requests(requests: Sequence[Request], ordered: Sequence[str], knowledge: Knowledge) -> tuple[Guideline, ...]:
    """One guideline of each group that a request being made calls for, under the group's name.

    `ordered`: RxNorm ids of medicines that are ordered anyway: where one of the group is, its own card says it.
    """
    wanted = [r for r in requests if r.draft and r.selected]
    found: dict[str, Guideline] = {}
    present = {g.group for rxnorm in ordered for g in knowledge.guidelines.get(rxnorm, ())}
    for guideline in (g for several in knowledge.guidelines.values() for g in several if g.also_at):
        if guideline.group in present or guideline.group in found:
            continue
        if any(means(request.code, knowledge.clinical[name]) for request in wanted for name in guideline.also_at):
            found[guideline.group] = replace(guideline, drug=Drug(guideline.group, ""))
    return tuple(found.values())
