"""What one allele of a VCF record leaves at a defined position, whatever bases the caller padded it with.

Only trimming is done: two spellings of one indel that are aligned differently are not recognised as one, and then count as
another variant, never as the reference.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.features.sites import OTHER
from models.knowledge.definition_types import Site


@dataclass(frozen=True, slots=True)
class Change:
    """Bases replaced, from the first that differs; `ref` empty for an insertion before `position`."""

    position: int
    ref: str
    alt: str

    def touches(self, other: Change) -> bool:
        """Do the two concern a common base, or does one insert where the other changes?"""
        if not self.ref or not other.ref:
            first, second = (self, other) if not self.ref else (other, self)
            return (
                first.position == second.position
                if not second.ref
                else second.position < first.position < second.position + len(second.ref)
            )
        return self.position < other.position + len(other.ref) and other.position < self.position + len(self.ref)


def trimmed(position: int, ref: str, alt: str) -> Change:
    """Without the bases that both share, at the end first: indels stay as far left as they were written."""
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    shared = 0
    while shared < min(len(ref), len(alt)) and ref[shared] == alt[shared]:
        shared += 1
    return Change(position + shared, ref[shared:], alt[shared:])


def left_at(site: Site, position: int, ref: str, alt: str) -> str:
    """The bases at `site` (spelled as it spells them) of an allele `alt` that replaces `ref` at `position`, or OTHER."""
    if alt == ref:
        return site.reference
    change = trimmed(position, ref, alt)
    changes = {base: trimmed(site.position, site.reference, base) for base in site.alternatives}
    for base, defined in changes.items():
        if change == defined:
            return base
    if len(ref) == len(alt) and len(site.reference) == 1 and all(len(base) == 1 for base in site.alternatives):
        index = site.position - position
        base = alt[index] if 0 <= index < len(alt) else site.reference
        return base if base in (site.reference, *site.alternatives) else OTHER
    return OTHER if any(change.touches(defined) for defined in changes.values()) else site.reference
