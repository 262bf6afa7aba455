"""Presence genes: is an allele there or not. Two fields decide; coarser typing cannot tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.codes import LOINC
from models.knowledge.types import Gene
from models.patient import Gap, GeneResult

_ALLELE = re.compile(r"\*?(?P<first>[0-9]{2,3})(?::(?P<second>[0-9]{2,3})(?P<rest>(?::[0-9]{2,3})*)(?P<suffix>[A-Z]?))?")
_STATEMENT = re.compile(r"(?P<allele>\S+)\s+(?P<status>positive|negative)", re.IGNORECASE)
_GL = "hla#"  #: a GL string: "+" joins the two copies there, "/" and "|" stand for ambiguity


@dataclass
class _Statuses:
    """What has been said of each allele, and by which results."""

    said: dict[str, str] = field(default_factory=dict)
    used: list[GeneResult] = field(default_factory=list)

    def say(self, allele: str, positive: bool, result: GeneResult) -> None:
        status = "positive" if positive else "negative"
        self.said[allele] = status if self.said.get(allele, status) == status else "conflict"
        if result not in self.used:
            self.used.append(result)


def allele_statuses(gene: Gene, results: Sequence[GeneResult]) -> tuple[Mapping[str, str], tuple[GeneResult, ...], list[Gap]]:
    """Allele → positive · negative · conflict, for each allele that the results decide; and what could not be told."""
    found, gaps = _Statuses(), []
    for result in results:
        gaps += _presence_test(gene, result, found) if result.present is not None else _typing(gene, result, found)
    return found.said, tuple(found.used), gaps


def statement(text: str, gene: Gene) -> str:
    """'*57:01 positive' from such a statement in any spelling, '' when it is none."""
    match = _STATEMENT.fullmatch(text.strip())
    allele = _known(match["allele"], gene) if match else None
    return f"{allele} {match['status'].lower()}" if match and allele else ""


def _known(text: str, gene: Gene) -> str | None:
    bare = re.sub(rf"^{re.escape(gene.symbol)}", "", text.strip(), flags=re.IGNORECASE)
    match = _ALLELE.fullmatch(bare)
    name = f"*{match['first']}:{match['second']}" if match and match["second"] else ""
    return name if name in gene.alleles else None


def _presence_test(gene: Gene, result: GeneResult, found: _Statuses) -> list[Gap]:
    by_code = {gene.presence_loinc[code] for code in result.gene.codes(LOINC) if code in gene.presence_loinc}
    by_words = {allele for allele in [_known(result.presence_of, gene)] if allele} if result.presence_of else set()
    alleles = by_code | by_words
    if len(alleles) != 1:
        because = "code and words name different alleles" if alleles else "no allele that is known here is named"
        return [Gap(gene.symbol, "conflict" if alleles else "not_understood", because, result.origin)]
    found.say(alleles.pop(), bool(result.present), result)
    return []


def _typing(gene: Gene, result: GeneResult, found: _Statuses) -> list[Gap]:
    """A typing of both chromosomes, or a statement in words."""
    for text in result.diplotypes:
        said = statement(text, gene)
        if said:
            allele, _, status = said.partition(" ")
            found.say(allele, status == "positive", result)
            return []
        copies = _copies(text, gene)
        if copies is not None:
            return _decide(gene, result, copies, found)
    if not result.diplotypes:
        return []
    return [Gap(gene.symbol, "not_understood", "neither a typing of two copies nor a statement on one allele", result.origin)]


def _copies(text: str, gene: Gene) -> tuple[re.Match[str], re.Match[str]] | None:
    is_gl = text.lower().startswith(_GL)
    body = text.rpartition("#")[2] if is_gl else text
    if is_gl and set("/|^~?") & set(body):
        return None
    parts = [re.sub(rf"^\s*{re.escape(gene.symbol)}", "", p, flags=re.IGNORECASE).strip() for p in re.split(r"\+" if is_gl else r"[/+]", body)]
    matches = [_ALLELE.fullmatch(part) for part in parts]
    if len(matches) == 2 and matches[0] and matches[1]:
        return matches[0], matches[1]
    return None


def _decide(gene: Gene, result: GeneResult, copies: tuple[re.Match[str], re.Match[str]], found: _Statuses) -> list[Gap]:
    gaps = []
    for allele in gene.alleles:
        first, _, second = allele.removeprefix("*").partition(":")
        verdicts = [_same(copy, first, second) for copy in copies]
        if True in verdicts:
            found.say(allele, True, result)
        elif None in verdicts:
            gaps.append(Gap(gene.symbol, "not_callable", f"the typing is too coarse to tell {allele}", result.origin))
        else:
            found.say(allele, False, result)
    return gaps


def _same(copy: re.Match[str], first: str, second: str) -> bool | None:
    """Is this copy the allele? None: cannot tell (one field only, or a null or questionable variant of it)."""
    if copy["first"] != first:
        return False
    if copy["second"] is None:
        return None
    if copy["second"] != second:
        return False
    return True if copy["suffix"] in ("", "G", "P") else None
