"""Files that say where the inputs of models are read from: their shape. Whether they agree with clinical names is model_check's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from models.knowledge.model_types import InputKind, InputSource, Origin, Relatives
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

KINDS: tuple[InputKind, ...] = get_args(InputKind)
ORIGINS: tuple[Origin, ...] = get_args(Origin)


def read_relatives(values: Mapping[str, Any], where: str) -> Relatives:
    """Raises KnowledgeError naming the place."""
    with Table(values, where) as file:
        read_source(file)
        return Relatives({degree: frozenset(codes) for degree, codes in file.lists("degrees").items()})


def read_inputs(values: Mapping[str, Any], where: str) -> Iterator[InputSource]:
    """The inputs of one file. Raises KnowledgeError naming the place."""
    with Table(values, where) as file:
        read_source(file)
        for row in file.tables("input"):
            with_answers = row.lists("answers") if row.has("answers") else {}
            kind: InputKind = row.choice("kind", KINDS) if row.has("kind") else "number"
            yield InputSource(
                name=row.text("name"),
                label=row.text("label"),
                kind=kind,
                unit=row.text("unit") if kind == "number" else "",
                origin=row.choice("origin", ORIGINS),
                names=row.texts("names", []),
                answers=with_answers,
                drugs=row.texts("drugs", []),
                relatives=row.texts("relatives", []),
                model=row.text("model", ""),
                genes=row.texts("genes", []),
                score=row.text("score", ""),
                part=row.text("part", ""),
            )
