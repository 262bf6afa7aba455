"""The input `genotypes`: genomic Observations as results of one gene each, as reported. It resolves no gene and no allele.

Shapes: Genomics Reporting STU1 to STU3 (genotype, haplotype, therapeutic implication), single-gene LOINC codes with a
genotype or a status as value, and presence tests. What yields no result becomes a Gap that names the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from fhir_mappings.genes import gene_of, named_by_words, several_genes, union
from fhir_mappings.genotype_values import NO_RESULT, Value, read_value
from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.provenance import by_role, derived_from, effective, interpretation, laboratory, source_class, status
from fhir_mappings.resource import concept, kind, latest, mappings, origin
from fhir_mappings.tables import observations, spellings
from models.codes import LOINC, Concept
from models.knowledge.types import Knowledge
from models.patient import Gap, GeneResult, Reason

COUNT = 200
_ROLE_ORDER = ("presence", "genotype", "haplotype", "single", "phenotype")
_Parts = Mapping[str, Sequence[Resource]]  #: components by role
_FULL_ALLELE = re.compile(r"\d+:\d+")


@dataclass(frozen=True, slots=True)
class SingleGene:
    """What the knowledge adds: LOINC codes that name a gene, and those that test for one allele."""

    genes: frozenset[str] = frozenset()
    alleles: Mapping[str, str] = field(default_factory=dict)  #: LOINC code → allele


class _Refused(Exception):
    """This Observation gives no result; the Gap says why. Never leaves this module."""

    def __init__(self, reason: Reason, because: str) -> None:
        super().__init__(because)
        self.reason, self.because = reason, because


def genotypes_input(knowledge: Knowledge) -> Input:
    """The input whose search asks for every code that this knowledge can use."""
    genes = knowledge.genes.values()
    alleles = {code: allele for gene in genes for code, allele in gene.presence_loinc.items()}
    single = SingleGene(frozenset(code for gene in genes for code in gene.loinc), alleles)
    asked = [pair for pair, role in observations().roles.items() if role in _ROLE_ORDER]
    asked += sorted((LOINC, code) for code in single.genes | single.alleles.keys())
    pairs = tuple(dict.fromkeys((name, code) for system, code in asked for name in _asked_names(system)))
    query = ",".join(f"{system}|{code}" for system, code in pairs)
    every = frozenset((name, code) for system, code in asked for name in spellings(system))
    return Input(
        "genotypes",
        f"Observation?patient={{{{context.patientId}}}}&code={query}&_count={COUNT}",
        "Observation",
        partial(read_genotypes, single=single),
        required=True,
        codes=every,
    )


def _asked_names(system: str) -> tuple[str, ...]:
    """LOINC is searched by its URL; the guide's temporary system by all three URLs it has had."""
    return (system,) if system == LOINC else spellings(system)


def read_genotypes(resources: Sequence[Resource], single: SingleGene = SingleGene()) -> Read:
    """One GeneResult or one Gap for each Observation; those entered in error or cancelled leave no trace."""
    newest, dropped = latest(resources), observations().dropped
    seen = [(r, status(r)) for r in newest if kind(r) == "Observation"]
    withdrawn = frozenset(origin(r) for r, stated in seen if stated in dropped)
    results: list[GeneResult] = []
    gaps = [Gap(kind(r), "not_understood", "an Observation was asked for", origin(r)) for r in newest if kind(r) != "Observation"]
    for resource in (r for r, stated in seen if stated not in dropped):
        try:
            result, unread = _read_one(resource, single)
            results.append(result)
            gaps += [Gap("genetic result", "not_understood", f"{path} is not understood", origin(resource)) for path in unread]
        except _Refused as refused:
            gaps.append(Gap("genetic result", refused.reason, refused.because, origin(resource)))
    results, more = _through_derivation(results, withdrawn)
    ordered = sorted(results if len({r.origin for r in results}) == len(results) else dict.fromkeys(results), key=_order)
    return Read(tuple(ordered), tuple(sorted(dict.fromkeys((*gaps, *more)), key=lambda g: (g.origin, g.because))))


