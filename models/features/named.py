"""Which medicines a display or a text names. It serves to doubt a code, never to replace one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.codes import Concept
from models.knowledge.drug_files import UNKNOWN, words_of
from models.knowledge.types import Drugs, Product

NOTHING: frozenset[str] = frozenset()
FAR = 300  #: characters that are looked at: a name stands at the beginning of what is ordered


def named(words: str, names: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Ingredients of every name in it; of names inside each other the longest counts (trastuzumab deruxtecan is no trastuzumab)."""
    parts = words_of(words[:FAR])
    found = NOTHING
    start = 0
    while start < len(parts):
        if names.get(parts[start]) is None:  # most words begin no name
            start += 1
            continue
        meant, length = _longest(parts, start, names)
        found |= meant
        start += length
    return found


def _longest(parts: Sequence[str], start: int, names: Mapping[str, frozenset[str]]) -> tuple[frozenset[str], int]:
    """What the longest name that begins here means, and how many words it has (1 where none does)."""
    key, best = parts[start], (NOTHING, 1)
    for end in range(start + 1, len(parts) + 1):
        meant = names.get(key)
        if meant is None:
            break
        if meant:
            best = meant, end - start
        key = f"{key} {parts[end]}" if end < len(parts) else key
    return best


def contradicted(concept: Concept, product: Product, drugs: Drugs) -> bool:
    """Does any of its displays, or its text, name known medicines and none of what its code means?

    Words that are not known say nothing, and so does a product of which a part is not known.
    """
    if UNKNOWN in product.ingredients:
        return False
    said = dict.fromkeys([*(coding.display for coding in concept.codings), concept.text])
    return any(words and not _plainly(words, product, drugs) and _others(words, product, drugs) for words in said)


def _plainly(words: str, product: Product, drugs: Drugs) -> bool:
    """Begins it with the ingredient's own name and goes on with an amount, at a tenth of the price?"""
    lowered = words.lower()
    for ingredient in product.ingredients:
        name = drugs.ingredients[ingredient].name
        if lowered.startswith(name) and not lowered[len(name) : len(name) + 2].strip()[:1].isalpha():
            return True
    return False


def _others(words: str, product: Product, drugs: Drugs) -> bool:
    found = named(words, drugs.names)
    return bool(found) and found.isdisjoint(product.ingredients)
