"""A site's codes.toml: what its own codes of results, values and medicines mean. They add to what is known, and change nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, get_args

from models.codes import LOINC
from models.errors import KnowledgeError
from models.knowledge.local_types import LocalCodes, LocalResult, LocalValue, ResultKind
from models.knowledge.reviewed_rows import Faults, Read, ReadRow, Reviewed, as_uri, plain, read_head, read_rows
from models.knowledge.shape import Table
from models.knowledge.site_codes import SiteCode, site_code
from models.knowledge.types import Gene, Knowledge

KINDS = ("result", "value", "drug")
MOST_RESULTS = 100  #: each lengthens the search that an EHR makes at every call
#: what may stand in a search without changing it: no comma, bar, ampersand, per cent or brace
_SYSTEM = re.compile(r"(?:https?://|urn:)[A-Za-z0-9._~:/-]{1,190}")
_CODE = re.compile(r"[A-Za-z0-9._~:/-]{1,64}")
_ADDS = "A site's codes add to what is known, and never change it."


@dataclass(frozen=True, slots=True)
class Shared:
    """What the floor above knows of codes in general, which a site may not change."""

    canonical: Callable[[str], str] = str
    general: Collection[tuple[str, str]] = ()  #: codes under which results of any gene come
    meant: Callable[[str, str], LocalValue | None] = lambda system, written: None  #: of a value's code, or of a text (system "")
    readable: Callable[[LocalValue], bool] = lambda value: True  #: can what it means be read from its standard words?


@dataclass(frozen=True, slots=True)
class CodesFile:
    """The whole file."""

    local: LocalCodes
    drugs: tuple[SiteCode, ...]
    reviewed: tuple[tuple[str, Reviewed], ...]  #: place of each row, and who answers for it
    owner: str


def read_codes(values: Mapping[str, Any], where: str, knowledge: Knowledge, shared: Shared | None = None) -> CodesFile:
    """Raises KnowledgeError with every fault, each with file and row."""
    shared, faults = shared or Shared(), Faults()
    owner = read_head(values, where, KINDS, faults)
    rows = {kind: list(read_rows(values, where, kind, members, faults)) for kind, members in _MEMBERS.items()}
    if len(rows["result"]) > MOST_RESULTS:
        faults.add(f"{where}: {len(rows['result'])} results; {MOST_RESULTS} are the most, since the search at every call names each")
    results = _by_code(((row, _result(row, knowledge, shared)) for row in rows["result"]), faults)
    texts = [row for row in rows["value"] if row.values["text"]]
    codes = [row for row in rows["value"] if not row.values["text"]]
    local = LocalCodes(
        MappingProxyType(results),
        MappingProxyType(_by_code(((row, _value(row, knowledge, shared)) for row in codes), faults)),
        MappingProxyType(_by_code(((row, _value(row, knowledge, shared)) for row in texts), faults)),
    )
    drugs = _drugs(rows["drug"], knowledge, shared, faults)
    faults.refuse_any(_ADDS)
    return CodesFile(local, drugs, tuple((row.place, row.reviewed) for kind in KINDS for row in rows[kind]), owner)


def _by_code(read: Iterator[tuple[ReadRow, tuple[tuple[str, str], Any] | str]], faults: Faults) -> dict[tuple[str, str], Any]:
    """Rows by what they are found by; a row that is a sentence tells why it is none."""
    found: dict[tuple[str, str], Any] = {}
    for row, said in read:
        if isinstance(said, str):
            faults.add(f"{row.place} {said}")
        elif said[0] in found:
            faults.add(f"{row.place} says again what '{said[0][1]}' means; keep one row")
        else:
            found[said[0]] = said[1]
    return found


def _result(row: ReadRow, knowledge: Knowledge, shared: Shared) -> tuple[tuple[str, str], LocalResult] | str:
    said = row.values
    system, code, gene = shared.canonical(as_uri(said["system"])), said["code"], knowledge.genes.get(said["gene"])
    if not _SYSTEM.fullmatch(system) or not _CODE.fullmatch(code):
        return f"'{system}|{code}' cannot be searched: give a system as URL, urn or OID, and a code of letters, digits and . _ ~ : / -"
    if gene is None:
        return f"names gene '{said['gene']}', which is not known here; correct the symbol"
    if (system, code) in shared.general:
        return f"gives '{code}' a gene, but results of any gene come under it; remove the row"
    if other := _other_gene(system, code, gene, knowledge):
        return f"says that '{code}' is {gene.symbol}, but it is known here for {other}; remove the row"
    if (said["kind"] == "allele") != (gene.method == "presence"):
        return f"is of kind '{said['kind']}', which results of {gene.symbol} are not; correct one of the two"
    if said["kind"] == "activity score" and gene.method != "score":
        return f"is an activity score, which {gene.symbol} has none of; correct the kind"
    loinc = next((c for c, allele in gene.presence_loinc.items() if allele == said["allele"]), "")
    if said["kind"] != "allele" and said["allele"]:
        return "has an `allele`, which the kind 'allele' alone has; remove it"
    if said["kind"] == "allele" and not loinc:
        tested = ", ".join(gene.presence_loinc.values()) or "none"
        return f"needs the `allele` that is tested, and of {gene.symbol} those that have a test here ({tested}); correct it"
    return (system, code), LocalResult(gene.symbol, gene.hgnc, said["kind"], loinc)


def _other_gene(system: str, code: str, gene: Gene, knowledge: Knowledge) -> str:
    """The gene that a LOINC code is known for, where it is another one."""
    if system != LOINC:
        return ""
    return next((g.symbol for g in knowledge.genes.values() if g is not gene and (code in g.loinc or code in g.presence_loinc)), "")


def _value(row: ReadRow, knowledge: Knowledge, shared: Shared) -> tuple[tuple[str, str], LocalValue] | str:
    said = row.values
    system = shared.canonical(as_uri(said["system"]))
    written = said["text"] or said["code"]
    value = LocalValue(said["gene"], said["phenotype"], said["diplotype"], said["present"])
    if bool(said["text"]) == bool(said["code"]):
        return "needs one of `code` and `text`: the code of the value, or its whole text"
    if sum((bool(value.phenotype), bool(value.diplotype), value.present is not None)) != 1:
        return "needs one of `phenotype`, `diplotype` and `present`: what the value means"
    if because := _unknown(value, knowledge):
        return because
    if not shared.readable(value):
        said_so = value.phenotype or value.diplotype
        return f"means '{said_so}', for which results have no standard words; have the laboratory send the genotype"
    known = shared.meant("" if said["text"] else system, written)
    if known is not None and (known.phenotype, _level(known.diplotype), known.present) != (
        value.phenotype,
        _level(value.diplotype),
        value.present,
    ):
        return f"changes what '{written}' means here ({known.phenotype or known.diplotype or 'present or absent'}); remove the row"
    return (system, written), value


def _unknown(value: LocalValue, knowledge: Knowledge) -> str:
    """What the row names and no gene has; "" where all is known."""
    if value.gene and value.gene not in knowledge.genes:
        return f"names gene '{value.gene}', which is not known here; correct the symbol"
    genes = [knowledge.genes[value.gene]] if value.gene else list(knowledge.genes.values())
    if value.phenotype and not any(value.phenotype in gene.phenotypes for gene in genes):
        return f"means '{value.phenotype}', which is no phenotype of {value.gene or 'any gene'} here; correct the term"
    if not value.diplotype:
        return ""
    if not value.gene:
        return "means a diplotype, and needs `gene`"
    alleles = value.diplotype.split("/")
    if len(alleles) != 2 or any(_level(allele) not in genes[0].spellings for allele in alleles):
        return f"means '{value.diplotype}', which is not two alleles of {value.gene}, as in '*1/*2'; correct it"
    return ""


def _level(written: str) -> str:
    return "".join(written.split()).lower()


def _drugs(rows: list[ReadRow], knowledge: Knowledge, shared: Shared, faults: Faults) -> tuple[SiteCode, ...]:
    """As lines of the older file of codes, and by the same rules."""
    names = {drug.name: key for key, drug in knowledge.drugs.ingredients.items()}
    found: dict[tuple[str, str], SiteCode] = {}
    for row in rows:
        said, by = row.values, row.reviewed
        system = as_uri(said["system"])
        cells = (system, said["code"], "|".join(said["ingredients"]), said["route"], by.owner, by.reason, by.review_by.isoformat())
        try:
            code = site_code(cells, row.place, knowledge.drugs, names, shared.canonical)
        except KnowledgeError as error:
            faults.add(str(error))
            continue
        key = (code.system, code.code)
        if key in found or knowledge.drugs.own.get(key, code.product) != code.product:
            faults.add(f"{row.place} says again what code '{code.code}' means; keep one row, or one file")
        found[key] = code
    return tuple(found.values())


def _kind(table: Table) -> ResultKind:
    kind: ResultKind = table.choice("kind", get_args(ResultKind))
    return kind


_MEMBERS: Mapping[str, Mapping[str, Read]] = {
    "result": {
        "system": plain("system"),
        "code": plain("code"),
        "gene": plain("gene"),
        "kind": _kind,
        "allele": plain("allele", default=""),
    },
    "value": {
        "system": plain("system"),
        "code": plain("code", default=""),
        "text": plain("text", default=""),
        "gene": plain("gene", default=""),
        "phenotype": plain("phenotype", default=""),
        "diplotype": plain("diplotype", default=""),
        "present": lambda table: table.flag("present", None),
    },
    "drug": {
        "system": plain("system"),
        "code": plain("code"),
        "ingredients": lambda table: table.texts("ingredients"),
        "route": plain("route", default=""),
    },
}
