"""What a profile holds, one line a fact: what it says, what that means here, and where it stands. For people and for tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.codes import Concept
from models.features.chart import state_from_chart
from models.features.clinical import means
from models.features.gene_names import by_gene
from models.features.ingredients import ingredients
from models.features.variant_sites import variants_by_gene
from models.finding import Reading
from models.knowledge.types import Knowledge
from models.patient import GeneResult, Measurement, Medication, Order, PatientProfile

NOWHERE = "no rule knows it"


@dataclass(frozen=True, slots=True)
class Line:
    """`said` as reported, `means` in the words of the rules ("" where it is taken as it is), `where` resource and element."""

    section: str
    said: str
    means: str = ""
    where: str = ""
    when: str = ""

    def document(self) -> dict[str, str]:
        stated = {"section": self.section, "said": self.said, "means": self.means, "where": self.where, "when": self.when}
        return {name: value for name, value in stated.items() if value}


def lines_of(profile: PatientProfile, knowledge: Knowledge) -> Iterator[Line]:
    """Everything that was understood, in the order in which rules need it."""
    yield from _patient(profile)
    yield from _genes(profile, knowledge)
    yield from _medicines(profile, knowledge)
    yield from _chart(profile, knowledge)


def _patient(profile: PatientProfile) -> Iterator[Line]:
    stated = {"birth date": profile.birth_date, "sex": profile.sex, "ancestry": ", ".join(profile.ancestry)}
    yield from (Line("patient", f"{name}: {value}") for name, value in stated.items() if value)
    if profile.deceased:
        yield Line("patient", "deceased", "no cards")


def _genes(profile: PatientProfile, knowledge: Knowledge) -> Iterator[Line]:
    """Each result as reported, then what all results of a gene come to."""
    grouped, gaps = by_gene(profile.genotypes, knowledge.genes)
    variants, more = variants_by_gene(profile.variants, knowledge)
    for symbol in sorted({*grouped, *variants}):
        results = grouped.get(symbol, [])
        for result in results:
            yield Line("result", _named(symbol, _said(result)), _kept(result), _where(result.origin, result.element), result.effective[:10])
        state = state_from_chart(knowledge.genes[symbol], results, profile, knowledge, variants.get(symbol, ()))
        told = " against " if state.certainty == "conflict" else " or "
        readings = told.join(dict.fromkeys(_reading(r) for r in state.readings))
        alleles = ", ".join(f"{symbol}{allele} {status}" for allele, status in sorted(state.alleles.items()))
        yield Line("gene", symbol, readings or alleles or f"nothing to look up: {state.because or state.missing}")
        yield from (Line("problem", gap.subject, gap.because, gap.origin) for gap in state.gaps)
    yield from (Line("problem", gap.subject, gap.because, gap.origin) for gap in (*gaps, *more))


def _named(symbol: str, said: str) -> str:
    return said if said.startswith(symbol) else f"{symbol} {said}"


def _said(result: GeneResult) -> str:
    presence = {True: "present", False: "absent", None: ""}[result.present]
    said = [*result.diplotypes[:1], result.haplotype, result.phenotype, result.presence_of, presence]
    return " ".join(filter(None, said)) or (result.because if not result.callable else "")


def _kept(result: GeneResult) -> str:
    """What limits the use of a result."""
    limits = [result.status if result.status != "final" else "", result.source_class, "in words only" if result.text_only else ""]
    return ", ".join(filter(None, limits))


def _reading(reading: Reading) -> str:
    score = f"score {reading.activity_score}" if reading.activity_score else ""
    return ", ".join(filter(None, (reading.diplotype, reading.phenotype, score)))


def _medicines(profile: PatientProfile, knowledge: Knowledge) -> Iterator[Line]:
    for order in profile.orders:
        yield Line("draft order", _label(order.medication, order.ingredients), _ingredients(order, knowledge), order.origin)
    for medicine in profile.medications:
        state = "taken" if medicine.active else "ended"
        said = f"{_label(medicine.medication, medicine.ingredients)}, {state}"
        yield Line("medicine", said, _ingredients(medicine, knowledge), medicine.origin, medicine.began)


def _ingredients(order: Order | Medication, knowledge: Knowledge) -> str:
    found = ingredients(order, knowledge.drugs)
    named = " + ".join(f"{drug.name} (RxNorm {drug.rxnorm})" if drug.rxnorm else drug.name for drug, _ in found.drugs)
    routes = {route for _, route in found.drugs if route}
    told = "; ".join(gap.because for gap in found.gaps)
    return ", ".join(filter(None, (named, *sorted(routes), told)))


def _chart(profile: PatientProfile, knowledge: Knowledge) -> Iterator[Line]:
    for condition in profile.conditions:
        named = _clinical(condition.code, knowledge)
        yield Line("problem list", f"{_label(condition.code)}, {condition.state}", named, condition.origin, condition.began)
    for measured in profile.measurements:
        said = f"{_label(measured.code)}: {_value(measured)}"
        yield Line("measurement", said, _clinical(measured.code, knowledge), measured.origin, measured.effective)
    for allergy in profile.allergies:
        yield Line("allergy", f"{_label(allergy.substance)}, {allergy.state}", "", allergy.origin)
    for request in profile.requests:
        state = "draft" if request.draft else "on order"
        yield Line("request", f"{_label(request.code)}, {state}", _clinical(request.code, knowledge), request.origin, request.authored)


def _clinical(code: Concept, knowledge: Knowledge) -> str:
    """The names by which rules know it."""
    return ", ".join(name.label for name in knowledge.clinical.values() if means(code, name)) or NOWHERE


def _value(measured: Measurement) -> str:
    if measured.value is None:
        return measured.answer.label
    return " ".join(filter(None, (f"{measured.comparator}{measured.value:g}", measured.unit)))


def _label(code: Concept, ingredients: Iterable[Concept] = ()) -> str:
    """As it was written, with the code that decides: 'clopidogrel 75 MG (213169)'."""
    own = code or next(iter(ingredients), Concept())
    coded = next((c.code for c in own.codings if c.code), "")
    return f"{own.label} ({coded})" if coded and coded != own.label else own.label or "?"


def _where(origin: str, element: str) -> str:
    """'Observation/1 valueCodeableConcept'; the resource alone where the element is not noted."""
    return f"{origin} {element.partition('.')[2] or element}".strip() if element else origin
