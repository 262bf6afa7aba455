"""Files of dosing flows: their shape. Whether they agree with models, genes and drugs is dosing_check's to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from models.finding import Drug
from models.knowledge.dosing_types import (
    Adjustment,
    Branch,
    DosingFlow,
    EquationSet,
    EquationUse,
    GeneInput,
    LinkedVariant,
    MedicineInput,
    Predicting,
    Refining,
)
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

INPUTS = ("age", "height", "weight")
CHART = ("height", "weight", "smoking", "clot", "not_with")
ROLES = (
    "alternative",
    "calculated",
    "uncalculated",
    "clinically",
    "clinically_child",
    "less",
    "less_linked",
    "more",
    "child",
    "predicted",
    "predicted_clinically",
    "refined",
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


def _days(row: Table, key: str) -> int:
    days = row.whole(key)
    if days is None or days < 0:
        row.refuse("must be a number of days", key)
    return days


def _equation(row: Table) -> EquationUse:
    return EquationUse(row.text("model"), row.choice("set", get_args(EquationSet)), row.choice("several", ("unknown", "careful")))


def _gene(row: Table) -> GeneInput:
    return GeneInput(row.text("symbol"), row.text("input"), row.mapping("choices"))


def _medicine(row: Table) -> MedicineInput:
    return MedicineInput(
        row.text("input"), row.text("label"), frozenset(row.texts("drugs")), _days(row, "washout_days"), row.flag("drafts")
    )


def _predicting(file: Table) -> Predicting:
    with file.table("predicting") as table:
        with table.table("refining") as inner:
            with inner.table("doses") as doses:
                before = {name: _days(doses, name) for name in doses.values}
            refining = Refining(
                inr=inner.text("inr"),
                days=inner.span("days", (0, 0)),
                fresh_days=_days(inner, "fresh_days"),
                doses=before,
                conditions=inner.texts("conditions"),
                unsure=inner.mapping("unsure"),
                changes=inner.texts("changes"),
            )
        return Predicting(
            usual=table.text("usual"),
            accuracy=table.text("accuracy"),
            refining=refining,
            loading=table.text("loading", ""),
            loading_for=table.texts("loading_for"),
            changes=table.texts("changes"),
        )


def read_flow(values: Mapping[str, Any], where: str) -> DosingFlow:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("child") as table:
            child = Branch(table.text("id"), table.text("label"), table.texts("ancestry"), table.text("classification"), ())
        with file.table("flow") as head:
            adult = head.whole("adult_from")
            return DosingFlow(
                drug=_drug(head),
                equations=tuple([_equation(row) for row in file.tables("equation")]),
                ancestries=head.texts("ancestries"),
                clot_input=head.text("clot_input"),
                gene_inputs=tuple([_gene(row) for row in file.tables("gene")]),
                medicines=tuple([_medicine(row) for row in file.tables("medicine")]),
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
                branches=tuple([_branch(row) for row in file.tables("branch")]),
                adjustments=tuple([_adjustment(row) for row in file.tables("adjustment")]),
                linked=tuple([_linked(row) for row in file.tables("linked")]),
                child=child,
                messages=_messages(head),
                predicting=_predicting(file),
                source=source,
            )


def _branch(row: Table) -> Branch:
    return Branch(row.text("id"), row.text("label"), row.texts("ancestry"), row.text("classification"), row.texts("panel"))


def _linked(row: Table) -> LinkedVariant:
    return LinkedVariant(row.text("variant"), row.mapping("classified"), _percents(row, "percent"))


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
