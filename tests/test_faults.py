"""tests/faults.toml against the tests that exist and, where the reference is at hand, against the catalogue."""

from __future__ import annotations

import ast
import os
import re
from functools import cache
from pathlib import Path

import pytest
import tomli

ROOT = Path(__file__).parents[1]
ROWS = tomli.loads((ROOT / "tests" / "faults.toml").read_text("utf-8"))
REFERENCE = Path(os.environ.get("PRECISION_HOOKS_REFERENCE") or ROOT.parent / "shared") / "reference"


def test_every_row_has_tests_or_the_work_that_brings_them() -> None:
    for name, row in ROWS.items():
        assert row["fault"], name
        assert bool(row.get("tests")) != bool(row.get("brought_by")), name


def test_every_test_that_a_row_names_exists() -> None:
    for name, row in ROWS.items():
        for test in row.get("tests", ()):
            path, function = test.split("::")
            assert function in _functions(ROOT / path), f"{name}: {test} does not exist"


def test_every_test_named_for_a_row_is_listed() -> None:
    listed = {test for row in ROWS.values() for test in row.get("tests", ())}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for function in _functions(path):
            if re.match(r"test_(fault|security)_[A-HS]\d\d", function):
                assert f"{path.relative_to(ROOT).as_posix()}::{function}" in listed


def test_the_catalogue_is_listed_whole() -> None:
    if not REFERENCE.is_dir():
        pytest.skip("the reference documents are not beside this checkout")
    text = (REFERENCE / "faults.md").read_text("utf-8") + (REFERENCE / "security.md").read_text("utf-8")
    assert set(re.findall(r"^\| ([A-HS]\d\d) \|", text, re.MULTILINE)) == set(ROWS)


@cache
def _functions(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}
