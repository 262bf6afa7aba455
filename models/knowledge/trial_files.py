"""One trial from the JSON form of CTML (MatchMiner's Clinical Trial Markup Language), read strictly. No files and no patient.

What is not understood refuses the whole trial: with one criterion left out it would match too widely.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from models.knowledge.shape import Table
from models.knowledge.trial_criteria import all_of, clinical
from models.knowledge.trial_genomics import genomic
from models.knowledge.trial_types import AllOf, AnyOf, Criterion, TrialArm, TrialRecord, TrialWords

DEEPEST = 12  #: groups within groups
_OPEN = ("open to accrual", "recruiting")
_SHUT = (
    *("closed to accrual", "not yet recruiting", "enrolling by invitation", "active, not recruiting", "suspended"),
    *("terminated", "completed", "withdrawn", "unknown status"),
)
#: keys that tell of a trial and decide nothing here
_OF_TRIAL = (
    *("age", "drug_list", "last_updated", "long_title", "management_group_list", "nct_purpose", "prior_treatment_requirements"),
    *("principal_investigator", "short_title", "site_list", "sponsor_list", "staff_list", "trial_id"),
)
_OF_STEP = ("step_internal_id", "step_code", "step_type", "step_description")
_OF_ARM = ("arm_internal_id", "arm_description", "arm_type", "arm_info", "drugs")
_OF_LEVEL = ("level_code", "level_description", "level_internal_id")
_NCT = re.compile(r"NCT[0-9]{8}")
_REGISTER = "https://clinicaltrials.gov/study/"


def read_trial(parsed: Mapping[str, Any], where: str, words: TrialWords) -> TrialRecord:
    """Raises KnowledgeError with file and place."""
    with Table(parsed, where) as file:
        file.pass_over(*_OF_TRIAL)
        protocol, nct = file.text("protocol_no"), file.text("nct_id", "")
        status = file.text("status")
        if status.lower() not in (*_OPEN, *_SHUT):
            file.refuse(
                f"is '{status}', of which is not known whether patients are taken; write one of {', '.join((*_OPEN, *_SHUT))}", "status"
            )
        recruiting = status.lower() in _OPEN
        file.pass_over("match", "treatment_list")
        return TrialRecord(
            id=nct or protocol,
            title=file.text("short_title" if file.has("short_title") else "long_title"),
            phase=file.text("phase", ""),
            status=status,
            recruiting=recruiting,
            url=_url(file, nct),
            arms=_arms(file, words) if recruiting else (),
        )


def _url(file: Table, nct: str) -> str:
    given = file.text("url", "")
    if given and not given.startswith("https://"):
        file.refuse("must begin with https://, since people follow it", "url")
    return given or (_REGISTER + nct if _NCT.fullmatch(nct) else "")


def _arms(file: Table, words: TrialWords) -> tuple[TrialArm, ...]:
    of_all = _match(file, words)
    found: list[TrialArm] = []
    with file.table("treatment_list") as treatments:
        for step in treatments.tables("step"):
            step.pass_over(*_OF_STEP)
            asked = of_all + _match(step, words)
            arms = [_arm(arm, asked, words) for arm in step.tables("arm")] if step.has("arm") else [_named(step, "", asked)]
            found += [arm for arm in arms if arm is not None]
    return tuple(found)


def _arm(arm: Table, asked: list[Criterion], words: TrialWords) -> TrialArm | None:
    """None where it takes no patients."""
    arm.pass_over(*_OF_ARM)
    name = arm.text("arm_code")
    suspended = arm.has("arm_suspended") and arm.choice("arm_suspended", ("Y", "N")) == "Y"
    levels_open = _levels_open(arm)
    read = _named(arm, name, asked + _match(arm, words))
    return None if suspended or not levels_open else read


def _levels_open(arm: Table) -> bool:
    """Is there a dose level that takes patients, or none at all?"""
    if not arm.has("dose_level"):
        return True
    found = []
    for level in arm.tables("dose_level"):
        level.pass_over(*_OF_LEVEL)
        if level.has("match"):
            level.refuse("holds criteria of a dose level; write them on the arm", "match")
        found.append(not level.has("level_suspended") or level.choice("level_suspended", ("Y", "N")) == "N")
    return any(found) or not found


def _named(place: Table, name: str, criteria: list[Criterion]) -> TrialArm:
    if not criteria:
        place.refuse("has no criteria, nor has what is above it, so the trial would match every patient; write 'match'")
    return TrialArm(name, all_of(criteria))


def _match(place: Table, words: TrialWords) -> list[Criterion]:
    """Every entry of the list must hold."""
    return [_node(node, words, 1) for node in place.tables("match")] if place.has("match") else []


def _node(node: Table, words: TrialWords, depth: int) -> Criterion:
    if len(node.values) != 1:
        node.refuse(f"must have one of 'and', 'or', 'clinical', 'genomic', and has {len(node.values)} keys")
    if depth > DEEPEST:
        node.refuse(f"lies more than {DEEPEST} groups deep; write the criteria more simply")
    key = next(iter(node.values))
    if key in ("and", "or"):
        within = tuple(_node(inner, words, depth + 1) for inner in node.tables(key))
        if not within:
            node.refuse("is empty; write its criteria", key)
        return AllOf(within) if key == "and" else AnyOf(within)
    if key not in ("clinical", "genomic"):
        node.refuse("is no criterion that is read here, and without it the trial would match too widely; leave the trial out", key)
    with node.table(key) as leaf:
        return clinical(leaf, words) if key == "clinical" else genomic(leaf, words)
