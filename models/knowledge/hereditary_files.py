"""The folder hereditary/ as one value: rules, the list of actionable genes, summaries, genes to confirm. Read strictly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, get_args

from models.errors import KnowledgeError
from models.finding import Action, Drug
from models.knowledge.hereditary_types import (
    CHECKED,
    INHERITANCES,
    REPORTS,
    Harm,
    Hereditary,
    HereditaryRule,
    ListedGene,
    NamedVariant,
    Summary,
)
from models.knowledge.shape import Table
from models.knowledge.source_block import Source, read_source

FOLDER = "hereditary"
LIST, LIST_HEAD, SUMMARIES, CONFIRM, ELSEWHERE = (
    f"{FOLDER}/{name}" for name in ("acmg_sf.tsv", "acmg_sf.toml", "summaries.toml", "confirm.toml", "elsewhere.toml")
)
COLUMNS = ("gene", "condition", "category", "inheritance", "sf_version", "report", "read")
COPIES = ("any", "two")

Parse = Callable[[str, str], Mapping[str, Any]]


def read_hereditary(texts: Mapping[str, str], parse: Parse) -> Hereditary:
    """`texts` by 'folder/name'; `parse` reads TOML. Nothing where the folder is empty. Raises KnowledgeError with file and place."""
    own = {name: text for name, text in texts.items() if name.startswith(f"{FOLDER}/")}
    if not own:
        return Hereditary()
    special = {LIST, LIST_HEAD, SUMMARIES, CONFIRM, ELSEWHERE}
    if missing := sorted(special - own.keys()):
        raise KnowledgeError(f"{missing[0]}: is missing; rules on inherited disease cannot be understood without it")
    rules = [rule for name in own if name not in special for rule in _rules(parse(name, own[name]), name)]
    with Table(parse(LIST_HEAD, own[LIST_HEAD]), LIST_HEAD) as head:
        listed_source, named = read_source(head), _variants(head)
    with Table(parse(CONFIRM, own[CONFIRM]), CONFIRM) as file:
        confirm_source, confirm = read_source(file), frozenset(file.texts("genes"))
    with Table(parse(ELSEWHERE, own[ELSEWHERE]), ELSEWHERE) as file:
        read_source(file)
        elsewhere = file.mapping("elsewhere")
    return Hereditary(
        rules=tuple(rules),
        by_medicine=MappingProxyType(_by_medicine(rules)),
        listed=MappingProxyType(_listed(own[LIST])),
        listed_source=listed_source,
        summaries=tuple(_summaries(parse(SUMMARIES, own[SUMMARIES]))),
        named=MappingProxyType({gene: tuple(v for v in named if v.gene == gene) for gene in dict.fromkeys(v.gene for v in named)}),
        confirm=confirm,
        confirm_source=confirm_source,
        elsewhere=MappingProxyType(dict(elsewhere)),
    )


def _by_medicine(rules: list[HereditaryRule]) -> dict[str, tuple[HereditaryRule, ...]]:
    found: dict[str, list[HereditaryRule]] = {}
    for rule in rules:
        for drug in rule.medicines:
            found.setdefault(drug.key, []).append(rule)
    return {key: tuple(several) for key, several in found.items()}


def _variants(file: Table) -> tuple[NamedVariant, ...]:
    if not file.has("variant"):
        return ()
    return tuple(
        NamedVariant(row.text("gene"), row.text("name"), row.texts("names"), row.texts("words", [])) for row in file.tables("variant")
    )


def _rules(parsed: Mapping[str, Any], name: str) -> Iterator[HereditaryRule]:
    """One file: a source, the variants that it names, and its rules."""
    with Table(parsed, name) as file:
        source, variants = read_source(file), _variants(file)
        yield from [_rule(row, source, variants) for row in file.tables("rule")]


def _rule(row: Table, source: Source, variants: tuple[NamedVariant, ...]) -> HereditaryRule:
    genes = row.texts("genes")
    return HereditaryRule(
        id=row.text("id"),
        condition=row.text("condition"),
        genes=genes,
        inheritance=row.choice("inheritance", INHERITANCES),
        copies=row.choice("copies", COPIES),
        medicines=_drugs(row, "medicines"),
        action=row.choice("action", get_args(Action)),
        harm=row.choice("harm", get_args(Harm)),
        classification=row.text("classification"),
        message=row.text("message"),
        checked=row.choice("checked", CHECKED),
        source=source,
        variants=_named(row, variants),
        alternatives=_drugs(row, "alternatives") if row.has("alternatives") else (),
        not_for_routes=row.texts("not_for_routes", []),
        sex=row.choice("sex", ("female", "male")) if row.has("sex") else "",
        age_from=row.whole_within("age_from", 0, 120),
        age_below=row.whole_within("age_below", 0, 120),
        not_in_pregnancy=row.flag("not_in_pregnancy", False),
        unclear_effect=row.flag("unclear_effect", False),
    )


def _named(row: Table, variants: tuple[NamedVariant, ...]) -> tuple[NamedVariant, ...]:
    """The file's variants that the row counts, by their names on cards; all else of the gene does not count for it."""
    wanted = row.texts("variants", [])
    known = {variant.name: variant for variant in variants}
    for name in wanted:
        if name not in known:
            row.refuse(f"names '{name}', which is no [[variant]] of this file; add it or correct the name", "variants")
    return tuple(known[name] for name in wanted)


def _drugs(row: Table, key: str) -> tuple[Drug, ...]:
    """Name → RxNorm ingredient id; "" where RxNorm has none."""
    return tuple(Drug(name, rxnorm) for name, rxnorm in row.mapping(key).items())


def _summaries(parsed: Mapping[str, Any]) -> Iterator[Summary]:
    with Table(parsed, SUMMARIES) as file:
        variants = _variants(file)
        for row in file.tables("summary"):
            yield Summary(
                id=row.text("id"),
                genes=row.texts("genes"),
                condition=row.text("condition"),
                covers=row.texts("covers", []),
                inheritance=row.choice("inheritance", INHERITANCES),
                copies=row.choice("copies", COPIES),
                message=row.text("message"),
                checked=row.choice("checked", CHECKED),
                source=read_source(row),
                variants=_named(row, variants),
            )


def _listed(text: str) -> dict[str, tuple[ListedGene, ...]]:
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise KnowledgeError(f"{LIST}: the first line must be {', '.join(COLUMNS)}, separated by tabs")
    found: dict[str, tuple[ListedGene, ...]] = {}
    for number, line in enumerate(lines[1:], 2):
        row = _listed_gene(line.split("\t"), f"{LIST}: line {number}")
        if any(other.condition == row.condition for other in found.get(row.gene, ())):
            raise KnowledgeError(f"{LIST}: line {number}: {row.gene} and '{row.condition}' are there twice; keep one")
        found[row.gene] = (*found.get(row.gene, ()), row)
    return found


def _listed_gene(cells: list[str], where: str) -> ListedGene:
    if len(cells) != len(COLUMNS) or not all(cells[i] for i in (0, 1, 2, 4, 5, 6)):
        raise KnowledgeError(f"{where}: must have {len(COLUMNS)} cells, of which inheritance alone may be empty")
    gene, condition, category, inheritance, version, report, read = cells
    for value, allowed, column in ((inheritance, (*INHERITANCES, ""), "inheritance"), (report, REPORTS, "report"), (read, CHECKED, "read")):
        if value not in allowed:
            raise KnowledgeError(f"{where}: {column} '{value}' is none of {', '.join(filter(None, allowed))}; correct it")
    return ListedGene(gene, condition, category, inheritance, version, report, read)  # type: ignore[arg-type]
