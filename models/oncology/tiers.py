"""Tiers of evidence, computed from a statement's level and how the tumour fits. No tier is stored with a variant.

AMP/ASCO/CAP 2017 (PMC7765222), ESCAT (PMC9755882). No row holds the design of the trials behind it, so ESCAT's letter is left open
where that decides it.
"""

from __future__ import annotations

from typing import Literal

from models.finding import Tier
from models.knowledge.biomarker_types import SOLID, TherapyRow

Fit = Literal["same", "maybe", "other"]
AMP, ESCAT = "AMP/ASCO/CAP", "ESCAT"
#: level → tier in this tumour, tier where the evidence is from another one
_AMP = {"label": ("I-A", "II-C"), "A": ("I-A", "II-C"), "B": ("I-B", "II-C")}
_ESCAT = {"label": ("I", "III-A"), "A": ("I", "III-A"), "B": ("II", "III-A")}
BASKET = "I-C"  #: ESCAT: shown across tumour types
ORDER = ("I-A", "I-B", "II-C")


def tiers(row: TherapyRow, fit: Fit) -> tuple[Tier, ...]:
    """Both scales; resistance has no place in ESCAT."""
    other = fit == "other"
    found = [Tier(AMP, _AMP[row.level][other])]
    if row.direction == "sensitivity":
        agnostic = SOLID in row.tumours and not other
        found.append(Tier(ESCAT, BASKET if agnostic else _ESCAT[row.level][other]))
    return tuple(found)


def rank(said: tuple[Tier, ...]) -> int:
    """For sorting: the strongest first."""
    amp = next((t.tier for t in said if t.scale == AMP), "")
    return ORDER.index(amp) if amp in ORDER else len(ORDER)
