"""What a site says of its own laboratory codes. Values only; they stand in the site's codes.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ResultKind = Literal["diplotype", "phenotype", "activity score", "allele"]


@dataclass(frozen=True, slots=True)
class LocalResult:
    """One laboratory code: whose result it is, and what its value tells."""

    gene: str  #: symbol
    hgnc: str  #: "HGNC:2621"
    kind: ResultKind
    loinc: str = ""  #: kind "allele": the LOINC code of the test of that allele


@dataclass(frozen=True, slots=True)
class LocalValue:
    """One value: what it means. Exactly one of `phenotype`, `diplotype` and `present` is filled."""

    gene: str = ""  #: "": whatever gene the result is of
    phenotype: str = ""
    diplotype: str = ""
    present: bool | None = None


@dataclass(frozen=True, slots=True)
class LocalCodes:
    """All of them; systems by their canonical names."""

    results: Mapping[tuple[str, str], LocalResult] = field(default_factory=dict)  #: by system and code
    values: Mapping[tuple[str, str], LocalValue] = field(default_factory=dict)  #: by system and code of the value
    texts: Mapping[tuple[str, str], LocalValue] = field(default_factory=dict)  #: by the system of the result's own code, and the exact text

    def __bool__(self) -> bool:
        return bool(self.results or self.values or self.texts)
