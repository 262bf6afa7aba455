"""Files of cases that a clinician can read: each a situation and what must follow. What the words mean stands with each kind of case."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Case:
    """One situation and what must follow."""

    file: str
    name: str
    given: Mapping[str, Any]

    @property
    def expect(self) -> Mapping[str, Any]:
        return self.given["expect"]  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def read_cases(folder: str, known: Collection[str], expected: Collection[str]) -> list[Case]:
    """Every case of tests/`folder`. A word that is not known would be a case that tests less than it says."""
    found = []
    for path in sorted((ROOT / folder).glob("*.toml")):
        for given in tomli.loads(path.read_text("utf-8"))["case"]:
            unknown = given.keys() - {*known} | given["expect"].keys() - {*expected}
            assert not unknown, f"{path.name}, case '{given.get('name')}': unknown words {sorted(unknown)}"
            found.append(Case(path.stem, given["name"], given))
    return found
