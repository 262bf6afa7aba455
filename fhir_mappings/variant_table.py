"""The table of variants.toml: which component is which part of a variant. It reads no resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from fhir_mappings.tables import read_table
from models.variant import Counting, Zygosity


@dataclass(frozen=True, slots=True)
class VariantTable:
    """`roles` by code; `slots` the letter that a name's component asks for; answers by their LOINC code."""

    roles: Mapping[str, str]
    slots: Mapping[str, str]
    zygosity: Mapping[str, Zygosity]
    build: Mapping[str, str]
    counting: Mapping[str, Counting]
    no_change: frozenset[str]


@cache
def variant_table() -> VariantTable:
    table = read_table("variants.toml", {"roles", "slots", "zygosity", "build", "counting", "no_change"})
    roles = {code: role for role, codes in table["roles"].items() for code in codes}
    return VariantTable(roles, table["slots"], table["zygosity"], table["build"], table["counting"], frozenset(table["no_change"]["codes"]))
