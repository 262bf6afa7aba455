"""What one code of a medicine means. No text, no name, no guess."""

from __future__ import annotations

import re

from models.codes import ATC, NDC, RXNORM, Code
from models.knowledge.drug_files import UNKNOWN
from models.knowledge.types import Drugs, Product

_NDC = re.compile(r"([0-9]{4,5})-([0-9]{3,4})-([0-9]{1,2})")


def product(coding: Code, drugs: Drugs) -> Product | None:
    """What one coding means, None when it is not known. A system that is missing or another is no match.

    What the site says of its own codes may add to what is known here, or complete it; it never changes it.
    """
    known = shipped(coding.system, coding.code, drugs)
    if known is None or UNKNOWN in known.ingredients:
        return drugs.own.get((coding.system, coding.code), known)
    return known


def shipped(system: str, code: str, drugs: Drugs) -> Product | None:
    """The same without the site's own codes."""
    if system == RXNORM:
        return drugs.products.get(code) or (Product((code,)) if code in drugs.ingredients else None)
    if system == NDC:
        return _by_ndc(code, drugs)
    if system == ATC:
        return drugs.atc.get(code.upper())
    table = drugs.coded.get(system)
    return None if table is None else table.get(code.upper())


def _by_ndc(code: str, drugs: Drugs) -> Product | None:
    """11 digits, or 10 with hyphens (4-4-2, 5-3-2, 5-4-1); 10 bare digits only if every reading means the same."""
    hyphened = _NDC.fullmatch(code)
    if hyphened and sum(map(len, hyphened.groups())) >= 10:
        labeler, item, package = hyphened.groups()
        return drugs.ndc.get(labeler.zfill(5) + item.zfill(4) + package.zfill(2))
    if len(code) == 11:
        return drugs.ndc.get(code)
    if len(code) != 10 or not code.isdigit():
        return None
    candidates = ("0" + code, code[:5] + "0" + code[5:], code[:9] + "0" + code[9:])
    found = {p for c in candidates if (p := drugs.ndc.get(c)) is not None}
    return found.pop() if len(found) == 1 else None
