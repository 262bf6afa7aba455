"""Diplotypes as laboratories write them, against one gene's alleles. What is not understood is refused, never guessed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Literal

from models.features.positions import position_in, variants_at
from models.knowledge.types import Gene, Score

_SIGNS = str.maketrans(dict.fromkeys("∗＊⁎", "*") | dict.fromkeys("／⁄∕", "/") | dict.fromkeys("‐‑‒–−", "-") | {"×": "x", "\u00a0": " "})
_COPIES = re.compile(r"(?P<name>.+?)\s*x\s*(?P<count>n|(?:≥|>=)?\s*[0-9]{1,2})", re.IGNORECASE)
_EITHER = re.compile(r"\((?P<pair>[^()]+)\)\s*x\s*(?P<count>n|(?:≥|>=)?\s*[0-9]{1,2})", re.IGNORECASE)
#: "*1/*4 x2": are both meant, or the second?
_APART = re.compile(r"(?P<pair>[^()x]+\S)\s+x\s*(?P<count>n|(?:≥|>=)?\s*[0-9]{1,2})", re.IGNORECASE)
_BASE = re.compile(r"[ACGT]", re.IGNORECASE)
_POSITION = re.compile(r"(?:.*[^A-Za-z*])?[ACGT]", re.IGNORECASE)  #: a base at its end, and not merely a name's last letter
_ZYGOSITY = re.compile(r"\s*,?\s*\(?\b(?P<zygosity>hetero|homo)zygous\b\)?(?:\s+for)?\s*", re.IGNORECASE)
_OR = re.compile(r"\s+or\s+|\s*;\s*", re.IGNORECASE)  #: between genotypes that could not be told apart
_PLAIN = re.compile(r"(\*[0-9]+[A-Za-z]?)/(\*[0-9]+[A-Za-z]?)")
_NUMBERS = re.compile(r"([0-9]+)")
_ALONE = re.compile(r"\s*\(?\b(?:hemizygous|homoplasmic)\)?\s*", re.IGNORECASE)  #: words for "there is no other allele"
_SUBALLELE = re.compile(r"(\*[0-9]+)\.[0-9]{3}")
_ALLELE_LIKE = re.compile(r"\*[0-9]+[a-wyz]*(?:\.[0-9]+)?|rs[0-9]+.*|[cgmp]\.\S+.*|hap.+", re.IGNORECASE)
ONE = Score(1, 1)
MOST_COPIES = 20  #: more on one chromosome have not been seen: it would be a slip of the pen


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text is not a diplotype of this gene."""

    reason: Literal["unknown_allele", "not_understood"]
    because: str


@dataclass(frozen=True, slots=True)
class Part:
    """An allele on one chromosome, and how often it stands there."""

    allele: str
    copies: Score = ONE

    def __str__(self) -> str:
        if self.copies is ONE or self.copies == ONE:
            return self.allele
        low = f"{self.copies.low:g}"
        return f"{self.allele}x{'≥' if math.isinf(self.copies.high) else ''}{low}"


