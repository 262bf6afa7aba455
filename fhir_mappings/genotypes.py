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

from fhir_mappings.contained import lent, origin_within
from fhir_mappings.core_genetics import interpreted
from fhir_mappings.derivation import through_derivation
from fhir_mappings.genes import gene_of, named_by_words, several_genes
from fhir_mappings.genotype_slots import ROLES, Parts, Refused, merged, score_in
from fhir_mappings.genotype_values import NO_RESULT, Value
from fhir_mappings.inputs import SPECIMENS, Input, Read, Resource
from fhir_mappings.local_codes import in_standard_terms
from fhir_mappings.provenance import by_role, derived_from, effective, laboratory, members_of, source_class, status
from fhir_mappings.resource import concept, kind, latest, mappings, origin
from fhir_mappings.tables import observations, spellings
from models.codes import LOINC, SNOMED, Code, Concept
from models.knowledge.local_types import LocalCodes
from models.knowledge.types import Knowledge
from models.patient import Gap, GeneResult

COUNT = 200
NOT_READ = "were not among what was sent, or are of a kind that is not read here"
_FULL_ALLELE = re.compile(r"\d+:\d+")


@dataclass(frozen=True, slots=True)
class SingleGene:
    """What the knowledge adds: LOINC codes that name a gene, those that test for one allele, and the site's own codes."""

    genes: frozenset[str] = frozenset()
    alleles: Mapping[str, str] = field(default_factory=dict)  #: LOINC code → allele
    local: LocalCodes = field(default_factory=LocalCodes)


class Group(Exception):
    """This Observation only groups others, named by their origins. Never leaves this module."""

    def __init__(self, members: Sequence[str]) -> None:
        super().__init__("groups")
        self.members = members


def single_gene_codes(knowledge: Knowledge) -> SingleGene:
    genes = knowledge.genes.values()
    alleles = {code: allele for gene in genes for code, allele in gene.presence_loinc.items()}
    return SingleGene(frozenset(code for gene in genes for code in gene.loinc), alleles, knowledge.local)


def result_codes(single: SingleGene) -> list[tuple[str, str]]:
    """(system, code) of every Observation that is read as a result, systems under their canonical names."""
    asked = [pair for pair, role in observations().roles.items() if role in ROLES]
    return list(dict.fromkeys((*asked, *sorted((LOINC, code) for code in single.genes | single.alleles.keys()), *single.local.results)))


def genotypes_input(knowledge: Knowledge) -> Input:
    """The input whose search asks for every code that this knowledge can use."""
    single = single_gene_codes(knowledge)
    asked = result_codes(single)
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
        beside=SPECIMENS,
    )


def _asked_names(system: str) -> tuple[str, ...]:
    """LOINC and SNOMED CT are searched by their URLs; the guide's temporary system by all three URLs it has had."""
    return (system,) if system in (LOINC, SNOMED) else spellings(system)


def read_genotypes(resources: Sequence[Resource], single: SingleGene = SingleGene(), within: Resource | None = None) -> Read:
    """One GeneResult or one Gap for each Observation; those entered in error or cancelled leave no trace.

    `within`: the report that contains them, which lends them its name, date and laboratory.
    """
    newest, dropped = latest(resources), observations().dropped
    if single.local:
        newest = tuple(in_standard_terms(resource, single.local) for resource in newest)
    seen = [(r, status(r)) for r in newest if kind(r) == "Observation"]
    named = partial(origin_within, report=within) if within else origin
    withdrawn = frozenset(named(r) for r, stated in seen if stated in dropped)
    results: list[GeneResult] = []
    gaps = [Gap(kind(r), "not_understood", "an Observation was asked for", named(r)) for r in newest if kind(r) != "Observation"]
    for resource in (r for r, stated in seen if stated not in dropped):
        try:
            result, unread = _read_one(resource, single)
            results.append(lent(result, resource, within) if within else result)
            gaps += [Gap("genetic result", "not_understood", f"{path} is not understood", named(resource)) for path in unread]
        except Refused as refused:
            gaps.append(Gap("genetic result", refused.reason, refused.because, named(resource)))
        except Group as group:
            if apart := [m for m in group.members if m not in {named(r) for r in newest}]:
                gaps.append(Gap("genetic result", "unavailable", f"{len(apart)} of the results that it groups {NOT_READ}", named(resource)))
    if lent_to := interpreted(newest):
        results = [replace(r, derived_from=(*r.derived_from, *lent_to.get(r.origin, ()))) for r in results]
    results, more = through_derivation(results, withdrawn)
    ordered = sorted(results if len({r.origin for r in results}) == len(results) else dict.fromkeys(results), key=_order)
    return Read(tuple(ordered), tuple(sorted(dict.fromkeys((*gaps, *more)), key=lambda g: (g.origin, g.because))))