def _order(result: GeneResult) -> tuple[str, ...]:
    """The same order whatever the sender's: by origin, then by content."""
    return (result.origin, result.effective, result.status, *result.diplotypes, result.haplotype, result.phenotype, str(result.present))


def _read_one(resource: Resource, single: SingleGene) -> tuple[GeneResult, list[str]]:
    """The result, and the paths beside it that were not understood."""
    if mappings(resource.get("modifierExtension")):
        raise _Refused("not_understood", "Observation.modifierExtension may change its meaning")
    code, parts = concept(resource.get("code")), by_role(resource)
    role = _role(code, single)
    value, unread = _merged(resource, role, parts)
    gene = _gene(resource, code, single, value, parts)
    _check_presence_code(code, single, value)
    return _result(resource, gene, value, role, parts), unread


def _role(named: Concept, single: SingleGene) -> str:
    """What Observation.code makes of the value; a single-gene or presence code outranks a general one."""
    table, roles = observations().roles, set()
    for coding in named.codings:
        roles.add(table.get((coding.system, coding.code), ""))
        if coding.system == LOINC and coding.code in single.alleles:
            roles.add("presence")
        elif coding.system == LOINC and coding.code in single.genes:
            roles.add("single")
    for role in _ROLE_ORDER:
        if role in roles:
            return role
    raise _Refused("not_understood", "Observation.code is none that this service reads")


def _merged(resource: Resource, role: str, parts: _Parts) -> tuple[Value, list[str]]:
    """The value and those components that carry a genotype or a status, as one; contradictions are refused.

    Also the paths that were not understood beside others that were.
    """
    slots = [("Observation.value", read_value(resource, role))]
    for inner in _ROLE_ORDER:
        for component in parts.get(inner, ()):
            slots.append((f"Observation.component ({inner}).value", read_value(component, inner)))
    read = [(path, value) for path, value in slots if value is not None]
    for path, value in read:
        if value.conflict:
            raise _Refused("conflict", f"{path}: {value.conflict}")
    unread = [path for path, value in read if value.not_understood]
    if read and len(unread) == len(read):
        raise _Refused("not_understood", f"{' and '.join(unread)} is not understood")
    if not read:
        return _from_interpretation(resource, role), []
    merged = _join([value for _, value in read if not value.not_understood])
    said = interpretation(resource)
    if merged.present is not None and said is not None and said != merged.present:
        raise _Refused("conflict", "Observation.interpretation contradicts Observation.value")
    return merged, unread


def _from_interpretation(resource: Resource, role: str) -> Value:
    """A presence test without a value may be told by its interpretation; anything else without a value is unread."""
    said = interpretation(resource)
    if role != "presence" or said is None:
        raise _Refused("not_understood", "it has no coded or written value (Observation.value, Observation.component)")
    return Value(present=said, coded=True)


def _join(values: Sequence[Value]) -> Value:
    if len(values) == 1:
        return values[0]
    terms = {v.term for v in values if v.term}
    presences = {v.present for v in values if v.present is not None}
    if len(terms) > 1 or len(presences) > 1:
        raise _Refused("conflict", "its value and its components say different things")
    told = [v for v in values if not v.nothing]
    return Value(
        genotypes=list(dict.fromkeys(g for v in values for g in v.genotypes)),
        term=next(iter(terms), ""),
        words=next((v.words for v in values if v.term), ""),
        present=next(iter(presences), None),
        allele=next((v.allele for v in values if v.allele), ""),
        genes=list(dict.fromkeys(g for v in values for g in v.genes)),
        nothing=not told,
        coded=any(v.coded for v in values),
    )


def _gene(resource: Resource, code: Concept, single: SingleGene, value: Value, parts: _Parts) -> Concept:
    """The gene as coded or written; empty when only a result it was derived from can tell."""
    own = tuple([c for c in code.codings if c.system == LOINC and (c.code in single.genes or c.code in single.alleles)])
    found = gene_of(resource, Concept(own, code.text if own else ""), parts.get("gene", ()))
    if several_genes(found) or len({g.upper() for g in value.genes if "*" not in g}) > 1:
        raise _Refused(
            "not_understood", "it names several genes (Observation.component 48018-6 or its value), and which one it is about is not said"
        )
    return named_by_words(found, value.genes)


