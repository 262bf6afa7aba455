"""Files of genetic scores (scores/*.toml with their tables), read strictly. What a person's variants add up to is prediction's to say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.errors import KnowledgeError
from models.knowledge.score_types import Distribution, Haplotypes, ScoredVariant, VariantScore
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

COLUMNS = ("rsid", "chromosome", "position", "reference", "alternative", "effect", "weight", "part", "tag")
BUILDS = ("GRCh37", "GRCh38")


def read_score(values: Mapping[str, Any], table: str, where: str) -> VariantScore:
    """`table` is the text of the file's sibling .tsv. Raises KnowledgeError naming file, place and remedy."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("score") as head:
            parts = head.texts("parts")
            score = VariantScore(
                id=head.text("id"),
                label=head.text("label"),
                build=head.choice("build", BUILDS),
                variants=_variants(table, where.replace(".toml", ".tsv"), parts),
                source=source,
                strand_known=head.flag("plus_strand"),
                coverage=head.within("coverage", 0.5, 1.0) or 0.9,
                parts=parts,
                ancestry=head.text("ancestry"),
            )
        haplotypes = _haplotypes(file, parts) if file.has("haplotypes") else None
        references = tuple([_distribution(row, score.id) for row in file.tables("reference")]) if file.has("reference") else ()
    tags, known = {v.tag for v in score.variants if v.tag}, set(haplotypes.single) if haplotypes else set()
    if tags != known:
        raise KnowledgeError(f"{where}: tags and [haplotypes] differ in {', '.join(sorted(tags ^ known))}; each tag needs its number")
    return replace(score, haplotypes=haplotypes, references=references)


def read_distribution(values: Mapping[str, Any], where: str) -> Distribution:
    """A site's own comparison: {score, ancestry, mean, sd, people, source}. Raises KnowledgeError."""
    with Table(values, where) as row:
        return _distribution(row, row.text("score"))


def _distribution(row: Table, score: str) -> Distribution:
    mean, sd, people = row.number("mean"), row.within("sd", 1e-9, 1e9), row.whole_within("people", 100, 10**9)
    if mean is None or sd is None or people is None:
        row.refuse("needs mean, sd and people; without them nothing can be compared")
    return Distribution(score, row.text("ancestry"), mean, sd, people, row.text("source"))


def _haplotypes(file: Table, parts: tuple[str, ...]) -> Haplotypes:
    with file.table("haplotypes") as block:
        part = block.choice("part", parts)
        rank, single = _numbers(block, "rank"), _numbers(block, "single")
        if missing := sorted(single.keys() - rank.keys()):
            block.refuse(f"has no rank of {missing[0]}; of three tagged haplotypes none could be left out", "rank")
        if len(set(rank.values())) != len(rank):
            block.refuse("gives two haplotypes one rank", "rank")
        pairs: dict[tuple[str, str], float] = {}
        for row in block.tables("pair"):
            both, beta = row.texts("both", repeats=True), row.number("beta")
            key = (min(both), max(both))
            if len(both) != 2 or not set(both) <= single.keys() or key in pairs or beta is None:
                row.refuse("must name two haplotypes that have a number of their own, once, with a beta")
            pairs[key] = beta
    return Haplotypes(part, {name: int(place) for name, place in rank.items()}, single, pairs)


def _numbers(block: Table, key: str) -> dict[str, float]:
    with block.table(key) as table:
        return {name: table.number(name) or 0.0 for name in table.values}


def _variants(text: str, where: str, parts: Sequence[str]) -> tuple[ScoredVariant, ...]:
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise KnowledgeError(f"{where}: the first line must be {', '.join(COLUMNS)}, separated by tabs")
    found = tuple(_variant(line.split("\t"), f"{where}: line {number}", parts) for number, line in enumerate(lines[1:], 2))
    places = [(v.chromosome, v.position) for v in found]
    if twice := [place for place in places if places.count(place) > 1]:
        raise KnowledgeError(f"{where}: {twice[0][0]}:{twice[0][1]} is there twice; keep one")
    return found


def _variant(cells: list[str], where: str, parts: Sequence[str]) -> ScoredVariant:
    if len(cells) != len(COLUMNS):
        raise KnowledgeError(f"{where} has {len(cells)} cells, not {len(COLUMNS)}; correct it")
    rsid, chromosome, position, reference, alternative, effect, weight, part, tag = cells
    if (
        not position.isdigit()
        or not set(reference + alternative) <= set("ACGT")
        or not reference
        or not alternative
        or reference == alternative
    ):
        raise KnowledgeError(f"{where}: position or bases are none; write them as VCF does")
    if effect not in (reference, alternative) or part not in parts:
        raise KnowledgeError(f"{where}: '{effect}' is none of its alleles, or '{part}' no part of the score; correct it")
    other = alternative if effect == reference else reference
    number = finite(weight, f"{where}: the weight", "correct it") if not tag else 0.0
    if tag and weight:
        raise KnowledgeError(f"{where}: a tag has no weight of its own; leave the cell empty")
    return ScoredVariant(rsid, rsid, chromosome, int(position), effect, other, number, part, tag, reference)


def finite(text: str, where: str, remedy: str) -> float:
    """A weight as it is written. Raises KnowledgeError that ends on the remedy."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise KnowledgeError(f"{where} '{text[:40]}' is no finite number; {remedy}")
    return value