@dataclass(frozen=True, slots=True)
class Diplotype:
    """Two chromosomes in a fixed order, or the only one (X of a male, mitochondrial).

    `either`: one of the two is multiplied so often, but it is not known which. `rivals`: other genotypes that the
    laboratory could not tell from this one.
    """

    haplotypes: tuple[tuple[Part, ...], ...]
    either: Score | None = None
    rivals: tuple[Diplotype, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple("+".join(map(str, h)) for h in self.haplotypes)

    @property
    def alone(self) -> bool:
        return len(self.haplotypes) == 1

    @property
    def each(self) -> tuple[Diplotype, ...]:
        """The genotypes that it can be, without rivals of their own."""
        return (replace(self, rivals=()), *self.rivals) if self.rivals else (self,)

    def __str__(self) -> str:
        if self.rivals:
            return " or ".join(map(str, self.each))
        pair = "/".join(self.names)
        if self.either is None:
            return pair
        return f"({pair})x{'≥' if math.isinf(self.either.high) else ''}{self.either.low:g}"


def parse_diplotype(text: str, gene: Gene) -> Diplotype | Refusal:
    """Read a genotype such as "CYP2C19*2/*2", "*1/*2x2", "*36+*10/*1", "(*1/*4)xN", "*2 heterozygous" or "*1/*13 or *6/*8"."""
    if (plain := _PLAIN.fullmatch(text)) and gene.single == "never":  # nearly every result, at a third of the price
        left, right = gene.spellings.get(plain[1].lower()), gene.spellings.get(plain[2].lower())
        if left and right:
            return Diplotype(tuple(sorted(((Part(left),), (Part(right),)), key=_order)))
    said = text.translate(_SIGNS).strip()
    rivals = _rivals(said)
    if len(rivals) == 1:
        return _one(said, gene)
    read: dict[str, Diplotype] = {}
    for written in rivals:
        if "/" not in written:
            return Refusal("not_understood", "not every alternative is a pair of alleles")
        one = _one(written, gene)
        if isinstance(one, Refusal):
            return one
        read.setdefault(str(one), one)
    first, *others = (read[name] for name in sorted(read))
    return replace(first, rivals=tuple(others))


def _rivals(text: str) -> list[str]:
    """A comma is part of some alleles' names, so it parts genotypes only where each side is a pair."""
    by_comma = re.split(r"\s*,\s+", text)
    return by_comma if len(by_comma) > 1 and all("/" in part for part in by_comma) else _OR.split(text)


def _one(text: str, gene: Gene) -> Diplotype | Refusal:
    said = _by_position(text, gene) or _zygous(text, gene)
    if isinstance(said, Refusal):
        return said
    bare = _without_gene(said, gene)
    wrapped = _EITHER.fullmatch(bare) or _APART.fullmatch(bare)
    if wrapped:
        return _parse_either(wrapped["pair"], wrapped["count"], gene)
    pair = _sides(said, gene)
    if len(pair) != 2 and (len(pair), gene.single) not in ((1, "always"), (1, "male")):
        return Refusal("not_understood", "not a pair of alleles")
    haplotypes = []
    for side in _at_one_position(pair, gene):
        read = _haplotype(side, gene)
        if isinstance(read, Refusal):
            return read
        haplotypes.append(read)
    if gene.single == "always" and len(set(haplotypes)) > 1:
        return Refusal("not_understood", "two alleles of a gene of which there is only one")
    return Diplotype(tuple(haplotypes[:1] if gene.single == "always" else sorted(haplotypes, key=_order)))


def _by_position(text: str, gene: Gene) -> str | Refusal | None:
    """ "rs3918290 C/T" as a pair of alleles; None where the text names no position of the gene."""
    found = position_in(_without_gene(text, gene), gene.positions) if gene.positions else None
    if found is None:
        return None
    position, one, other = found
    count = variants_at(position, one, other)
    if isinstance(count, str):
        return Refusal("not_understood", count)
    return f"{gene.reference if count == 1 else position.allele}/{position.allele}"


def _zygous(text: str, gene: Gene) -> str | Refusal:
    """ "c.1905+1G>A heterozygous" is that allele beside the reference; beside a pair the word has to agree with it."""
    found = _ZYGOSITY.search(text)
    if found is None:
        return text
    rest, mixed = _ZYGOSITY.sub(" ", text, count=1).strip(), found["zygosity"].lower() == "hetero"
    if gene.single != "never" or _ZYGOSITY.search(rest):
        return Refusal("not_understood", "its words on zygosity are not understood for this gene")
    sides = rest.split("/")
    if len(sides) == 1:
        allele = _named(_without_gene(rest, gene), gene)
        if allele is None:
            return Refusal("not_understood", "its allele is not understood") if not _ALLELE_LIKE.fullmatch(rest) else _refused(rest)
        if allele == gene.reference and mixed:
            return Refusal("not_understood", "heterozygous for the reference allele does not say for what else")
        return f"{gene.reference if mixed else allele}/{allele}"
    if (spelling(_without_gene(sides[0], gene)) != spelling(_without_gene(sides[-1], gene))) is not mixed:
        return Refusal("not_understood", "its alleles and its word on zygosity differ")
    return rest


def _sides(text: str, gene: Gene) -> list[str]:
    """The alleles between slashes. Where one may be all there is, "hemizygous" or a "Y" beside it adds none."""
    if gene.single == "never":
        return text.split("/")
    sides = _ALONE.sub("", text).split("/")
    return sides[:1] if gene.single == "male" and len(sides) == 2 and sides[1].strip().upper() == "Y" else sides


def _parse_either(pair: str, count: str, gene: Gene) -> Diplotype | Refusal:
    if not gene.copies:
        return Refusal("not_understood", "copy numbers have no meaning for this gene")
    read, copies = parse_diplotype(pair, gene), _count(count)
    if isinstance(read, Refusal):
        return read
    return Diplotype(read.haplotypes, copies) if 2 <= copies.low <= MOST_COPIES else _no_such_number()


def _at_one_position(pair: list[str], gene: Gene) -> list[str]:
    """In "rs9923231 C/T" the position is named once: the second base is of the same one, unless an allele bears that name."""
    one, other = pair[0].strip(), pair[-1].strip()
    if len(pair) == 2 and _BASE.fullmatch(other) and _POSITION.fullmatch(one) and "*" not in one and _named(other, gene) is None:
        return [one, one[:-1] + other]
    return pair


def _order(haplotype: tuple[Part, ...]) -> list[object]:
    """*2 before *10: numbers by value."""
    words = _NUMBERS.split("+".join(map(str, haplotype)))
    return [(0, int(w), "") if w.isdigit() else (1, 0, w) for w in words if w]


def _without_gene(text: str, gene: Gene) -> str:
    """Leave out a leading gene symbol, which laboratories write with or without a space."""
    return re.sub(rf"^\s*{re.escape(gene.symbol)}[\s:]*", "", text, flags=re.IGNORECASE).strip()


def _haplotype(text: str, gene: Gene) -> tuple[Part, ...] | Refusal:
    bare = _without_gene(text, gene)
    whole = _named(bare, gene)
    if whole is not None:
        return (Part(whole),)
    if bare.startswith("(") and bare.endswith(")"):
        return _haplotype(bare[1:-1], gene)
    if not gene.copies:
        return _refused(bare)
    parts = []
    for piece in bare.split("+"):
        part = _part(_without_gene(piece, gene), gene)
        if isinstance(part, Refusal):
            return part
        parts.append(part)
    return tuple(parts)


def _part(text: str, gene: Gene) -> Part | Refusal:
    multiplied = _COPIES.fullmatch(text)
    name = _named(multiplied["name"] if multiplied else text, gene)
    if name is None:
        return _refused(multiplied["name"] if multiplied else text)
    copies = _count(multiplied["count"]) if multiplied else ONE
    return Part(name, copies) if 1 <= copies.low <= MOST_COPIES else _no_such_number()


def _no_such_number() -> Refusal:
    return Refusal("not_understood", "a number of copies that cannot be meant")


def _count(text: str) -> Score:
    """Exactly "2"; at least two for "N"; at least three for "≥3"."""
    if text.lower() == "n":
        return Score(2, math.inf)
    number = float(text.strip("≥>= "))
    return Score(number, number) if text.isdigit() else Score(number, math.inf)


def spelling(name: str) -> str:
    """How a name is compared: without blanks and case."""
    return "".join(name.split()).lower()


def _named(text: str, gene: Gene) -> str | None:
    key = spelling(text)
    found = gene.spellings.get(key)
    if found is None and (core := _SUBALLELE.fullmatch(key)):
        return gene.spellings.get(core[1])
    return found


def _refused(text: str) -> Refusal:
    if _ALLELE_LIKE.fullmatch(text.strip()):
        return Refusal("unknown_allele", "an allele that is not defined here")
    return Refusal("not_understood", "not an allele of this gene")
