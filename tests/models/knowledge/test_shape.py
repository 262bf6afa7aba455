"""Reading a table strictly: each broken place is named with file and key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from models.errors import KnowledgeError
from models.knowledge.shape import Table
from models.knowledge.source_block import Source, read_source

GOOD: dict[str, Any] = {
    "name": "a",
    "share": 1,
    "count": 2,
    "on": False,
    "names": ["x", "y"],
    "when": {"A": ["p"], "B": ["q", "r"]},
    "parts": {"usual": "75 mg"},
    "row": [{"name": "one"}, {"name": "two"}],
    "kind": "big",
}


def read(values: Any) -> tuple[Any, ...]:
    with Table(values, "genes/X.toml") as top:
        rows = tuple(row.text("name") for row in top.tables("row"))
        return (
            top.text("name"),
            top.number("share"),
            top.whole("count"),
            top.flag("on"),
            top.texts("names"),
            top.lists("when"),
            top.mapping("parts"),
            top.choice("kind", ("big", "small")),
            rows,
        )


def test_a_faultless_table_is_read_whole() -> None:
    when = {"A": ("p",), "B": ("q", "r")}
    assert read(GOOD) == ("a", 1.0, 2, False, ("x", "y"), when, {"usual": "75 mg"}, "big", ("one", "two"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": None}, "genes/X.toml: name is missing; write it"),
        ({"name": " "}, "genes/X.toml: name is empty; write it"),
        ({"name": 5}, "genes/X.toml: name must be a text"),
        ({"nmae": "a"}, "genes/X.toml: nmae is not a key that is read here; correct or remove it"),
        ({"share": "1"}, "genes/X.toml: share must be a number"),
        ({"share": True}, "genes/X.toml: share must be a number"),
        ({"count": 2.0}, "genes/X.toml: count must be a whole number"),
        ({"count": True}, "genes/X.toml: count must be a whole number"),
        ({"on": 0}, "genes/X.toml: on must be true or false"),
        ({"names": "x"}, "genes/X.toml: names must be a list"),
        ({"names": ["x", 1]}, "genes/X.toml: names must be a list of texts"),
        ({"names": ["x", "x"]}, "genes/X.toml: names repeats 'x'"),
        ({"when": {"A": "p"}}, "genes/X.toml: when.A must be a list"),
        ({"parts": {"usual": 75}}, "genes/X.toml: parts.usual must be a text"),
        ({"kind": "huge"}, "genes/X.toml: kind must be one of big, small, not 'huge'"),
        ({"row": [{"name": "one"}, {"name": "two", "x": 1}]}, "genes/X.toml: row[2].x is not a key that is read here"),
        ({"row": [{}]}, "genes/X.toml: row[1].name is missing"),
        ({"row": ["one"]}, "genes/X.toml: row[1] must be a table"),
    ],
)
def test_one_broken_place_is_named(change: dict[str, Any], sentence: str) -> None:
    broken = {key: value for key, value in (GOOD | change).items() if value is not None}
    with pytest.raises(KnowledgeError) as raised:
        read(broken)
    assert str(raised.value).startswith(sentence)


def test_a_file_that_is_no_table_is_refused() -> None:
    with pytest.raises(KnowledgeError, match=r"genes/X\.toml: the file must be a table"):
        read([])


def test_an_error_inside_a_block_is_not_hidden_by_its_unread_keys() -> None:
    with pytest.raises(KnowledgeError, match="name is missing"), Table({"other": 1}, "f.toml") as top:
        top.text("name")


SOURCE = {"body": "CPIC", "version": "2022", "date": "2022", "url": "https://x.org", "retrieved": "2026-11-25", "data": "a copy"}


def test_the_source_block_is_read_with_or_without_a_note() -> None:
    with Table({"source": SOURCE}, "f.toml") as file:
        assert read_source(file) == Source("CPIC", "2022", "2022", "https://x.org", "2026-11-25", "a copy", "")


@pytest.mark.parametrize("key", sorted(SOURCE))
@pytest.mark.parametrize("change", [lambda s, k: s.pop(k), lambda s, k: s.update({k: ""}), lambda s, k: s.update({k: 1})])
def test_every_member_of_the_source_block_is_needed(key: str, change: Callable[[dict[str, Any], str], Any]) -> None:
    block: dict[str, Any] = dict(SOURCE)
    change(block, key)
    with pytest.raises(KnowledgeError, match=rf"f\.toml: source\.{key}"), Table({"source": block}, "f.toml") as file:
        read_source(file)
