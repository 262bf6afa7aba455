"""What a site decides about advice: off, louder or quieter, in its own words, from its own formulary. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.codes import Code
from models.finding import Drug
from models.knowledge.reviewed_rows import Reviewed

Indicator = Literal["info", "warning"]  #: nothing may be made critical that is not
BOTH = 2  #: people who must agree that what can kill is told more quietly, or not at all


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[rule]]`: which advice it is about, and what the site decides. What is left empty holds for any."""

    place: str  #: "policy.toml: rule[2]"
    drug: Drug
    reviewed: Reviewed
    upstream: str  #: digest of the shipped rows that it was written against
    body: str = ""  #: "CPIC"
    genes: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: gene → lookup keys, as in a guideline file
    populations: tuple[str, ...] = ()
    action: str = ""
    off: bool = False
    indicator: Indicator | None = None
    wording: str = ""  #: the site's own sentence
    formulary: tuple[Drug, ...] = ()  #: what it stocks, the first choice first
    approved_by: tuple[str, ...] = ()

    @property
    def approved(self) -> bool:
        """By two different people, however their names are written."""
        return len({" ".join(name.split()).casefold() for name in self.approved_by}) >= BOTH


@dataclass(frozen=True, slots=True)
class OrderCode:
    """The EHR's own orderable for an ingredient, which a drafted order then carries first."""

    place: str
    drug: Drug
    code: Code
    reviewed: Reviewed
    form: str = ""  #: in words, for whoever reviews it


@dataclass(frozen=True, slots=True)
class Policy:
    """A site's policy.toml, checked."""

    rules: tuple[Rule, ...] = ()
    order_codes: Mapping[str, OrderCode] = field(default_factory=dict)  #: by ingredient
    owner: str = ""
    digest: str = ""  #: 12 hexadecimal characters of sha256 over the file; "" without one

    @property
    def orderables(self) -> Mapping[str, Code]:
        return {key: row.code for key, row in self.order_codes.items()}


NO_POLICY = Policy()
