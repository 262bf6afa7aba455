"""Reads a scoring file of the PGS Catalog (format 2.0, harmonised or not) as a genetic score. It refuses what it could only guess at.

Source: the Catalog's description of its files (pgscatalog.org/downloads, of which stored copies of 2020 to 2022 were read in part), and
headers of files that others show. Supported are additive weights; what counts otherwise (dominant, haplotypes, interactions) is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.errors import KnowledgeError
from models.knowledge.score_files import finite
from models.knowledge.score_types import ScoredVariant, VariantScore
from models.knowledge.source_block import Source

_BUILDS = {"grch37": "GRCh37", "hg19": "GRCh37", "grch38": "GRCh38", "hg38": "GRCh38"}
_RATIOS = frozenset({"or", "hr", "rr", "odds ratio", "hazard ratio"})  #: of these the logarithm adds up, not they themselves
_KINDS = ("is_haplotype", "is_diplotype", "is_interaction", "is_dominant", "is_recessive")
_BY_DOSAGE = ("dosage_0_weight", "dosage_1_weight", "dosage_2_weight")
_SAID_ONCE = frozenset({"pgs_id", "genome_build", "hmpos_build", "weight_type", "variants_number"})
_NO = frozenset({"", "false", "0", "na", "nr"})
_FACING = str.maketrans("ACGT", "TGCA")
_CHROMOSOMES = frozenset({*map(str, range(1, 23)), "X", "Y", "MT"})
_MOST = 5_000_000  #: lines: beyond, it is no scoring file


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a line what stands; -1: nowhere."""

    at: Mapping[str, int]
    chromosome: str
    position: str

    def cell(self, cells: Sequence[str], name: str) -> str:
        at = self.at.get(name, -1)
        return cells[at].strip() if 0 <= at < len(cells) else ""


def read_pgs(text: str, where: str, retrieved: str) -> VariantScore:
    """The score of one file's text; `where` is its name, `retrieved` the ISO date of its download.

    Raises KnowledgeError with line and remedy where the file is no scoring file, says no genome build, has weights that do not add up,
    or the same allele twice. Single variants that cannot be counted safely stay in the score as `unusable` and lower its coverage.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > _MOST:
        raise KnowledgeError(f"{where}: has more than {_MOST} lines; it is no scoring file")
    header, start = _header(lines, where)
    harmonised = bool(header.get("hmpos_build"))
    build = _build(header, where)
    _check_weight_type(header.get("weight_type", ""), where)
    columns = _columns(lines, start, harmonised, where)
    rows = [
        (number, _variant(columns, line.split("\t"), f"{where}: line {number}", harmonised))
        for number, line in enumerate(lines[start + 1 :], start + 2)
        if line.strip()
    ]
    if not rows:
        raise KnowledgeError(f"{where}: has no variants; download it again, the file may have been cut short")
    variants = _checked(rows, where)
    _check_count(header, variants, where)
    name = header.get("pgs_id", "")
    return VariantScore(
        id=name,
        label=header.get("trait_reported") or header.get("pgs_name") or name,
        build=build,
        variants=variants,
        source=_source(header, where, retrieved),
        strand_known=False,
        ancestry=header.get("ancestry", ""),
    )


def _header(lines: Sequence[str], where: str) -> tuple[dict[str, str], int]:
    """The lines of #key=value, and the index of the line of columns."""
    found: dict[str, str] = {}
    for at, line in enumerate(lines):
        if not line.startswith("#"):
            if not found.get("pgs_id"):
                break
            return found, at
        if not line.startswith("##") and "=" in line:
            key, _, value = (part.strip() for part in line[1:].partition("="))
            if found.setdefault(key.lower(), value) != value and key.lower() in _SAID_ONCE:
                raise KnowledgeError(f"{where}: line {at + 1} says #{key} again, and otherwise; download the file again")
    raise KnowledgeError(f"{where}: has no line #pgs_id=… before its columns; take the file from the PGS Catalog as it is")


def _build(header: Mapping[str, str], where: str) -> str:
    said = header.get("hmpos_build") or header.get("genome_build", "")
    build = _BUILDS.get(said.strip().lower(), "")
    if not build:
        raise KnowledgeError(f"{where}: genome build '{said or 'not said'}' is not known; take the harmonised file (…_hmPOS_GRCh38.txt)")
    return build


def _check_weight_type(kind: str, where: str) -> None:
    if kind.strip().lower() in _RATIOS:
        raise KnowledgeError(f"{where}: weight_type {kind} does not add up; give a file of their logarithms (beta)")


