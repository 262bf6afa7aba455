"""Files of dose equations and of dosing flows: their shape. Whether they agree with genes and drugs is dosing_check's to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.finding import Drug
from models.knowledge.dosing_types import Adjustment, Branch, DosingFlow, Equation, GeneTerm, Limit, MedicineTerm
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

#: The coefficients of each form that models/dosing has a module for.
FORMS = {
    "iwpc": ("intercept", "age_decade", "height_cm", "weight_kg", "asian", "black", "missing_or_mixed"),
    "gage": ("intercept", "bsa_m2", "age_year", "target_inr", "smoker", "black", "clot"),
}
INPUTS = ("age", "height", "weight")
LIMITED = (*INPUTS, "dose")
CHART = ("height", "weight", "smoking", "clot", "not_with")
ROLES = ("alternative", "calculated", "uncalculated", "clinically", "clinically_child", "less", "more", "child")


def read_equation(values: Mapping[str, Any], where: str) -> Equation:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("equation") as head:
            form = head.choice("form", tuple(FORMS))
            with file.table("coefficients") as table:
                coefficients = {name: _number(table, name) for name in FORMS[form]}
            return Equation(
                id=head.text("id"),
                label=head.text("label"),
                form=form,
                drug=_drug(head),
                population=head.text("population"),
                coefficients=coefficients,
                genes=tuple(
                    [GeneTerm(r.text("symbol"), r.choice("by", ("diplotype", "phenotype")), _terms(r)) for r in file.tables("gene")]
                ),
                medicines=tuple([_medicine(row) for row in file.tables("medicine")]),
                excluded={r.text("label"): frozenset(r.texts("drugs")) for r in file.tables("excluded")} if file.has("excluded") else {},
                limits=_limits(file),
                source=source,
            )


def _drug(head: Table) -> Drug:
    with head.table("drug") as table:
        return Drug(table.text("name"), table.text("rxnorm"))


def _number(table: Table, key: str) -> float:
    value = table.number(key)
    return table.refuse("is missing; write it", key) if value is None else value


def _within(table: Table, key: str, low: float, high: float) -> float:
    """Figures of a flow that reach cards; beyond these bounds they are slips of the pen."""
    _number(table, key)
    return table.within(key, low, high) or 0.0


def _numbers(row: Table, key: str) -> dict[str, float]:
    with row.table(key) as table:
        return {name: _number(table, name) for name in table.values}


def _terms(row: Table) -> dict[str, float]:
    """Either written out (`terms`) or a coefficient for each copy (`per_copy`, `copies`)."""
    if row.has("terms"):
        return _numbers(row, "terms")
    each = _number(row, "per_copy")
    return {key: each * copies for key, copies in _numbers(row, "copies").items()}


def _medicine(row: Table) -> MedicineTerm:
    days = row.whole("washout_days")
    if days is None or days < 0:
        row.refuse("must be a number of days", "washout_days")
    return MedicineTerm(row.text("label"), frozenset(row.texts("drugs")), _number(row, "coefficient"), days, row.flag("drafts"))


def _limits(file: Table) -> dict[str, Limit]:
    found: dict[str, Limit] = {}
    for row in file.tables("limit"):
        name, low, high = row.choice("of", LIMITED), _number(row, "from"), _number(row, "to")
        if low >= high:
            row.refuse("must lie below `to`", "from")
        found[name] = Limit(low, high, row.text("unit"))
    if missing := [name for name in LIMITED if name not in found]:
        file.refuse(f"has no [[limit]] of {missing[0]}; an equation may not be used beyond what it was made for, so write it")
    return found


def read_flow(values: Mapping[str, Any], where: str) -> DosingFlow:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        branches, unread = _branches(file)
        with file.table("child") as table:
            child = Branch(table.text("id"), table.text("label"), table.texts("ancestry"), table.text("classification"), ())
        with file.table("flow") as head:
            adult = head.whole("adult_from")
            return DosingFlow(
                drug=_drug(head),
                equations=head.texts("equations"),
                keys=head.mapping("keys"),
                optional=head.texts("optional"),
                metabolizer=head.text("metabolizer"),
                poor=head.texts("poor"),
                counted_as=head.mapping("counted_as"),
                adult_from=adult or 0,
                target_inr=_within(head, "target_inr", 1, 6),
                usual_daily=_within(head, "usual_daily", 0.001, 10_000),
                percent=_within(head, "percent", 0, 100),
                amount=_within(head, "amount", 0, 10_000),
                accuracy=head.text("accuracy"),
                typical=_named(head, "typical", INPUTS),
                chart=_chart(head),
                branches=branches,
                adjustments=tuple([_adjustment(row) for row in file.tables("adjustment")]),
                unread=unread,
                child=child,
                messages=_messages(head),
                source=source,
            )


def _branches(file: Table) -> tuple[tuple[Branch, ...], dict[str, Mapping[str, str]]]:
    found, unread = [], {}
    for row in file.tables("branch"):
        branch = Branch(row.text("id"), row.text("label"), row.texts("ancestry"), row.text("classification"), row.texts("panel"))
        unread[branch.id] = row.mapping("unread")
        found.append(branch)
    return tuple(found), unread


def _named(head: Table, key: str, names: tuple[str, ...]) -> dict[str, float]:
    with head.table(key) as table:
        return {name: _number(table, name) for name in names}


def _chart(head: Table) -> dict[str, tuple[str, ...]]:
    with head.table("chart") as table:
        return {name: table.texts(name) for name in CHART}


def _messages(head: Table) -> dict[str, str]:
    with head.table("messages") as table:
        return {role: table.text(role) for role in ROLES}


def _adjustment(row: Table) -> Adjustment:
    return Adjustment(
        gene=row.text("gene"),
        by=row.choice("by", ("alleles", "phenotype")),
        classified=row.mapping("classified"),
        carriers=row.texts("carriers"),
        less=row.choice("direction", ("less", "more")) == "less",
        once=_percents(row, "once"),
        twice=_percents(row, "twice"),
    )


def _percents(row: Table, key: str) -> tuple[float, float]:
    with row.table(key) as table:
        low, high = _number(table, "low"), _number(table, "high")
    if not 0 < low <= high < 100:
        row.refuse("must be percents, the lower one first", key)
    return low, high
