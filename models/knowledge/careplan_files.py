"""The folder careplans/ as one value for each disease: every file whose name begins with the disease's. Read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from models.errors import KnowledgeError
from models.finding import Drug
from models.knowledge.careplan_diet_files import read_diet
from models.knowledge.careplan_types import (
    CareKnowledge,
    Clause,
    DrugClass,
    DueRow,
    FactSource,
    InheritedForm,
    KindRow,
    Medicines,
    Member,
    Op,
    Origin,
    Reason,
    Refusal,
    Suspicion,
    TargetRow,
    TestOrder,
    When,
)
from models.knowledge.shape import Table
from models.knowledge.source_block import Source, read_source
from models.plan_values import Stance

FOLDER = "careplans"
LISTS = ("kind", "fact", "refuse", "inherited", "order", "suspect", "class", "target", "due", "remark")
_CLAUSE = re.compile(r"(?:(?P<kind>not|untested) )?(?P<fact>[a-z0-9-]+)|(?P<number>[a-z0-9-]+) (?P<op><|>=) (?P<border>\d+(?:\.\d+)?)")

Parse = Callable[[str, str], Mapping[str, Any]]
Head = tuple[str, str, str, tuple[str, ...], tuple[str, ...], Mapping[str, tuple[str, ...]]]


def read_careplans(texts: Mapping[str, str], parse: Parse) -> dict[str, CareKnowledge]:
    """`texts` by 'folder/name'; `parse` reads TOML. Nothing where the folder is empty. Raises KnowledgeError with file and place."""
    files: dict[str, list[str]] = {}
    for name in texts:
        if name.startswith(f"{FOLDER}/"):
            files.setdefault(name.removeprefix(f"{FOLDER}/").removesuffix(".toml").partition("_")[0], []).append(name)
    return {disease: _disease(disease, [(name, parse(name, texts[name])) for name in names]) for disease, names in files.items()}


def _disease(disease: str, files: list[tuple[str, Mapping[str, Any]]]) -> CareKnowledge:
    """All of a disease's files: the rows of each bear that file's source."""
    rows: dict[str, list[Any]] = {name: [] for name in LISTS}
    sources: list[Source] = []
    head, food = f"{FOLDER}/{disease}.toml", f"{FOLDER}/{disease}_diet.toml"
    known = dict(files)
    if missing := [name for name in (head, food) if name not in known]:
        raise KnowledgeError(f"{missing[0]}: is missing; the plan for {disease} cannot be understood without it")
    top: Head = ("", "", "", (), (), {})
    diet = read_diet(known[food], food, read_when)
    for name, parsed in files:
        if name == food:
            continue
        with Table(parsed, name) as file:
            source = read_source(file)
            sources.append(source)
            for key, read in READERS.items():
                rows[key] += [read(row, source) for row in file.tables(key)] if file.has(key) else []
            if name == head:
                top = _head(file)
    label, unsaid, steers, silent, genes, needs = top
    return CareKnowledge(
        label=label,
        facts=tuple(rows["fact"]),
        kinds=tuple(rows["kind"]),
        unsaid=unsaid,
        steers=steers,
        silent=silent,
        inherited=tuple(rows["inherited"]),
        genes=genes,
        orderables={order.id: order for order in rows["order"]},
        suspicions=tuple(rows["suspect"]),
        classes=tuple(rows["class"]),
        targets=tuple(rows["target"]),
        due=tuple(rows["due"]),
        remarks=tuple(rows["remark"]),
        refusals=tuple(rows["refuse"]),
        needs=needs,
        diet=diet,
        sources=(*sources, diet.source),
    )


def _head(file: Table) -> Head:
    with file.table("plan") as table:
        label, unsaid, steers = table.text("label"), table.text("unsaid"), table.text("steers")
        silent, genes = table.texts("silent", ()), table.texts("genes", ())
    return label, unsaid, steers, silent, genes, file.lists("needs")


def read_when(row: Table, key: str = "when") -> When:
    """Each entry must hold; "a | b" holds where one of them does. An empty list always holds."""
    return tuple(tuple(_clause(said.strip(), row, key) for said in entry.split("|")) for entry in row.texts(key))


def _clause(said: str, row: Table, key: str) -> Clause:
    found = _CLAUSE.fullmatch(said)
    if found is None:
        row.refuse(f"'{said}' is no question; write 'fact', 'not fact', 'untested fact', 'fact < 5' or 'fact >= 5'", key)
    if found["fact"]:
        asked: Op = "not" if found["kind"] == "not" else "untested" if found["kind"] else "is"
        return Clause(found["fact"], asked)
    return Clause(found["number"], "<" if found["op"] == "<" else ">=", float(found["border"]))


def _kind(row: Table, source: Source) -> KindRow:
    medicines: Medicines = row.choice("medicines", get_args(Medicines))
    return KindRow(row.text("id"), row.text("label"), row.texts("names"), medicines, source, row.text("message", ""))


def _fact(row: Table, source: Source) -> FactSource:
    origin: Origin = row.choice("origin", get_args(Origin))
    return FactSource(
        id=row.text("id"),
        label=row.text("label"),
        origin=origin,
        names=row.texts("names", ()),
        gene=row.text("gene", ""),
        input=row.text("input", ""),
        ever=row.flag("ever", False),
        quiet=row.flag("quiet", False),
        at_least=row.whole_within("at_least", 1, 9, 1) or 1,
    )


def _refuse(row: Table, source: Source) -> Refusal:
    return Refusal(row.text("part"), read_when(row), row.text("message"), source)


def _inherited(row: Table, source: Source) -> InheritedForm:
    medicines: Medicines = row.choice("medicines", get_args(Medicines))
    return InheritedForm(
        id=row.text("id"),
        rules=row.texts("rules"),
        message=row.text("message"),
        medicines=medicines,
        source=source,
        unless=read_when(row, "unless") if row.has("unless") else (),
        stop=row.texts("stop", ()),
        loud=row.flag("loud", False),
    )


def _order(row: Table, source: Source) -> TestOrder:
    return TestOrder(row.text("id"), row.text("label"), row.text("system", ""), row.text("code", ""))


def _suspect(row: Table, source: Source) -> Suspicion:
    return Suspicion(row.text("id"), read_when(row), row.text("message"), row.texts("tests"), source)


def _reason(row: Table, source: Source) -> Reason:
    stance: Stance = row.choice("stance", get_args(Stance))
    return Reason(read_when(row), stance, row.text("message"), source)


def _class(row: Table, source: Source) -> DrugClass:
    return DrugClass(
        id=row.text("id"),
        label=row.text("label"),
        group=row.text("group"),
        members=tuple(_member(one, source) for one in row.tables("member")) if row.has("member") else (),
        ingredients=tuple(_drug(name, rxnorm) for name, rxnorm in row.mapping("ingredients").items()),
        implies=row.flag("implies"),
        reasons=tuple(_reason(one, source) for one in row.tables("reason")),
        source=source,
        alone=row.flag("alone", False),
        cost=row.text("cost", ""),
        hypoglycaemia=row.text("hypoglycaemia", ""),
        weight=row.text("weight", ""),
    )


def _member(row: Table, source: Source) -> Member:
    unless = [
        Reason(read_when(one), "avoid" if one.flag("review", False) else "later", one.text("message"), source)
        for one in _some(row, "unless")
    ]
    return Member(_drug(row.text("drug"), row.text("rxnorm")), tuple(unless))


def _some(row: Table, key: str) -> Iterator[Table]:
    yield from row.tables(key) if row.has(key) else ()


def _drug(name: str, rxnorm: str) -> Drug:
    """Where RxNorm has no ingredient, drugs/ files it under "name:…"."""
    return Drug(name, "" if rxnorm.startswith("name:") else rxnorm)


def _target(row: Table, source: Source) -> TargetRow:
    return TargetRow(
        id=row.text("id"),
        label=row.text("label"),
        fact=row.text("fact"),
        loinc=row.text("loinc"),
        unit=row.text("unit"),
        when=read_when(row),
        low=row.number("low", None),
        high=row.number("high", None),
        message=row.text("message"),
        source=source,
    )


def _due(row: Table, source: Source) -> DueRow:
    return DueRow(
        id=row.text("id"),
        label=row.text("label"),
        names=row.texts("names"),
        months=row.whole_within("months", 1, 60, 12) or 12,
        when=read_when(row),
        system=row.text("system"),
        code=row.text("code"),
        message=row.text("message", ""),
        source=source,
    )


def _remark(row: Table, _: Source) -> tuple[When, str]:
    return read_when(row), row.text("message")


READERS: Mapping[str, Callable[[Table, Source], Any]] = {
    "kind": _kind,
    "fact": _fact,
    "refuse": _refuse,
    "inherited": _inherited,
    "order": _order,
    "suspect": _suspect,
    "class": _class,
    "target": _target,
    "due": _due,
    "remark": _remark,
}
