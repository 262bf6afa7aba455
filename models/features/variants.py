"""What a reported variant is: its names in one spelling, whether it is another one, a fusion, a copy-number change, maybe inherited.

For every specialty that asks about variants. It knows no drug and no guideline, and it does not say whether a variant counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from models.codes import Concept
from models.features.hgvs import Name, nucleotide_change, protein_change
from models.features.loci import Locus, from_hgvs, from_spdi, loci
from models.variant import Variant

Verdict = Literal["same", "different", "unresolved"]

#: Sequence Ontology (molecular consequence) and LOINC (DNA change type, LL379-9) for a number of copies; SO from working knowledge
_GAIN = frozenset({"SO:0001742", "SO:0001880", "SO:0001889", "LA14033-7"})
_LOSS = frozenset({"SO:0001743", "SO:0001879", "SO:0001893", "LA14034-5"})
#: share of the reads around which an inherited variant lies: one copy of two, or both
_ONE_COPY, _BOTH_COPIES = (0.4, 0.6), 0.9


@dataclass(frozen=True, slots=True)
class Sameness:
    """Is it the variant that was asked for? `because` tells what the verdict rests on, and what did not fit exactly."""

    verdict: Verdict
    because: str = ""


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


def same_variant(variant: Variant, names: Iterable[str]) -> Sameness:
    """Is the variant the one that `names` name (SPDI, g., m., c. and p. names, rsIDs; all of one variant)? The caller has matched the gene.

    Another version of a transcript matches and is told; another transcript, build or kind of name resolves nothing (E50).
    A protein name speaks only where nothing more exact does: several changes of the gene can make the same protein.
    """
    asked = tuple(names)
    for answers in (_by_place(variant, asked), _by_nucleotides(variant, asked), _by_protein(variant, asked), _by_rsid(variant, asked)):
        verdicts = {answer.verdict for answer in answers}
        if verdicts >= {"same", "different"}:
            return Sameness("unresolved", "its names contradict each other")
        decided = next((a for a in answers if a.verdict != "unresolved"), None)
        if decided is not None:
            return decided
    return Sameness("unresolved", _why_not(variant, asked))


def _by_place(variant: Variant, asked: tuple[str, ...]) -> list[Sameness]:
    wanted = [locus for text in asked if (locus := from_spdi(text) or from_hgvs(text)) is not None]
    return [_same_place(own, other) for own in loci(variant) for other in wanted if own.sequence == other.sequence]


def _same_place(own: Locus, other: Locus) -> Sameness:
    if own.same(other):
        return Sameness("same", "by its place on the genome")
    simple = len(own.ref) == len(own.alt) == len(other.ref) == len(other.alt) == 1  # an indel in a repeat has several names
    return Sameness("different" if simple else "unresolved", "by its place on the genome")


def _by_nucleotides(variant: Variant, asked: tuple[str, ...]) -> list[Sameness]:
    wanted = [name for text in asked if (name := nucleotide_change(text)) is not None and name.change.startswith("c.")]
    return [_same_name(own, other) for own in nucleotide_changes(variant) for other in wanted if own.change.startswith("c.")]


def _same_name(own: Name, other: Name) -> Sameness:
    if own.accession and other.accession and own.accession != other.accession:
        return Sameness("unresolved", "named on another transcript")
    if own.change != other.change:
        simple = ">" in own.change and ">" in other.change and own.accession == other.accession
        return Sameness("different" if simple else "unresolved", "by its coding change")
    if own.accession != other.accession:
        return Sameness("same", "by its coding change; the transcript is not said on one side")
    told = "; another version of the transcript" if own.version != other.version else ""
    return Sameness("same", f"by its coding change{told}")


def _by_protein(variant: Variant, asked: tuple[str, ...]) -> list[Sameness]:
    wanted = {short for text in asked if (short := protein_change(text)) is not None}
    own = protein_changes(variant)
    if not wanted or not own:
        return []
    if own <= wanted:
        return [Sameness("same", "by its protein change")]
    simple = all(change[1:-1].isdigit() for change in own | wanted)
    return [Sameness("unresolved" if own & wanted or not simple else "different", "by its protein change")]


def _by_rsid(variant: Variant, asked: tuple[str, ...]) -> list[Sameness]:
    """One id may stand for several changes at its position, so it decides only where nothing else can."""
    shared = rsids(variant) & {text.strip().lower() for text in asked}
    return [Sameness("same", "by its dbSNP id alone")] if shared else []


def _why_not(variant: Variant, asked: tuple[str, ...]) -> str:
    own = {name.accession for name in nucleotide_changes(variant) if name.accession}
    wanted = {name.accession for text in asked if (name := nucleotide_change(text)) is not None and name.accession}
    return "named on another sequence" if own and wanted and not own & wanted else "no name of the two can be compared"


def is_fusion(variant: Variant, one: str, other: str) -> bool:
    """Is it a found fusion of these two genes (symbols or HGNC ids)? The sender's order of the partners means nothing.

    Two genes named by one small change are two that overlap there, and no fusion.
    """
    if variant.state != "present" or len(variant.genes) != 2 or variant.coding or variant.protein:
        return False
    first, second = variant.genes
    return (_names(first, one) and _names(second, other)) or (_names(first, other) and _names(second, one))


def _names(concept: Concept, gene: str) -> bool:
    """A symbol stands as a code or as its display, an HGNC id as a code; words count where no code stands. Without Knowledge a code
    and a display that differ are not seen: that is the reader's and `variants_by_gene`'s to tell."""
    wanted = gene.strip().upper()
    codes = {coding.code.strip().upper() for coding in concept.codings if coding.code}
    displays = {coding.display.strip().upper() for coding in concept.codings}
    return wanted in codes or wanted in displays or (not codes and wanted == concept.text.strip().upper())


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
