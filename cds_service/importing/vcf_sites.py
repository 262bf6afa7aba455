"""From the records of one sample to what stands at each defined position. What is doubtful counts as not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cds_service.errors import InputError
from cds_service.importing.alignment import left_at, trimmed
from models.features.sites import OTHER, SiteCall
from models.knowledge.definition_types import GeneDefinitions, Site

if TYPE_CHECKING:
    from vcfpy.record import Record

FILTERED = "did not pass the caller's filters"
NO_CALL = "not called"
CONTRADICTORY = "told differently by several records"
TOO_MANY = "called with more than two alleles"
_DEPTHS = ("DP", "GQ", "MIN_DP")  #: 0 in any: nothing was seen, whatever genotype the caller wrote
_STAR = "*"  #: lies under a deletion that another record tells
_REACHED = "reached"  #: lies under a deletion that this record tells and a definition has
UNSEEN = frozenset({"*", ".", "<NON_REF>", "<*>"})  #: alternatives that are no change: of another record, or none
_Bases = tuple[str | None, ...]


@dataclass(slots=True)
class _Seen:
    """What the records said of one position so far."""

    covered: set[int] = field(default_factory=set)
    calls: dict[tuple[_Bases, str], None] = field(default_factory=dict)  #: (bases, phase)
    claims: dict[str, set[tuple[bool, ...]]] = field(default_factory=dict)  #: alternative → on which chromosomes, by each record
    problem: str = ""


@dataclass(frozen=True, slots=True)
class GeneSites:
    """One gene: what stands where, and why other positions were not read ("" in no record at all)."""

    calls: Mapping[int, SiteCall]
    unread: Mapping[int, str]


class Tally:
    """Adds up the records of one gene."""

    def __init__(self, defined: GeneDefinitions) -> None:
        self.defined = defined
        self._seen: dict[int, _Seen] = {}
        self._defined = {trimmed(s.position, s.reference, base) for s in defined.sites.values() for base in s.alternatives}

    def add(self, record: Record, sample: str) -> None:
        ref, written, alleles = record.REF.upper(), alternatives(record), allele_numbers(record, sample)
        structural = {number for number, allele in enumerate(written, 1) if allele not in UNSEEN and not allele.isalpha()}
        if structural and not structural.intersection(alleles):
            return  # such a record tells nothing of the bases where the change it looked for was not found
        end = last_base(record, written)
        for site in self.defined.sites.values():
            if not (site.position <= end and site.position + len(site.reference) > record.POS):
                continue
            _check_reference(self.defined, site, record.POS, ref)
            seen = self._seen.setdefault(site.position, _Seen())
            seen.covered.update(range(record.POS, end + 1))
            if isinstance(alleles, str):
                seen.problem = seen.problem or alleles
                continue
            left = [site.reference, *(self._left(site, record.POS, ref, allele) for allele in written)]
            if any(index is not None and index >= len(left) for index in alleles):
                raise InputError("a genotype has an allele number that its record does not list. Check the file with a VCF validator.")
            bases = tuple(None if index is None else left[index] for index in alleles)
            seen.calls[(bases, _phase(record, sample))] = None
            for base in set(left[1:]) - {OTHER, site.reference, _STAR, _REACHED}:
                seen.claims.setdefault(base, set()).add(tuple(sorted(b == base for b in bases)))

    def _left(self, site: Site, position: int, ref: str, allele: str) -> str:
        """What the allele leaves at the site: a base, _STAR, _REACHED, or OTHER for what no definition has."""
        if allele == _STAR:
            return _STAR
        bases = allele.upper()
        if not bases or not set(bases) <= set("ACGT"):
            return OTHER
        found = left_at(site, position, ref, bases)
        # a defined deletion reaches over other positions; its allele is defined with their reference
        return _REACHED if found == OTHER and trimmed(position, ref, bases) in self._defined else found

    def result(self, absent_is_reference: bool) -> GeneSites:
        read: dict[int, tuple[_Bases, str]] = {}
        unread: dict[int, str] = {}
        for position, site in self.defined.sites.items():
            found = _settled(site, self._seen.get(position))
            if isinstance(found, str):
                unread[position] = found
            else:
                read[position] = found
        if absent_is_reference:
            chromosomes = 1 if read and all(len(bases) == 1 for bases, _ in read.values()) else 2
            for position in [p for p, why in unread.items() if not why]:
                read[position] = ((self.defined.sites[position].reference,) * chromosomes, "")
                del unread[position]
        return GeneSites(_phased(read), unread)


def _settled(site: Site, seen: _Seen | None) -> tuple[_Bases, str] | str:
    """What stands at the position with its phase, or why it counts as not read."""
    if seen is None:
        return ""
    if seen.problem:
        return seen.problem
    if any(len(told) > 1 for told in seen.claims.values()) or len({len(bases) for bases, _ in seen.calls}) > 1:
        return CONTRADICTORY
    calls = _without_deletions(site, seen.calls)
    changed = [(bases, phase) for bases, phase in calls if any(base != site.reference for base in bases)]
    if not changed:
        whole = seen.covered.issuperset(range(site.position, site.position + len(site.reference)))
        return calls[0] if whole else ""
    return changed[0] if len(changed) == 1 else _joined(site, [bases for bases, _ in changed])


def _without_deletions(site: Site, calls: Iterable[tuple[_Bases, str]]) -> list[tuple[_Bases, str]]:
    """Under a defined deletion stands the reference, as in its allele's definition; under any other nothing is known."""
    defined = any(_REACHED in bases for bases, _ in calls)
    own = [(bases, phase) for bases, phase in calls if not {_STAR, _REACHED}.intersection(bases)]
    if any(base != site.reference for bases, _ in own for base in bases):
        calls = own  # the deletion that others lie under is this very one
    stands = {_REACHED: site.reference, _STAR: site.reference if defined else None}
    return list(dict.fromkeys((tuple(stands.get(str(base), base) for base in bases), phase) for bases, phase in calls))


