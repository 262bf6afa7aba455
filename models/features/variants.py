"""What a reported variant is: its names in one spelling, a copy-number change, maybe inherited. Which rule it meets is `alterations`'s.

For every specialty that asks about variants. It knows no drug and no guideline, and it does not say whether a variant counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.features.hgvs import Name, nucleotide_change, protein_change
from models.variant import Variant

#: Sequence Ontology (molecular consequence) and LOINC (DNA change type, LL379-9) for a number of copies; SO from working knowledge
_GAIN = frozenset({"SO:0001742", "SO:0001880", "SO:0001889", "LA14033-7"})
_LOSS = frozenset({"SO:0001743", "SO:0001879", "SO:0001893", "LA14034-5"})
#: share of the reads around which an inherited variant lies: one copy of two, or both
_ONE_COPY, _BOTH_COPIES = (0.4, 0.6), 0.9


@dataclass(frozen=True, slots=True)
class CopyNumber:
    """`count` None: not said; 0 is a count. `change` "" where it is not said, or where gain and loss are both said."""

    count: float | None = None
    change: Literal["gain", "loss", ""] = ""


def protein_changes(variant: Variant) -> frozenset[str]:
    """The protein changes in their short form ("V600E"). What does not parse is left out: see `models.features.hgvs`."""
    return frozenset(short for text in variant.protein if (short := protein_change(text)) is not None)


def nucleotide_changes(variant: Variant) -> frozenset[Name]:
    """The c., g. and m. names, in whichever slot they stand. A c. name without transcript gets the one that the variant names."""
    named = (nucleotide_change(text) for text in (*variant.coding, *variant.genomic))
    return frozenset(_on_transcript(name, variant.transcript) for name in named if name is not None)


def _on_transcript(name: Name, transcript: str) -> Name:
    if name.accession or not name.change.startswith("c.") or not transcript:
        return name
    accession, _, version = transcript.strip().partition(".")
    return Name(name.change, accession, version)


def not_there(variant: Variant) -> bool:
    """Was it looked for and not found? Some report wild type as "present", with the reference's own base as what was found."""
    if variant.state in ("absent", "reference"):
        return True
    ref, alt = variant.place.ref.strip().upper(), variant.place.alt.strip().upper()
    return variant.state == "present" and ref == alt != ""


def rsids(variant: Variant) -> frozenset[str]:
    """dbSNP ids, in lower case: whatever system stands beside them, they say what they are."""
    codes = (code.code.strip().lower() for code in variant.ids)
    return frozenset(code for code in codes if code[:2] == "rs" and code[2:].isdigit())


def copy_number(variant: Variant) -> CopyNumber | None:
    """How many copies were found, or that they are more or fewer (which some tell as a consequence only). None: it tells of no copies."""
    if variant.state != "present":
        return None
    codes = {coding.code for concept in (variant.change, *variant.consequence) for coding in concept.codings}
    gained, lost = not codes.isdisjoint(_GAIN), not codes.isdisjoint(_LOSS)
    if variant.copy_number is None and not gained and not lost:
        return None
    return CopyNumber(variant.copy_number, "" if gained == lost else "gain" if gained else "loss")


def possible_germline(variant: Variant) -> bool:
    """May a variant that a tumour was tested for be inherited (E16)? To be flagged "possible germline – confirm".

    So it is where the source class is not said, or says somatic, and the share of reads lies where one or both inherited copies
    would put it. Without a share nothing is suspected of what was called somatic.
    """
    if variant.state != "present" or variant.source_class in ("germline", "donor"):
        return False
    if variant.allele_fraction is None:
        return variant.source_class == ""
    low, high = _ONE_COPY
    return low <= variant.allele_fraction <= high or variant.allele_fraction >= _BOTH_COPIES
