"""Reads this floor's TOML tables: what FHIR and its code systems fix. It holds no medicine and no patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import tomli

from models.codes import SNOMED
from models.errors import KnowledgeError

_SOURCE_KEYS = frozenset({"body", "version", "date", "url", "retrieved", "data", "note"})


@dataclass(frozen=True, slots=True)
class Phenotypes:
    """Statuses by LOINC answer code and by levelled words.

    `prefixes` qualify a term, `filler` changes nothing, `turning` words may turn the meaning round.
    """

    codes: Mapping[str, str]
    words: Mapping[str, str]
    prefixes: Mapping[str, str]
    filler: tuple[str, ...]
    turning: frozenset[str]
    no_result_codes: frozenset[str]
    no_result_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Presence:
    """True, False or None (no result) by (system, code), by words and by interpretation code."""

    codes: Mapping[tuple[str, str], bool | None]
    words: Mapping[str, bool | None]
    interpretation: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class Observations:
    """The role of a code, by (system, code); statuses; source classes by answer code and by word."""

    roles: Mapping[tuple[str, str], str]
    dropped: frozenset[str]
    kept: frozenset[str]
    source_class: Mapping[str, str]
    labels: Mapping[str, str]  #: words of a code's usual name → that code, to find displays of another one


@dataclass(frozen=True, slots=True)
class Reports:
    """Codes of genetic reports; a report's status → that of its contents; words that put its text out of use."""

    codes: tuple[tuple[str, str], ...]
    status: Mapping[str, str]
    elsewhere: frozenset[str]


@dataclass(frozen=True, slots=True)
class Statements:
    """What a code says beside the disease, by (system, code) and by beginnings of ICD-10 codes; words that speak against a plain code."""

    codes: Mapping[tuple[str, str], str]
    icd: Mapping[str, str]
    doubt: tuple[str, ...]


@cache
def system_aliases() -> Mapping[str, str]:
    """Every known spelling of a code system → its canonical URL. Keys have no trailing slash."""
    table = read_table("systems.toml", {"aliases"})["aliases"]
    return {alias: canonical for canonical, aliases in table.items() for alias in (canonical, *aliases)}


@cache
def spellings(system: str) -> tuple[str, ...]:
    """The canonical URL and every alias of it, canonical first."""
    return (system, *(alias for alias, canonical in system_aliases().items() if canonical == system and alias != system))


@cache
def phenotypes() -> Phenotypes:
    table = read_table("phenotypes.toml", {"codes", "words", "prefixes", "filler", "turning", "no_result"})
    nothing = table["no_result"]
    return Phenotypes(
        table["codes"],
        table["words"],
        table["prefixes"],
        tuple(sorted(table["filler"]["words"], key=len, reverse=True)),
        frozenset(table["turning"]["words"]),
        frozenset(nothing["codes"]),
        frozenset(nothing["words"]),
    )


@cache
def presence() -> Presence:
    table = read_table("presence.toml", {"present", "absent", "no_result", "interpretation"})
    codes: dict[tuple[str, str], bool | None] = {}
    words: dict[str, bool | None] = {}
    interpretation: dict[str, bool | None] = {}
    for name, meaning in (("present", True), ("absent", False), ("no_result", None)):
        codes |= {(system, code): meaning for system, listed in table[name].items() if system != "words" for code in listed}
        words |= dict.fromkeys(table[name]["words"], meaning)
        interpretation |= dict.fromkeys(table["interpretation"][name], meaning)
    return Presence(codes, words, interpretation)


@cache
def observations() -> Observations:
    table = read_table("observations.toml", {"roles", "status", "source_class", "labels"})
    roles = {(s, code): role for role, systems in table["roles"].items() for s, listed in systems.items() for code in listed}
    classes = {word: name for name, listed in table["source_class"].items() for word in listed}
    return Observations(roles, frozenset(table["status"]["dropped"]), frozenset(table["status"]["kept"]), classes, table["labels"])


@cache
def reports() -> Reports:
    table = read_table("reports.toml", {"codes", "status", "elsewhere"})
    codes = tuple((system, code) for system, listed in table["codes"].items() for code in listed)
    return Reports(codes, table["status"], frozenset(table["elsewhere"]["words"]))


@cache
def statements() -> Statements:
    table = read_table("statements.toml", {"family", "past", "suspected", "doubt"})
    names = ("family", "past", "suspected")
    codes = {(SNOMED, code): name for name in names for code in table[name]["snomed"]}
    icd = {beginning: name for name in names for beginning in table[name]["icd"]}
    return Statements(codes, icd, tuple(table["doubt"]["words"]))


def read_table(name: str, members: set[str]) -> dict[str, Any]:
    """One table, with a complete [source] block and exactly the members its reader knows; else KnowledgeError."""
    table = tomli.loads(files("fhir_mappings").joinpath(name).read_text("utf-8"))
    if table.keys() != members | {"source"} or table["source"].keys() != _SOURCE_KEYS:
        raise KnowledgeError(f"fhir_mappings/{name}: expected the members {sorted(members)} and a full [source]; found {sorted(table)}")
    return table