def _joined(site: Site, changed: list[_Bases]) -> tuple[_Bases, str] | str:
    """A position with two alternatives, split into two records: each tells one, and the reference for the other."""
    others = [base for bases in changed for base in bases if base != site.reference]
    if len(set(others)) == len(others) <= len(changed[0]):
        return tuple(sorted(others, key=str)), ""
    return CONTRADICTORY


def _phased(read: Mapping[int, tuple[_Bases, str]]) -> dict[int, SiteCall]:
    """Without a phase set, '|' counts only where every mixed position of the gene that has none bears it."""
    mixed = [phase for bases, phase in read.values() if len(set(bases)) > 1]
    whole = "" not in mixed
    return {
        position: SiteCall(bases, phase if phase.startswith("set ") or whole else "") for position, (bases, phase) in sorted(read.items())
    }


def _phase(record: Record, sample: str) -> str:
    data = record.call_for_sample[sample].data
    if "|" not in str(data.get("GT") or ""):
        return ""
    stated = data.get("PS")
    return f"set {stated}" if stated not in (None, ".", []) else "|"


def allele_numbers(record: Record, sample: str) -> tuple[int | None, ...] | str:
    """The allele numbers of the sample, or why there are none."""
    call = record.call_for_sample[sample]
    numbers = call.gt_alleles
    if not numbers or all(number is None for number in numbers) or any(_zero(call.data.get(name)) for name in _DEPTHS):
        return NO_CALL
    if [name for name in record.FILTER if name != "PASS"] or _failed(call.data.get("FT")):
        return FILTERED
    return tuple(numbers) if len(numbers) <= 2 else TOO_MANY


def _zero(value: Any) -> bool:
    return value is not None and str(value) in ("0", "0.0")


def _failed(value: Any) -> bool:
    named = value if isinstance(value, list) else [value]
    return any(name not in (None, "", ".", "PASS") for name in named)


def alternatives(record: Record) -> list[str]:
    """As written: bases, '*', '<…>' or a breakend."""
    return [str(alt.serialize()) for alt in record.ALT]


def last_base(record: Record, written: Sequence[str]) -> int:
    """The last base that a record tells of: END of a reference block or a structural variant, else the last of REF."""
    stated = record.INFO.get("END")
    last = int(record.POS) + len(record.REF) - 1
    if stated is None or any(allele.isalpha() or allele == "*" for allele in written):
        return last
    return max(last, int(stated[0] if isinstance(stated, list) else stated))


def _check_reference(defined: GeneDefinitions, site: Site, position: int, ref: str) -> None:
    """The file's reference bases must be GRCh38's wherever both are known."""
    for index, base in enumerate(site.reference):
        at = site.position + index - position
        if 0 <= at < len(ref) and ref[at] != base:
            place = f"{defined.chromosome}:{site.position + index}"
            raise InputError(
                f"at {place} the file's reference base is not that of GRCh38, whatever its header says. Nothing of it can be trusted: "
                "find out on which genome it was called."
            )


def tallies(genes: Iterable[GeneDefinitions]) -> dict[str, list[Tally]]:
    """By every name that a file may give the chromosome: "chr10", "10", its RefSeq accession."""
    found: dict[str, list[Tally]] = {}
    for gene in genes:
        tally = Tally(gene)
        for name in (gene.chromosome, gene.chromosome.removeprefix("chr"), gene.refseq):
            found.setdefault(name, []).append(tally)
    return found
