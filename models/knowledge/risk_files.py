"""Files of risks: their shape. Whether they agree with models, inputs and words is risk_check's to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.finding import Action, Orderable
from models.knowledge.hereditary_types import INHERITANCES, NamedVariant
from models.knowledge.model_files import required
from models.knowledge.risk_types import READ, Asked, Modifier, Risk, Threshold
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

ACTIONS: tuple[Action, ...] = ("alternative", "dose_change", "monitor", "test", "standard", "no_recommendation")
LOUD = ("warning", "info")


def read_risk(values: Mapping[str, Any], where: str) -> Risk:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("risk") as head:
            named = (head.text("id"), head.text("label"))
            read = head.choice("read", READ)
            known_by = _days(head)
            sex = head.choice("sex", ("female", "male")) if head.has("sex") else ""
        found = Risk(
            *named,
            asked=tuple([_asked(row) for row in file.tables("asked")]),
            thresholds=tuple([_threshold(row) for row in file.tables("threshold")]),
            source=source,
            read=read,
            also=tuple([_asked(row) for row in file.tables("also")]) if file.has("also") else (),
            modifiers=tuple([_modifier(row) for row in file.tables("modifier")]) if file.has("modifier") else (),
            not_with=file.mapping("not_with", {}),
            only_with=file.mapping("only_with", {}),
            only_within=_within(file),
            known_by=known_by,
            sex=sex,
        )
        if not found.asked or not found.thresholds:
            file.refuse("asks no model, or acts on nothing; give [[asked]] and [[threshold]]")
        for horizon in {t.horizon_years for t in found.thresholds}:
            marks = [t.at_least for t in found.thresholds if t.horizon_years == horizon]
            if marks != sorted(marks, reverse=True):
                file.refuse("must name the highest threshold first", "threshold")
            if horizon is not None and horizon not in {a.horizon_years for a in found.also}:
                file.refuse(f"has a threshold for {horizon:g} years, which no [[also]] tells", "threshold")
        return found


def _asked(row: Table) -> Asked:
    return Asked(row.text("model"), row.text("outcome"), row.number("horizon_years", None), row.text("label"), row.text("variant", ""))


def _threshold(row: Table) -> Threshold:
    return Threshold(
        at_least=required(row, "at_least"),
        message=row.text("message"),
        action=row.choice("action", ACTIONS),
        classification=row.text("classification"),
        urgency=row.choice("urgency", LOUD) if row.has("urgency") else "info",
        orders=_orders(row),
        if_raised=row.flag("if_raised", False),
        derived=row.flag("derived", False),
        horizon_years=row.number("horizon_years", None),
    )


def _orders(row: Table) -> tuple[Orderable, ...]:
    return tuple([Orderable(one.text("name"), one.text("loinc", "")) for one in row.tables("order")]) if row.has("order") else ()


def _modifier(row: Table) -> Modifier:
    effect = row.choice("effect", ("replaces", "raises"))
    return Modifier(
        id=row.text("id"),
        label=row.text("label"),
        effect=effect,
        message=row.text("message"),
        source=read_source(row),
        read=row.choice("read", READ),
        genes=row.texts("genes", []),
        inheritance=row.choice("inheritance", INHERITANCES) if row.has("inheritance") else "AD",
        variants=tuple([NamedVariant(v.text("gene"), v.text("name"), v.texts("names")) for v in row.tables("variant")])
        if row.has("variant")
        else (),
        conditions=row.texts("conditions", []),
        family=row.texts("family", []),
        onset_below=_onsets(row),
        input=row.text("input", ""),
        at_least=row.number("at_least", 0.0) or 0.0,
        action=row.choice("action", ACTIONS) if row.has("action") else "monitor",
        classification=row.text("classification", ""),
        urgency=row.choice("urgency", LOUD) if row.has("urgency") else "info",
        orders=_orders(row),
    )


def _days(head: Table) -> Mapping[str, float]:
    if not head.has("known_by"):
        return {}
    with head.table("known_by") as table:
        return {name: required(table, name) for name in table.values}


def _onsets(row: Table) -> Mapping[str, float]:
    if not row.has("onset_below"):
        return {}
    with row.table("onset_below") as table:
        return {sex: required(table, sex) for sex in table.values}


def _within(file: Table) -> Mapping[str, tuple[float, float]]:
    if not file.has("only_within"):
        return {}
    with file.table("only_within") as table:
        return {name: _ends(table, name) for name in table.values}


def _ends(table: Table, name: str) -> tuple[float, float]:
    with table.table(name) as ends:
        return required(ends, "from"), required(ends, "below")
