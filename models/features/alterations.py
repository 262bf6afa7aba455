"""What the reported variants of a gene tell of an atom: an exact change, a codon, a named alteration, a fusion, copies. No medicine.

Of uncertain significance or benign: never found. Another small change of the same gene: the gene was sequenced, so an exact one is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.features.changes import Change, breaks_splicing, changes, splice_changes
from models.features.gene_names import genes_named
from models.features.gene_state import USABLE
from models.features.loci import loci
from models.features.significance import counts, significance
from models.features.tumour_genes import denied, partners_in_words
from models.features.variants import copy_number, not_there, nucleotide_changes, protein_changes
from models.knowledge.alteration_files import Alleles, Alteration
from models.knowledge.biomarker_types import UNTESTED, Atom, Biomarkers, Told
from models.variant import Variant

UNCERTAIN = "found, and classed as of uncertain significance or harmless, so it does not count"
NOT_CLASSED = "a variant of the gene is on file, and the report does not say whether it is pathogenic"
NOT_NAMED = "a variant of the gene is on file whose protein change is not told"
NOT_INHERITED = "found in the tumour, and not known to be inherited"
ORIGIN_UNSAID = "found, and the report does not say whether it is inherited"
INHERITED = "found as an inherited variant only"
SMALL = ("protein", "codon", "named", "truncating", "mutation")
_AMPLIFIED = "SO:0001880"  #: feature amplification; a mere gain of copies is none


def told(atom: Atom, variants: Sequence[Variant], known: Biomarkers) -> Told:
    """`variants`: those of the atom's gene (for a fusion, of either partner)."""
    usable = [v for v in variants if v.status in USABLE and v.source_class != "donor"]
    present = [v for v in usable if v.state == "present" and not not_there(v)]
    hits, open_ = [], False
    for variant in present:
        is_it = _is(atom, variant, known)
        if is_it:
            hits.append(variant)
        open_ = open_ or is_it is None
    if hits:
        return _found(atom, hits)
    if open_:
        return Told(None, _origins(present), because=NOT_CLASSED if atom.kind == "mutation" else NOT_NAMED)
    return _missing(atom, usable, present, known)


def _found(atom: Atom, hits: Sequence[Variant]) -> Told:
    counting = [v for v in hits if counts(v) is not False]
    if not counting:
        return Told(False, _origins(hits), _newest(hits), because=UNCERTAIN, unsure=True)
    inherited = [v for v in counting if v.source_class == "germline"]
    if atom.origin == "germline" and not inherited:
        unsaid = any(not v.source_class for v in counting)
        return Told(None, _origins(counting), _newest(counting), because=ORIGIN_UNSAID if unsaid else NOT_INHERITED)
    if atom.origin == "somatic" and len(inherited) == len(counting):
        return Told(False, _origins(counting), _newest(counting), because=INHERITED)
    shown = inherited if atom.origin == "germline" else counting
    names = sorted({name for v in shown for name in protein_changes(v)})
    return Told(
        True,
        _origins(shown),
        _newest(shown),
        next((v.laboratory for v in shown if v.laboratory), ""),
        said=" and ".join(f"p.{name}" for name in names[:2]),
        germline=len(inherited) == len(shown),
        unsure=any(v.text_only for v in shown),
    )


def _missing(atom: Atom, usable: Sequence[Variant], present: Sequence[Variant], known: Biomarkers) -> Told:
    """Not found: is it known to be absent?"""
    absent = [v for v in usable if not_there(v)]
    whole = [v for v in absent if _names_nothing(v)]
    if whole and not present:
        return Told(False, _origins(whole), _newest(whole))
    this = [v for v in absent if atom.kind != "mutation" and _is(atom, v, known)]
    if this:
        return Told(False, _origins(this), _newest(this))
    small = [v for v in present if v.coding or v.protein]
    if atom.kind in SMALL and small:
        doubtful = atom.kind == "mutation" and any(significance(v) in ("uncertain", "conflict") for v in small)
        return Told(False, _origins(small), _newest(small), because=UNCERTAIN if doubtful else "", unsure=doubtful)
    return UNTESTED


def _names_nothing(variant: Variant) -> bool:
    """Absent as a whole: the gene was looked at, and nothing was found."""
    named = variant.coding or variant.protein or variant.genomic or variant.ids or variant.text or variant.place.start is not None
    return not named and len(variant.genes) == 1


def _is(atom: Atom, variant: Variant, known: Biomarkers) -> bool | None:
    """Is this variant the one? None: it may be."""
    return _KINDS[atom.kind](atom, variant, known)


def _protein(atom: Atom, variant: Variant, known: Biomarkers) -> bool | None:
    own = protein_changes(variant)
    other = _by_other_names(atom.gene, variant, known.alleles)
    if own:
        return atom.change in own if len(own | other) == 1 else None if atom.change in own | other else False
    if other:
        return atom.change in other
    return None if (variant.coding or variant.genomic or variant.protein) and not changes(variant) else False


