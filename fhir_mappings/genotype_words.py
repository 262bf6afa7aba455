"""What one written result says: gene, genotype, status, presence. A text is understood whole or not at all.

Words left over ("not a …", "to intermediate") may turn a meaning round, so any of them makes the text not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fhir_mappings.tables import phenotypes, presence

_STARS = re.compile("[*\u2217\uff0a]")
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]{2,}(?:-[A-Z0-9]+)?|[A-Z]{2,}-[A-Z0-9]+")
_BEFORE_STAR = re.compile(
    rf"(?<![A-Za-z0-9*.-])(?:([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)?)(?=[*\u2217\uff0a])|({_SYMBOL.pattern})\s(?=[*\u2217\uff0a]))"
)
_PLAIN = re.compile(r"(?:([A-Z][A-Z0-9]{2,}) ?)?(\*[0-9]+[A-Z]?(?:x[0-9]+)?/\*[0-9]+[A-Z]?(?:x[0-9]+)?)")
ONE_ALLELE = re.compile(r"[^/+|]*\*\d+:\d+[^/+|]*")
_EDGE = ".,;:=|-\u2010\u2011\u2012\u2013\u2014"
_BLANK = r"[\s\-\u2010-\u2014]+"
_BLANKS = re.compile(_BLANK)
_LETTERS = re.compile("[a-z]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A text that was understood. `genotype` is one allele when `present` is told of it."""

    genes: tuple[str, ...] = ()
    genotype: str = ""
    term: str = ""
    present: bool | None = None
    nothing: bool = False  #: it says that there is no result


def gene_of_plain(written: str) -> str | None:
    """The gene, '' for none, of what nearly every result is: a gene or none, two alleles and nothing else; None for other texts."""
    plain = _PLAIN.fullmatch(written)
    return (plain[1] or "") if plain else None


def understand(written: str) -> Said | None:
    """Read a text whole; None when any of it is not understood."""
    if plain := _PLAIN.fullmatch(written):
        return Said((plain[1],) if plain[1] else (), plain[2] if " " in written else written)
    terms = {_term(match) for match in _statuses().finditer(written)}
    if len(terms) > 1:
        return None
    rest = _statuses().sub(" ", written) if terms else written
    tokens = [t for raw in rest.split() if (t := _bare(raw))]
    calls = [t for t in tokens if _STARS.search(t) or ("/" in t and t.lower() not in phenotypes().no_result_words)]
    words = [t for t in tokens if t not in calls]
    genes, words = _lead(words, genes_before_stars(written))
    said = _rest(words)
    if said is None or len({g.upper() for g in genes}) > 1:
        return None
    return _combine(Said(genes, " ".join(calls), next(iter(terms), ""), said.present, said.nothing))


def genes_before_stars(written: str) -> tuple[str, ...]:
    """Every word that stands directly before a star, or a symbol with one blank between: 'CYP2C19*2/*2', 'CYP2C19 *2/*2'."""
    return tuple(dict.fromkeys(attached or apart for attached, apart in _BEFORE_STAR.findall(written)))


def looks_like_genotype(written: str) -> bool:
    return bool(_STARS.search(written)) or "/" in written


def may_be_handed_on(written: str, role: str) -> bool:
    """May a text that is not understood go to the core as a genotype, which reads it or refuses it by name?

    Not when a word in it may turn the meaning round; and beside a presence test only a bare typing.
    """
    if turns(written):
        return False
    if role == "presence":
        return all(looks_like_genotype(token) for token in written.split())
    return role in ("genotype", "haplotype") or (role in ("single", "panel") and looks_like_genotype(written))


def may_turn_round(written: str) -> bool:
    """Does a text that is not understood speak of a status or an allele with a word such as 'not' in it?"""
    return turns(written) and bool(_statuses().search(written) or _STARS.search(written))


def turns(written: str) -> bool:
    """Is a word such as "not", "mother" or "tumour" in it?"""
    return not phenotypes().turning.isdisjoint(_LETTERS.findall(written.lower()))


def leading_symbol(written: str) -> str:
    """The first word, if it is written like a gene symbol and more follows."""
    first, _, more = written.partition(" ")
    return first if more and _SYMBOL.fullmatch(first) else ""


def _combine(said: Said) -> Said | None:
    """Presence and 'no result' may be told of a single full allele only; a status excludes both."""
    if said.term and (said.present is not None or said.nothing):
        return None
    if said.genotype and (said.present is not None or said.nothing) and not ONE_ALLELE.fullmatch(_STARS.sub("*", said.genotype)):
        return None
    empty = not said.genotype and not said.term and said.present is None and not said.nothing
    return None if empty else said


def _lead(words: list[str], genes: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Take gene symbols off the words: one that also stands before a star, or a leading symbol that is no known word."""
    words = [w for w in words if w not in genes]
    if words and _SYMBOL.fullmatch(words[0]) and not _known(words):
        return tuple(dict.fromkeys((*genes, words[0]))), words[1:]
    return genes, words


def _known(words: list[str]) -> bool:
    return _rest(words) is not None


def _rest(words: list[str]) -> Said | None:
    """The words beside gene, genotype and status: nothing, presence, 'no result', or not understood (None)."""
    if not words:
        return Said()
    whole = " ".join(words).lower()
    bare = _without_filler(whole)
    for stated in (whole, _BLANKS.sub(" ", whole), bare):
        if stated in phenotypes().no_result_words:
            return Said(nothing=True)
        if stated in presence().words:
            return Said(present=presence().words[stated])
    return None if bare else Said()


def _without_filler(whole: str) -> str:
    return " ".join(_filler().sub(" ", whole).split())


@cache
def _filler() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in phenotypes().filler)
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])")


def _bare(token: str) -> str:
    """A token without the punctuation around it; brackets that belong to a genotype ('(*1/*4)xN') stay."""
    token = token.strip(_EDGE)
    for left, right in ("()", "[]"):
        if token.startswith(left) and token.endswith(right) and token.count(left) == 1:
            token = token[1:-1]
        if token.startswith(left) and token.count(left) > token.count(right):
            token = token[1:]
        if token.endswith(right) and token.count(right) > token.count(left):
            token = token[:-1]
    return token.strip(_EDGE)


@cache
def _statuses() -> re.Pattern[str]:
    table = phenotypes()
    phrases = "|".join(_phrase(words) for words in sorted(table.words, key=len, reverse=True))
    prefixes = "|".join(table.prefixes)
    return re.compile(rf"(?<![\w*-])(?:(?P<prefix>{prefixes}){_BLANK})?(?P<words>{phrases})(?![\w*])", re.IGNORECASE)


def _phrase(words: str) -> str:
    """Words as a pattern: any blank or hyphen between them, British spelling and plural allowed."""
    pattern = _BLANK.join(re.escape(word) for word in words.split())
    return pattern.replace("metabolizer", "metaboli[sz]ers?")


def _term(match: re.Match[str]) -> str:
    table = phenotypes()
    words = _BLANKS.sub(" ", match["words"].lower())
    words = re.sub(r"metaboli[sz]ers?", "metabolizer", words)
    prefix = table.prefixes[match["prefix"].lower()] + " " if match["prefix"] else ""
    return prefix + table.words[words]
