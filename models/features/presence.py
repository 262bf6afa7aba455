"""Presence genes: is an allele there or not. Two fields decide; coarser typing cannot tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from models.codes import LOINC
from models.knowledge.types import Gene
from models.patient import Gap, GeneResult

#: "57:01", "57:01:01G", "57:01N", "57"; and "5701", as it was written until 2010
_ALLELE = re.compile(
    r"\*?(?:(?P<first>[0-9]{2,3})(?::(?P<second>[0-9]{2,3})(?::[0-9]{2,3})*(?P<suffix>[A-Z]?))?|(?P<old_first>[0-9]{2})(?P<old_second>[0-9]{2}))"
)
_STATEMENT = re.compile(r"(?P<allele>\S+)\s+(?P<status>positive|negative)", re.IGNORECASE)
_GL = "hla#"  #: a GL string: "+" joins the two copies there, "/" and "|" stand for ambiguity
_SIGNS = str.maketrans(dict.fromkeys("∗＊⁎", "*") | dict.fromkeys("／⁄∕", "/") | {"\u00a0": " "})
Status = Literal["positive", "negative", "unknown"]


@dataclass(frozen=True, slots=True)
class Typing:
    """One chromosome's allele as typed: fields as written, `suffix` as in "57:01:01G" or "57:01N"."""

    first: str
    second: str = ""
    suffix: str = ""

    def is_allele(self, allele: str) -> Status:
        """Is it this two-field allele? Unknown with one field only, and for variants not (surely) expressed."""
        first, _, second = allele.removeprefix("*").partition(":")
        if self.first != first or (self.second and self.second != second):
            return "negative"
        return "positive" if self.second and self.suffix in ("", "G", "P") else "unknown"


@dataclass
class _Statuses:
    """What has been said of each allele, and by which results."""

    said: dict[str, str] = field(default_factory=dict)
    used: list[GeneResult] = field(default_factory=list)
    undecided: set[str] = field(default_factory=set)  #: one field, or one chromosome only

    def say(self, allele: str, status: str, result: GeneResult) -> None:
        if status == "unknown":
            self.undecided.add(allele)
        else:
            self.said[allele] = status if self.said.get(allele, status) == status else "conflict"
        if result not in self.used:
            self.used.append(result)


def allele_statuses(gene: Gene, results: Sequence[GeneResult]) -> tuple[Mapping[str, str], tuple[GeneResult, ...], list[Gap]]:
    """Allele → positive · negative · conflict · undecided (typed too coarsely), the results used, and what was not understood."""
    found, gaps = _Statuses(), []
    for result in results:
        if result.present is not None:
            gaps += _presence_test(gene, result, found)
        elif result.diplotypes or result.haplotype:
            gaps += _typing(gene, result, found)
    undecided = {allele: "undecided" for allele in found.undecided if allele not in found.said}
    return found.said | undecided, tuple(found.used), gaps


def statuses_in_words(text: str, gene: Gene) -> str:
    """A status such as "*57:01 positive" from a statement in words, every allele's status from a typing, "" when it is neither."""
    said = _statuses(text, gene)
    return "; ".join(f"{allele} {status}" for allele, status in said.items()) if said else ""


def _statuses(text: str, gene: Gene) -> Mapping[str, Status] | None:
    """What one text says of each allele that it speaks of; None when it is not understood."""
    said = text.translate(_SIGNS).strip()
    statement = _STATEMENT.fullmatch(said)
    if statement:
        allele = _known(statement["allele"], gene)
        return {allele: "positive" if statement["status"].lower() == "positive" else "negative"} if allele else None
    copies = _copies(said, gene)
    return {allele: _status([c.is_allele(allele) for c in copies]) for allele in gene.alleles} if copies else None


def _status(copies: Sequence[Status]) -> Status:
    """One copy is enough to be positive; negative needs both."""
    if "positive" in copies:
        return "positive"
    return "negative" if len(copies) == 2 and set(copies) == {"negative"} else "unknown"


def _typed(text: str, gene: Gene) -> Typing | None:
    """One allele, with the gene's symbol before it, whole or without its family ("HLA-B*57:01", "B*57:01"), or not."""
    short = gene.symbol.rpartition("-")[2]
    bare = re.sub(rf"^\s*(?:{re.escape(gene.symbol)}|{re.escape(short)}(?=\*))\s*", "", text, flags=re.IGNORECASE).strip()
    match = _ALLELE.fullmatch(bare)
    if match is None:
        return None
    return Typing(match["first"] or match["old_first"], match["second"] or match["old_second"] or "", match["suffix"] or "")


def _known(text: str, gene: Gene) -> str | None:
    """The gene's allele that a text names to the second field, None when it is coarser or another."""
    typed = _typed(text, gene)
    return next((allele for allele in gene.alleles if typed and typed.is_allele(allele) == "positive"), None)


def _copies(text: str, gene: Gene) -> tuple[Typing, ...]:
    """The one or two chromosomes of a typing; () when any part of it is not understood."""
    is_gl = text.lower().startswith(_GL)
    body = text.rpartition("#")[2] if is_gl else text
    if is_gl and set("/|^~?") & set(body):
        return ()
    typed = [_typed(part, gene) for part in re.split(r"\+" if is_gl else r"[/+]", body)]
    known = tuple(t for t in typed if t is not None)
    return known if len(known) == len(typed) <= 2 else ()


def _presence_test(gene: Gene, result: GeneResult, found: _Statuses) -> list[Gap]:
    by_code = {gene.presence_loinc[code] for code in result.gene.codes(LOINC) if code in gene.presence_loinc}
    by_words = {_known(result.presence_of, gene)} if result.presence_of else set()
    alleles = by_code | by_words
    if None in alleles or not alleles:
        return [Gap(gene.symbol, "not_understood", "the allele that was tested for is not one that is known here", result.origin)]
    if len(alleles) > 1:
        return [Gap(gene.symbol, "conflict", "code and words name different alleles", result.origin)]
    found.say(str(alleles.pop()), "positive" if result.present else "negative", result)
    return []


def _typing(gene: Gene, result: GeneResult, found: _Statuses) -> list[Gap]:
    """Typings or statements; every spelling of one result that is understood must say the same."""
    read = [_statuses(text, gene) for text in (*result.diplotypes, *filter(None, [result.haplotype]))]
    said = [statuses for statuses in read if statuses is not None]
    if not said:
        return [Gap(gene.symbol, "not_understood", "neither a typing of alleles nor a statement on one of them", result.origin)]
    if any(statuses != said[0] for statuses in said):
        return [Gap(gene.symbol, "conflict", "code and words of one result give different alleles", result.origin)]
    for allele, status in said[0].items():
        found.say(allele, status, result)
    return []
