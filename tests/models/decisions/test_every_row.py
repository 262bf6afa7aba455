"""Every row of every guideline, walked from a patient's results to the answer: what is said is what the row says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations_with_replacement, product

import pytest

from models.codes import RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.knowledge.keys import score
from models.knowledge.types import INDETERMINATE, NO_RESULT, NO_SCORE, Gene, Guideline, Population, Row
from models.patient import GeneResult, Order, PatientProfile
from models.pharmacogenomics.lookup import find_row
from models.pharmacogenomics.rows import same_advice, usual_key
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
AS_OF = date(2026, 11, 25)
BORN = {"adult": "1980-01-01", "child": "2018-01-01"}


def rows() -> Iterator[tuple[Guideline, Population, Row]]:
    for guidelines in KNOWLEDGE.guidelines.values():
        for guideline in guidelines:
            for population in guideline.populations:
                if population.unless_known:
                    yield from ((guideline, population, row) for row in guideline.rows if population.id in row.populations)


def results(guideline: Guideline, row: Row) -> tuple[GeneResult, ...]:
    """Results of which the first key of each gene of the row is read."""
    made = [one(KNOWLEDGE.genes[gene], mode, row.when[gene][0], f"Observation/{gene}") for gene, mode in guideline.keys.items()]
    return tuple(result for result in made if result is not None)


def one(gene: Gene, mode: str, key: str, origin: str) -> GeneResult | None:
    if key == NO_RESULT:
        return None
    concept = Concept(text=gene.symbol)
    if mode.startswith("*"):
        return GeneResult(concept, origin, presence_of=f"{gene.symbol}{mode}", present=key.endswith("positive"))
    if key in (NO_SCORE, INDETERMINATE):
        return GeneResult(concept, origin, phenotype=INDETERMINATE)
    return GeneResult(concept, origin, diplotypes=(f"{'/'.join(pair(gene, mode, key))}",))


def pair(gene: Gene, mode: str, key: str) -> tuple[str, ...]:
    """Two alleles (one where there is only one) whose phenotype or score is the key (for a range: its lowest score), or which it names."""
    if mode == "diplotype":
        return tuple(key.split("/"))
    for one_, other in combinations_with_replacement(gene.alleles.values(), 2):
        if gene.single == "always":
            if gene.pairs[(one_.function,)] == key:
                return (one_.name,)
            continue
        if mode == "phenotype" and gene.method == "pairs":
            first, second = sorted((one_.function, other.function))
            if gene.pairs[first, second] == key:
                return one_.name, other.name
            continue
        known = None if one_.activity is None or other.activity is None else one_.activity + other.activity
        wanted = score(key)
        if wanted is not None and known is not None and wanted.low == known:
            return one_.name, other.name
    wanted = score(key)
    assert wanted is not None and gene.copies, f"{gene.symbol}: no two alleles make '{key}'"
    whole = next(a.name for a in gene.alleles.values() if a.activity == 1.0)
    rest = wanted.low - math.floor(wanted.low)
    half = next(a.name for a in gene.alleles.values() if a.activity == rest)
    return f"{whole}x{math.floor(wanted.low)}", half


def profile(guideline: Guideline, population: Population, found: tuple[GeneResult, ...]) -> PatientProfile:
    born = BORN["child"] if population.age_below is not None else BORN["adult"]
    order = Order("MedicationRequest/1", Concept((Code(RXNORM, guideline.drug.key),)), origin="MedicationRequest/1")
    return PatientProfile(AS_OF, birth_date=born, genotypes=found, orders=(order,))


def usual(guideline: Guideline, population: Population) -> Row:
    keys: Mapping[str, str] = {gene: usual_key(KNOWLEDGE.genes[gene], mode) for gene, mode in guideline.keys.items()}
    return find_row(guideline, population.id, keys)


@pytest.mark.parametrize(("guideline", "population", "row"), list(rows()), ids=lambda v: getattr(v, "id", getattr(v, "message", "")))
def test_what_is_said_is_what_the_row_says(guideline: Guideline, population: Population, row: Row) -> None:
    found = results(guideline, row)
    alone = replace(KNOWLEDGE, guidelines={guideline.drug.key: (guideline,)})  # another body may say more about the same drug
    said = assess_orders(profile(guideline, population, found), alone)
    silent = row.actions[0] in ("standard", "no_recommendation") or same_advice(row, usual(guideline, population))
    findings = [f for f in said.findings if any(r.message == row.message for r in f.recommendations)]
    if not found:
        return
    if not silent:
        [finding] = findings
        recommendation = next(r for r in finding.recommendations if r.message == row.message and r.population == population.id)
        assert recommendation.classification == row.classification
        assert recommendation.actions == row.actions
        assert finding.drug == guideline.drug
        assert finding.urgency != "critical" or row.harm == "fatal" or row.fatal_below_age
    elif len(guideline.populations) == 1:
        assert findings == []
        assert all(f.urgency == "info" for f in said.findings)


def test_every_fatal_row_is_critical_where_it_alone_applies() -> None:
    seen = set()
    for guideline, population, row in rows():
        if row.harm == "fatal" and row.classification == "Strong":
            found = results(guideline, row)
            [finding] = assess_orders(profile(guideline, population, found), KNOWLEDGE).findings
            assert finding.urgency == "critical", (guideline.id, row.when)
            seen.add(guideline.drug.name)
    assert {"abacavir", "allopurinol", "phenytoin", "fluorouracil", "capecitabine", "azathioprine", "mercaptopurine"} <= seen


def test_every_combination_of_two_genes_gets_an_answer() -> None:
    """No pair of results of a two-gene guideline fails or is lost: it fires, is silent, or says what is missing."""
    for guideline in (g for several in KNOWLEDGE.guidelines.values() for g in several if len(g.keys) == 2):
        (first, one_mode), (second, other_mode) = guideline.keys.items()
        for a, b in product({k for r in guideline.rows for k in r.when[first]}, {k for r in guideline.rows for k in r.when[second]}):
            made = [one(KNOWLEDGE.genes[g], m, k, f"Observation/{g}") for g, m, k in ((first, one_mode, a), (second, other_mode, b))]
            found = tuple(r for r in made if r is not None)
            said = assess_orders(profile(guideline, guideline.populations[0], found), KNOWLEDGE)
            assert {c.subject for c in said.checked} == {f"{guideline.drug.name}–{first}", f"{guideline.drug.name}–{second}"}