def _order(result: GeneResult) -> tuple[str, ...]:
    """The same order whatever the sender's: by origin, then by content."""
    return (result.origin, result.effective, result.status, *result.diplotypes, result.haplotype, result.phenotype, str(result.present))


def _read_one(resource: Resource, single: SingleGene) -> tuple[GeneResult, list[str]]:
    """The result, and the paths beside it that were not understood."""
    if mappings(resource.get("modifierExtension")):
        raise Refused("not_understood", "Observation.modifierExtension may change its meaning")
    code, parts = concept(resource.get("code")), by_role(resource)
    role = _role(code, single)
    try:
        value, unread = merged(resource, role, parts)
    except Refused:
        if role == "panel" and (members := members_of(resource)):
            raise Group(members) from None
        raise
    gene = _gene(resource, code, single, value, parts)
    _check_presence_code(code, single, value)
    return _result(resource, gene, value, role, parts), unread


def _role(named: Concept, single: SingleGene) -> str:
    """What Observation.code makes of the value; a single-gene or presence code outranks a general one."""
    table, roles = observations().roles, set()
    for coding in named.codings:
        if coding.display and (other := _other_label(coding)):
            raise Refused("conflict", f"Observation.code and its display are of different things ({coding.code}, {other})")
        roles.add(table.get((coding.system, coding.code), ""))
        if coding.system == LOINC and coding.code in single.alleles:
            roles.add("presence")
        elif coding.system == LOINC and coding.code in single.genes:
            roles.add("single")
    for role in ROLES:
        if role in roles:
            return role
    raise Refused("not_understood", "Observation.code is none that this service reads")


def _other_label(coding: Code) -> str:
    """The code whose usual name stands as the display of another one; '' where they agree or the name is none we know."""
    if coding.system != LOINC:
        return ""
    shown = coding.display.lower()
    for words, code in observations().labels.items():
        if words in shown and code != coding.code:
            return code
    return ""


def _gene(resource: Resource, code: Concept, single: SingleGene, value: Value, parts: Parts) -> Concept:
    """The gene as coded or written; empty when only a result it was derived from can tell."""
    own = tuple([c for c in code.codings if c.system == LOINC and (c.code in single.genes or c.code in single.alleles)])
    found = gene_of(resource, Concept(own, code.text if own else ""), parts.get("gene", ()))
    if several_genes(found) or len({g.upper() for g in value.genes if "*" not in g}) > 1:
        raise Refused(
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
        raise Refused("conflict", "the code of this presence test and the words beside it name different alleles")


def _result(resource: Resource, gene: Concept, value: Value, role: str, parts: Parts) -> GeneResult:
    source = source_class(resource, parts.get("source_class", ()))
    if source is None:
        raise Refused("not_understood", "its genomic source class (48002-0) is none of germline, somatic and donor")
    return GeneResult(
        gene=gene,
        origin=origin(resource),
        status=status(resource),
        effective=effective(resource),
        laboratory=laboratory(resource),
        source_class=source,
        derived_from=derived_from(resource),
        text_only=not value.coded,
        element=value.element,
        prose=value.prose,
        activity_score=score_in(parts),
        method=concept(resource["method"]).label if "method" in resource else "",
        **filled(value, role),
    )


def filled(value: Value, role: str) -> dict[str, Any]:
    """The one group of members that this result fills."""
    if value.nothing:
        return {"callable": False, "because": NO_RESULT}
    if value.present is not None:
        if role != "presence" and not value.allele:
            raise Refused("not_understood", "Observation.value says positive or negative, but not of which allele")
        return {"present": value.present, "presence_of": value.allele}
    if role == "haplotype" or (value.one_copy and value.genotypes):
        return {"haplotype": _one_haplotype(value.genotypes)}
    words = value.words if value.term else ""
    return {"diplotypes": tuple(value.genotypes), "phenotype": value.term, "phenotype_text": words}


def _one_haplotype(spellings_found: Sequence[str]) -> str:
    """The one allele that all spellings name; a '/' makes it a pair or an ambiguity, which a haplotype is not."""
    bare = {re.sub(r"^[A-Za-z][\w-]*(?=\*)|\s", "", s).upper() for s in spellings_found}
    if len(bare) != 1 or "/" in next(iter(bare)):
        raise Refused("not_understood", "Observation.value is not one haplotype")
    return spellings_found[0]
