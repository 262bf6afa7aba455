"""Variants by the gene that they are about, for rules on tumours and inherited disease. A fusion stands under both its partners."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.features.gene_names import genes_named
from models.knowledge.tumour_gene_files import GeneIndex
from models.patient import Gap
from models.variant import Variant

ByGene = dict[str, list[Variant]]
CONFLICT = "the gene's code and its words name different genes"
#: "ABC1-positive", "ABC1-ITD", "ABC1-V600E": one gene and what is said of it, and no partner
_NO_PARTNER = re.compile(
    r"ITD|PTD|TKD|POSITIVE|NEGATIVE|LOW|HIGH|MUTA\w*|FUSIONS?|REARRANG\w*|TRANSLOCAT\w*|AMPLIF\w*|DELET\w*|INSERT\w*|LOSS|GAIN|WILD|WT"
    r"|VARIANTS?|EX(?:ON)?[0-9]\w*|EXON|CODON\w*|[A-Z][0-9]+(?:[A-Z]|DEL|INS|DUP|FS)"
)
_DENIED = re.compile(r"\b(?:no|not|non|without|negative|absent|undetected|excluded|wild)\b", re.IGNORECASE)
#: two genes by "-", "::" or "/", with or without words around them
_PAIR = re.compile(r"(?<![A-Z0-9])(?P<one>[A-Z][A-Z0-9]+)\s?(?:::|-|/)\s?(?P<other>[A-Z][A-Z0-9]+)(?![A-Z0-9])")


def variants_of_genes(variants: Sequence[Variant], index: GeneIndex) -> tuple[ByGene, tuple[Gap, ...]]:
    """By symbol. A code and words that name different genes are told, and the variant is filed under neither."""
    found: ByGene = {}
    gaps: list[Gap] = []
    for variant in variants:
        symbols = _symbols(variant, index)
        if isinstance(symbols, Gap):
            gaps.append(symbols)
            continue
        for symbol in symbols:
            found.setdefault(symbol, []).append(variant)
    return found, tuple(dict.fromkeys(gaps))


def _symbols(variant: Variant, index: GeneIndex) -> tuple[str, ...] | Gap:
    symbols: dict[str, None] = {}
    for concept in variant.genes:
        coded, named = genes_named(concept, index)
        if coded and named and not coded & named:
            return Gap(" / ".join(sorted(coded | named)), "conflict", CONFLICT, variant.origin)
        symbols |= dict.fromkeys(sorted(coded or named))
    if not symbols:
        symbols = dict.fromkeys(partners_in_words(variant, index))
    return tuple(symbols)


def partners_in_words(variant: Variant, index: GeneIndex) -> tuple[str, ...]:
    """The genes of a fusion that is named in words alone, where both are known here or one of them is. Denied: none."""
    found: dict[str, None] = {}
    if denied(variant.text):
        return ()
    for pair in _PAIR.finditer(variant.text.upper()):
        if any(("", pair[side]) not in index and _NO_PARTNER.fullmatch(pair[side]) for side in ("one", "other")):
            continue
        found |= {index[key]: None for key in (("", pair["one"]), ("", pair["other"])) if key in index}
    return tuple(found)


def denied(words: str) -> bool:
    """Do words say that something is not there ("not amplified", "no ALK fusion")?"""
    return _DENIED.search(words) is not None
