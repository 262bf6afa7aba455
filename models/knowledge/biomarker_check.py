"""Agreement of rows on tumour therapies: tumours, genes and alterations are known, sources' terms name them, no row contradicts another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from models.knowledge.biomarker_terms import read_atom, spelled
from models.knowledge.biomarker_types import SOLID, Atom, Biomarkers, TherapyRow
from models.knowledge.clinical_types import Clinical
from models.knowledge.marker_files import atom_fault, marker_faults
from models.knowledge.source_block import Source
from models.knowledge.tumour_word_files import tumour_word_faults
from models.knowledge.types import Knowledge

SPEAKS_FOR, SPEAKS_AGAINST = ("sensitivity", "no resistance"), ("resistance", "no benefit")
DISAGREE = "contradicted by"  #: a row that others contradict says so in its note
SOLID_WORDS = ("solid tumor", "solid malignanc")
_DIGEST = re.compile(r"[0-9a-f]{12}")
SourceFaults = Callable[[Source, str], Iterable[str]]


def biomarkers_agree(knowledge: Knowledge, source_faults: SourceFaults) -> list[str]:
    """Faults of rows on tumour therapies, of the words that check them, and of markers."""
    known, codes = knowledge.biomarkers, tumour_codes(knowledge.clinical)
    faults = [*biomarker_faults(known, codes, source_faults)]
    if known.words is not None:
        faults += tumour_word_faults(known.words, codes, "biomarkers/tumour_words.toml")
    if known.markers is not None:
        faults += marker_faults(known.markers, knowledge.clinical, "biomarkers/markers.toml")
    return faults


def biomarker_faults(known: Biomarkers, codes: frozenset[str], source_faults: SourceFaults) -> Iterator[str]:
    """`codes`: OncoTree codes of every type of tumour known."""
    ids: set[str] = set()
    for row in known.rows:
        where = f"biomarkers: row {row.id}"
        if row.id in ids:
            yield f"{where}: the id stands twice; a card names rows by it, so give one of them another"
        ids.add(row.id)
        yield from _tumour_faults(row, codes, where)
        yield from (fault for group in row.biomarkers for term in group for fault in _atom_faults(term.atom, known, where))
        if row.level == "label":
            yield from _label_faults(row, known, where)
        if not row.url.startswith("https://"):
            yield f"{where}: url '{row.url}' is no https address; write the source's"
    for source in dict.fromkeys(row.source for row in known.rows):
        yield from source_faults(source, f"biomarkers: {source.body}")
    yield from _contradictions(known.rows)
    for code, texts in known.implied.items():
        if code not in codes:
            yield f"biomarkers/implied.toml: '{code}' is no type of clinical/tumours.toml; correct it"
        yield from (fault for text in texts for fault in _atom_faults(read_atom(text), known, f"biomarkers/implied.toml: {code}"))


def tumour_codes(clinical: Mapping[str, Clinical]) -> frozenset[str]:
    return frozenset(name.tumour.oncotree for name in clinical.values() if name.tumour is not None)


def _tumour_faults(row: TherapyRow, codes: frozenset[str], where: str) -> Iterator[str]:
    for code in (*row.tumours, *row.excepted):
        if code not in codes and code != SOLID:
            yield f"{where}: tumour '{code}' is not in clinical/tumours.toml; correct it or add the type there"
    if row.age_from is not None and row.age_below is not None and row.age_from >= row.age_below:
        yield f"{where}: age_from {row.age_from} is not below age_below {row.age_below}; nobody would be meant"


def _atom_faults(atom: Atom, known: Biomarkers, where: str) -> Iterator[str]:
    for gene in filter(None, (atom.gene, atom.partner)):
        if known.genes.get(("", gene.upper())) != gene:
            yield f"{where}: gene '{gene}' of '{atom.text}' is not in genes.tsv; correct the symbol or add the gene"
    if atom.kind == "named" and (atom.gene, atom.change) not in known.alterations:
        yield f"{where}: '{atom.text}' is not in alterations.toml; correct it, or write there which changes are meant"
    if known.markers is not None and (fault := atom_fault(atom, known.markers)):
        yield f"{where}: {fault}"


def _label_faults(row: TherapyRow, known: Biomarkers, where: str) -> Iterator[str]:
    """Do the label's own terms name each biomarker and each tumour of the row?"""
    if not _DIGEST.fullmatch(row.digest):
        yield f"{where}: digest must be the first 12 characters of the sha256 of the indication that was read"
    said = " ; ".join(row.biomarker_words).lower()
    for atom in dict.fromkeys(term.atom for group in row.biomarkers for term in group):
        if lost := [names for names in named_by(atom, known) if not any(_stands(word, said) for word in names)]:
            yield f"{where}: the label's terms ({said}) do not name '{atom.text}' ({' or '.join(lost[0])}); read the label again"
    said = " ; ".join(row.tumour_words).lower()
    words = known.words.words if known.words else {}
    for code in row.tumours:
        names = SOLID_WORDS if code == SOLID else words.get(code, ())
        if not any(_stands(word, said) for word in names):
            yield f"{where}: the label's terms ({said}) do not name tumour '{code}'; read the label again, or add the word"


def _stands(word: str, said: str) -> bool:
    """As a whole word: "er" does not stand in "cancer"."""
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", said) is not None


def _contradictions(rows: Iterable[TherapyRow]) -> Iterator[str]:
    """Rows that say opposite things of the same medicines, biomarkers and tumours, where neither says so."""
    seen: dict[tuple[object, ...], list[TherapyRow]] = {}
    for row in rows:
        seen.setdefault((row.medicines, spelled(row.biomarkers), frozenset(row.tumours)), []).append(row)
    for same in seen.values():
        against = [row for row in same if row.direction in SPEAKS_AGAINST]
        for row in against:
            silent = [r for r in same if r.direction in SPEAKS_FOR and DISAGREE not in r.note and DISAGREE not in row.note]
            for other in silent:
                yield f"biomarkers: rows {row.id} and {other.id} say opposite things; note in one of them '{DISAGREE} ID', or correct it"


def named_by(atom: Atom, known: Biomarkers) -> tuple[tuple[str, ...], ...]:
    """What must stand in a label's terms for this atom: one of each tuple."""
    words = known.gene_words
    marker = known.markers.kinds.get(atom.marker) if known.markers is not None else None
    told = [marker.words if marker is not None else words.get(atom.gene, (atom.gene.lower(),))]
    if atom.partner:
        told.append(words.get(atom.partner, (atom.partner.lower(),)))
    if atom.kind == "protein":
        told.append((atom.change.lower(), *words.get(atom.text, ())))
    return tuple(told)