def _columns(lines: Sequence[str], start: int, harmonised: bool, where: str) -> _Columns:
    names = [name.strip() for name in lines[start].split("\t")]
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise KnowledgeError(f"{where}: line {start + 1} has the column {twice[0]} twice; keep one")
    chromosome, position = ("hm_chr", "hm_pos") if harmonised else ("chr_name", "chr_position")
    needed = ("effect_allele", "effect_weight", chromosome, position)
    if "effect_weight" not in names and set(_BY_DOSAGE) & set(names):
        raise KnowledgeError(f"{where}: line {start + 1} has weights by dosage; only weights that add up copy by copy are read")
    if lost := [name for name in needed if name not in names]:
        why = "its columns must be separated by tabs" if len(names) == 1 else "take the harmonised file (…_hmPOS_GRCh38.txt)"
        raise KnowledgeError(f"{where}: line {start + 1} has no column {lost[0]}; {why}")
    return _Columns({name: at for at, name in enumerate(names)}, chromosome, position)


def _variant(columns: _Columns, cells: Sequence[str], where: str, harmonised: bool) -> ScoredVariant:
    if len(cells) > len(columns.at):
        raise KnowledgeError(f"{where} has more cells than there are columns; the file may be damaged, download it again")
    kind = next((name for name in _KINDS if columns.cell(cells, name).lower() not in _NO), "")
    if kind := kind or next((name for name in _BY_DOSAGE if columns.cell(cells, name)), ""):
        raise KnowledgeError(f"{where}: {kind} is set; only weights that add up copy by copy are read, so this score cannot be used here")
    _check_weight_type(columns.cell(cells, "weight_type"), where)  # a column of older files
    weight = finite(columns.cell(cells, "effect_weight"), f"{where}: effect_weight", "download the file again")
    rsid = columns.cell(cells, "rsID") or columns.cell(cells, "hm_rsID")
    rsid = rsid if rsid.startswith("rs") and rsid[2:].isdigit() else ""
    effect = columns.cell(cells, "effect_allele").upper()
    other = (columns.cell(cells, "other_allele") or (columns.cell(cells, "hm_inferOtherAllele") if harmonised else "")).upper()
    chromosome, position = columns.cell(cells, columns.chromosome).removeprefix("chr"), columns.cell(cells, columns.position)
    why = _unusable(chromosome, position, effect, other, rsid)
    place = int(position) if position.isdigit() else 0
    variant = ScoredVariant(rsid, rsid, chromosome, place, effect, other, weight, unusable=why)
    return variant if rsid else replace(variant, id=_placed(variant))


def _unusable(chromosome: str, position: str, effect: str, other: str, rsid: str) -> str:
    """Why it cannot be counted, or "". Frequencies would tell strands apart by and large, which is a guess about one person."""
    if not effect or not set(effect) <= set("ACGT"):
        return "its counted allele is no bases"
    if not other or not set(other) <= set("ACGT"):
        return "the file does not say its other allele, or names several"
    if effect == other:
        return "both of its alleles are the same"
    if chromosome not in _CHROMOSOMES or not position.isdigit() or position == "0":
        return "it has no place on this build" if not rsid else "it has no place on this build, and a dbSNP id alone tells no strand"
    if len(effect) == 1 and effect == other.translate(_FACING):
        return "A/T or C/G: the file does not say on which strand"
    return ""


def _checked(rows: Sequence[tuple[int, ScoredVariant]], where: str) -> tuple[ScoredVariant, ...]:
    """Refuses one allele counted twice; several changes at one place are kept out of the sum."""
    first: dict[tuple[str, int, str], int] = {}
    for number, v in rows:
        key = (v.chromosome, v.position, v.effect)
        if v.position and key in first:
            raise KnowledgeError(f"{where}: line {number} counts the allele of line {first[key]} again; keep one of them")
        first[key] = number
    places = Counter((v.chromosome, v.position) for _, v in rows if v.position)
    names = Counter(v.id for _, v in rows)
    found = []
    for _, v in rows:
        if names[v.id] > 1:
            v = replace(v, id=_placed(v))
        if places[v.chromosome, v.position] > 1:
            v = replace(v, unusable=v.unusable or "several alleles are counted at its place")
        found.append(v)
    return tuple(found)


def _placed(v: ScoredVariant) -> str:
    return f"{v.chromosome}:{v.position}:{v.other}:{v.effect}"


def _check_count(header: Mapping[str, str], variants: Sequence[ScoredVariant], where: str) -> None:
    said = header.get("variants_number", "").replace(",", "")
    if said.isdigit() and int(said) != len(variants):
        because = f"says {said} variants and holds {len(variants)}"
        raise KnowledgeError(f"{where}: {because}; the file was cut short or changed, so download it again")


def _source(header: Mapping[str, str], where: str, retrieved: str) -> Source:
    return Source(
        body=f"PGS Catalog; {header.get('citation') or 'publication not named'}",
        version=header["pgs_id"],
        date=header.get("hmpos_date") or "not said",
        url=f"https://www.pgscatalog.org/score/{header['pgs_id']}/",
        retrieved=retrieved,
        data=where,
        note=f"licence as the file says it: {header.get('license') or 'not said'}",
    )
