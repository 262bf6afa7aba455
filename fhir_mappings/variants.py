"""The input `variants`: variants as laboratories report them, found or not found. What they mean is the core's to say.

Shapes: Genomics Reporting STU1 to STU3, mCODE, eMERGE, and the extensions of the R4 core for genetics. A list of tested genes or
regions is none of them and is not read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from fhir_mappings.genotype_values import read_value
from fhir_mappings.inputs import SPECIMENS, Input, Read, Resource
from fhir_mappings.provenance import derived_from, effective, interpretation, laboratory, source_class, status
from fhir_mappings.resource import choice, concept, concept_codes, extensions, kind, latest, mapping, mappings
from fhir_mappings.security_labels import restricted
from fhir_mappings.tables import observations, spellings
from fhir_mappings.variant_names import Names
from fhir_mappings.variant_numbers import chromosome_in, count_in, fraction_in, range_in, whole_in
from fhir_mappings.variant_parts import Parts, parts_of
from fhir_mappings.variant_table import variant_table
from models.codes import LOINC, Concept
from models.knowledge.types import Knowledge
from models.patient import Gap
from models.variant import Place, State, Variant

CODE, GENE_STUDIED = "69548-6", "48018-6"
CODES = frozenset((name, CODE) for name in spellings(LOINC))
COUNT = 200
#: R4 core extensions that name the variant itself
_NAMING = ("observation-geneticsVariant", "observation-geneticsDNAVariantId", "observation-geneticsAminoAcidChange")
UNCLEAR = "unclear"  #: a source class that is said and means none of those known


def variants_input(knowledge: Knowledge | None = None) -> Input:
    """The variants of the genes of `knowledge`; of every gene where there is none."""
    genes = None
    if knowledge is not None:
        known = knowledge.genes.values()
        genes = frozenset(name for g in known for name in (g.symbol.upper(), g.hgnc, g.hgnc.removeprefix("HGNC:"), g.ncbi))
        genes |= {name for _, name in knowledge.biomarkers.genes}
    query = f"Observation?patient={{{{context.patientId}}}}&code={LOINC}|{CODE}&_count={COUNT}"
    return Input("variants", query, "Observation", partial(read_variants, genes=genes), codes=CODES, beside=SPECIMENS, on_demand=True)


def read_variants(resources: Sequence[Resource], genes: frozenset[str] | None = None) -> Read:
    """One Variant for each Observation that was not withdrawn; what of it is not understood becomes a Gap with its place.

    `genes`: ids and symbols of which one must be named, where any gene is; others are passed over without a word.
    """
    found: list[Variant] = []
    gaps: list[Gap] = []
    for resource in latest([r for r in resources if kind(r) == "Observation"]):
        if status(resource) in observations().dropped:
            continue
        if genes is not None and _is_of_others(resource, genes):
            continue
        parts = parts_of(resource)
        if mappings(resource.get("modifierExtension")):
            parts.tell("Observation.modifierExtension may change its meaning, so it is not used")
        else:
            found.append(_read_one(resource, parts))
        gaps += parts.gaps
    return Read(tuple(sorted(found, key=lambda v: v.origin)), tuple(dict.fromkeys(gaps)))


def _is_of_others(resource: Resource, genes: frozenset[str]) -> bool:
    """Does it name genes in components, and none of these? Asked of every variant of a panel, so nothing else of it is read."""
    named = False
    for component in mappings(resource.get("component")):
        if not any(c.get("code") == GENE_STUDIED for c in mappings(mapping(component.get("code")).get("coding"))):
            continue
        for _, value in choice(component, "value"):
            said = concept(value)
            words = {w.upper() for w in (said.text, *(c.code for c in said.codings), *(c.display for c in said.codings)) if w}
            if not genes.isdisjoint(words):
                return False
            named = named or bool(words)
    return named


def _read_one(resource: Resource, parts: Parts) -> Variant:
    names = _names(resource, parts)
    place = _place(parts)
    consequence = parts.concepts("consequence")
    change = next(iter(parts.concepts("change")), Concept())
    state, element = _state(resource, parts)
    if state == "present" and (_unchanged(change, consequence) or names.unchanged or (place.ref and place.ref == place.alt)):
        state = "reference"  # wild type reported as present
    return Variant(
        origin=parts.origin,
        state=state,
        genes=_genes(resource, parts),
        coding=tuple(names.coding),
        protein=tuple(names.protein),
        genomic=tuple(names.genomic),
        ids=tuple(names.ids),
        text=" / ".join(names.texts),
        transcript=parts.label("transcript"),
        place=place,
        zygosity=parts.answer("zygosity", variant_table().zygosity) or "",
        source_class=_source(resource, parts),
        allele_fraction=parts.number("fraction", fraction_in),
        depth=parts.number("depth", whole_in),
        copy_number=parts.number("copies", count_in),
        change=change,
        consequence=consequence,
        significance=(*parts.concepts("significance"), *_interpretations(resource)),
        phenotypes=parts.concepts("phenotype"),
        status=status(resource),
        effective=effective(resource),
        laboratory=laboratory(resource),
        derived_from=derived_from(resource),
        text_only=not any(c.codings for c in _stated(resource)) and bool(_stated(resource)),
        element=element,
        restricted=restricted(resource),
    )


def _state(resource: Resource, parts: Parts) -> tuple[State, str]:
    """By value, else by interpretation. What neither says is unknown, and told."""
    value, said = read_value(resource, "presence"), interpretation(resource)
    path = f"Observation.{next((name for name, _ in choice(resource, 'value')), 'value[x]')}"
    if value is None:
        if said is None:
            parts.tell("it does not say whether the variant was found (Observation.value[x], Observation.interpretation)")
        return ("unknown" if said is None else "present" if said else "absent"), "Observation.interpretation"
    if value.nothing:
        return "no-call", path
    if value.conflict or value.present is None:
        parts.tell(f"{path}: {value.conflict or 'it does not say whether the variant was found'}", conflict=bool(value.conflict))
        return "unknown", path
    if said is not None and said != value.present:
        parts.tell("Observation.interpretation contradicts Observation.value", conflict=True)
        return "unknown", path
    return ("present" if value.present else "absent"), path


def _stated(resource: Resource) -> tuple[Concept, ...]:
    return tuple(concept(value) for _, value in choice(resource, "value") if isinstance(value, str | dict))


def _names(resource: Resource, parts: Parts) -> Names:
    """Every name, by its own form. One that stands in the slot of another kind is told, and read as what it is."""
    names, slots = Names(), variant_table().slots
    for role in ("name", "identifier"):
        for path, component in parts.of(role):
            for _, raw in choice(component, "value"):
                kinds = names.add(concept(raw), identifiers=role == "identifier")
                wanted = {slots[code] for _, code in concept_codes(component.get("code")) if code in slots}
                if role == "name" and not kinds:
                    parts.tell(f"{path}.value is no single HGVS name, so it is not used")
                elif wanted and not set(kinds) & wanted and not ("g" in wanted and "m" in kinds):
                    parts.tell(f"{path} is a place for '{wanted.pop()}.' names and holds another kind, read as that", conflict=True)
    for ending in _NAMING:
        for extension in extensions(resource, ending):
            for _, raw in choice(extension, "value"):
                names.add(concept(raw), identifiers=True)
    return names


def _genes(resource: Resource, parts: Parts) -> tuple[Concept, ...]:
    named = [concept(raw) for _, component in parts.of("gene") for _, raw in choice(component, "value")]
    named += [concept(raw) for e in extensions(resource, "observation-geneticsGene") for _, raw in choice(e, "value")]
    return tuple(dict.fromkeys(c for c in named if c))


def _place(parts: Parts) -> Place:
    start, end = None, None
    for path, component in parts.of("range"):
        if (found := range_in(component)) is None:
            parts.tell(f"{path}.value is no range of whole numbers")
        else:
            start, end = found
    counted = parts.answer("counting", variant_table().counting)
    chromosomes = [chromosome_in(component) for _, component in parts.of("chromosome")]
    return Place(
        sequence=parts.label("sequence"),
        build=parts.answer("build", variant_table().build) or "",
        chromosome=chromosomes[0] if len(chromosomes) == 1 else "",
        start=start,
        end=end,
        counts_from=counted,
        ref=parts.label("ref").upper(),
        alt=parts.label("alt").upper(),
    )


def _source(resource: Resource, parts: Parts) -> str:
    found = source_class(resource, [component for _, component in parts.of("source_class")])
    if found is None:
        parts.tell("its genomic source class (48002-0) is none of germline, somatic and donor")
    return UNCLEAR if found is None else found


def _interpretations(resource: Resource) -> tuple[Concept, ...]:
    """Where R4's core extension for it is used, the interpretation is the significance."""
    found = extensions(resource, "observation-geneticsInterpretation")
    return tuple(c for e in found for _, raw in choice(e, "value") if (c := concept(raw)))


def _unchanged(change: Concept, consequence: Sequence[Concept]) -> bool:
    return any(c.code in variant_table().no_change for said in (change, *consequence) for c in said.codings)