def _by_other_names(gene: str, variant: Variant, alleles: Alleles) -> frozenset[str]:
    """Protein changes that its coding names and places are known to make."""
    names = [locus.spdi for locus in loci(variant)]
    names += [f"{n.accession}:{n.change}" if n.accession else n.change for n in nucleotide_changes(variant)]
    found = {alleles[gene, name] for name in names if (gene, name) in alleles}
    return frozenset(found)


def _codon(atom: Atom, variant: Variant, known: Biomarkers) -> bool | None:
    own = protein_changes(variant) or _by_other_names(atom.gene, variant, known.alleles)
    if any(name[1:-1] == atom.change and name[-1] not in "=*" for name in own):
        return True
    return None if not own and variant.coding and not changes(variant) else False


def _mutation(atom: Atom, variant: Variant, known: Biomarkers) -> bool | None:
    """Only what the laboratory calls pathogenic: a polymorphism of the gene is no mutation of it."""
    if _structural(variant, known):
        return False
    return counts(variant)


def _truncating(atom: Atom, variant: Variant, known: Biomarkers) -> bool | None:
    return any(c.kind in ("nonsense", "fs") for c in changes(variant)) or breaks_splicing(variant)


def _named(atom: Atom, variant: Variant, known: Biomarkers) -> bool | None:
    alteration = known.alterations.get((atom.gene, atom.change))
    if alteration is None:
        return None
    if alteration.harmful and not counts(variant):
        return False
    own = changes(variant)
    if any(change.name in alteration.excepted for change in own):
        return False
    if any(word in _words(variant) for word in alteration.words):
        return True
    edges = {*alteration.edges, *(edge.rpartition(":")[2] for edge in alteration.edges)}
    if splice_changes(variant) & {*alteration.splice, *edges}:
        return True
    return any(_belongs(change, alteration) for change in own)


def _belongs(change: Change, of: Alteration) -> bool:
    if change.kind not in of.changes or change.name in of.excepted:
        return False
    if of.residues and not any(change.name.startswith(r) and not change.name[len(r) : len(r) + 1].isdigit() for r in of.residues):
        return False
    fits = of.codons[0] <= change.start and change.end <= of.codons[1]
    return fits and not (of.net == "loss" and change.net >= 0) and not (of.net == "gain" and change.net <= 0)


def _fusion(atom: Atom, variant: Variant, known: Biomarkers) -> bool | None:
    if not _structural(variant, known):
        return False
    partners = _partners(variant, known)
    return atom.gene in partners and (not atom.partner or atom.partner in partners)


def _partners(variant: Variant, known: Biomarkers) -> frozenset[str]:
    found = {*partners_in_words(variant, known.genes)}
    for concept in variant.genes:
        coded, named = genes_named(concept, known.genes)
        found |= coded or named
    return frozenset(found)


def _structural(variant: Variant, known: Biomarkers) -> bool:
    """A fusion or rearrangement: two genes and no small change, or said in words or codes."""
    if variant.coding or variant.protein:
        return False
    if partners_in_words(variant, known.genes) or any(word in _words(variant) for word in ("fusion", "rearrange", "translocation")):
        return True
    return len(variant.genes) == 2 and not _of_copies(variant)


def _of_copies(variant: Variant) -> bool:
    """Two genes that are lost or gained together are no fusion."""
    return copy_number(variant) is not None or "amplif" in _words(variant)


def _words(variant: Variant) -> str:
    """Its words, in lower case; what they deny is left out."""
    said = (variant.text, variant.change.label, *(c.label for c in variant.consequence))
    return " ".join(words for words in said if not denied(words)).lower()


def _amplification(atom: Atom, variant: Variant, known: Biomarkers) -> bool | None:
    copies = copy_number(variant)
    said = (variant.change, *variant.consequence)
    if any(c.code == _AMPLIFIED for concept in said for c in concept.codings) or "amplif" in _words(variant):
        return True
    return None if copies is not None and copies.change != "loss" else False


def _loss(atom: Atom, variant: Variant, known: Biomarkers) -> bool | None:
    """Both copies: none is left. A loss without a number may be of one copy."""
    copies = copy_number(variant)
    if copies is None:
        return False
    return True if copies.count == 0 else None if copies.count is None and copies.change == "loss" else False


_KINDS: dict[str, Callable[[Atom, Variant, Biomarkers], bool | None]] = {
    "protein": _protein,
    "codon": _codon,
    "mutation": _mutation,
    "truncating": _truncating,
    "named": _named,
    "fusion": _fusion,
    "amplification": _amplification,
    "loss": _loss,
}


def _origins(variants: Sequence[Variant]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v.origin for v in variants))


def _newest(variants: Sequence[Variant]) -> str:
    return max((v.effective[:10] for v in variants), default="")