def _check_presence_code(code: Concept, single: SingleGene, value: Value) -> None:
    """The code of a presence test implies an allele; no words beside it may name another one."""
    implied = {single.alleles[c.code] for c in code.codings if c.system == LOINC and c.code in single.alleles}
    if not implied:
        return
    words = [code.text, *(c.display for c in code.codings), value.allele]
    written = {number for word in words for number in _FULL_ALLELE.findall(word)}
    meant = {number for allele in implied for number in _FULL_ALLELE.findall(allele)}
    if len(implied) > 1 or (meant and written - meant):
        raise _Refused("conflict", "the code of this presence test and the words beside it name different alleles")


def _result(resource: Resource, gene: Concept, value: Value, role: str, parts: _Parts) -> GeneResult:
    source = source_class(resource, parts.get("source_class", ()))
    if source is None:
        raise _Refused("not_understood", "its genomic source class (48002-0) is none of germline, somatic and donor")
    return GeneResult(
        gene=gene,
        origin=origin(resource),
        status=status(resource),
        effective=effective(resource),
        laboratory=laboratory(resource),
        source_class=source,
        derived_from=derived_from(resource),
        text_only=not value.coded,
        **_filled(value, role),
    )


def _filled(value: Value, role: str) -> dict[str, Any]:
    """The one group of members that this result fills."""
    if value.nothing:
        return {"callable": False, "because": NO_RESULT}
    if value.present is not None:
        if role != "presence" and not value.allele:
            raise _Refused("not_understood", "Observation.value says positive or negative, but not of which allele")
        return {"present": value.present, "presence_of": value.allele}
    if role == "haplotype":
        return {"haplotype": _one_haplotype(value.genotypes)}
    words = value.words if value.term else ""
    return {"diplotypes": tuple(value.genotypes), "phenotype": value.term, "phenotype_text": words}


def _one_haplotype(spellings_found: Sequence[str]) -> str:
    """The one allele that all spellings name; a '/' makes it a pair or an ambiguity, which a haplotype is not."""
    bare = {re.sub(r"^[A-Za-z][\w-]*(?=\*)|\s", "", s).upper() for s in spellings_found}
    if len(bare) != 1 or "/" in next(iter(bare)):
        raise _Refused("not_understood", "Observation.value is not one haplotype")
    return spellings_found[0]


def _through_derivation(results: Sequence[GeneResult], withdrawn: frozenset[str]) -> tuple[list[GeneResult], list[Gap]]:
    """Give results without a gene the gene of those they rest on; refuse what rests on a withdrawn result."""
    genes = {r.origin: r.gene for r in results if r.gene}
    kept: list[GeneResult] = []
    gaps: list[Gap] = []
    for result in results:
        named = [genes[o] for o in result.derived_from if o in genes]
        whole = len(named) == len(result.derived_from)  # an unread one may be of another gene
        gene = result.gene or (union(named) if whole else Concept())
        if refusal := _refusal(result, gene, withdrawn):
            gaps.append(Gap("genetic result", *refusal, result.origin))
        else:
            kept.append(result if result.gene else replace(result, gene=gene))
    return kept, gaps


def _refusal(result: GeneResult, gene: Concept, withdrawn: frozenset[str]) -> tuple[Reason, str] | None:
    if result.origin in withdrawn:
        return "conflict", "another version of it was withdrawn, and which is newer is not said"
    if withdrawn & set(result.derived_from):
        return "not_understood", "it was derived from a result that was withdrawn"
    if not result.gene and several_genes(gene):
        return "not_understood", "it was derived from results of several genes"
    if not gene:
        return "not_understood", "no gene is named (Observation.component 48018-6, code, value)"
    return None
