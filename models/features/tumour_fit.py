"""Whether what a source says of some types of tumour is said of this one: yes, no, or perhaps. No stage, no biomarker.

"Non-squamous non-small-cell lung cancer" is NSCLC with LUSC excepted: the tree needs no node for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from models.features.tumours import Tumour, is_of
from models.knowledge.biomarker_types import SOLID
from models.knowledge.clinical_types import Clinical
from models.knowledge.tumour_lines import tumour_lines

#: maybe: the chart's type is wider than the one asked for ("lung cancer"), or than one that is excepted
Fit = Literal["same", "maybe", "other"]


@dataclass(frozen=True, slots=True)
class TumourTree:
    """The tree as `fit` needs it. Made once for each snapshot of knowledge."""

    lines: Mapping[str, tuple[str, ...]]  #: OncoTree code → its own and those of every wider type
    blood: frozenset[str]  #: roots of the cancers of the blood


def tumour_tree(clinical: Mapping[str, Clinical], blood: Iterable[str]) -> TumourTree:
    return TumourTree(tumour_lines(clinical), frozenset(blood))


def fit(tumour: Tumour, tumours: tuple[str, ...], excepted: tuple[str, ...], tree: TumourTree) -> Fit:
    """`tumours`: OncoTree codes, or SOLID for every solid tumour; `excepted`: codes that the source leaves out."""
    out = [is_of(tumour, code, tree.lines) for code in excepted]
    if True in out:
        return "other"
    asked = {_solid(tumour, tree) if code == SOLID else is_of(tumour, code, tree.lines) for code in tumours}
    if True in asked:
        return "maybe" if None in out else "same"
    return "maybe" if None in asked else "other"


def _solid(tumour: Tumour, tree: TumourTree) -> bool | None:
    """None where the type is not known: it may be one of the blood."""
    line = tree.lines.get(tumour.oncotree)
    return None if line is None else tree.blood.isdisjoint(line)
