"""Agreement between knowledge files: every combination has one row, everything named exists. Not the files' shape."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from functools import reduce
from itertools import combinations_with_replacement, product
from operator import and_
from typing import get_args

from models.errors import KnowledgeError
from models.finding import Action
from models.knowledge.biomarker_check import biomarkers_agree
from models.knowledge.card_check import card_faults
from models.knowledge.careplan_check import careplan_faults
from models.knowledge.chart_evidence_check import chart_evidence_faults
from models.knowledge.check_labels import can_be_fatal, diplotype_faults, label_faults, others_faults, unknown_names
from models.knowledge.clinical_check import clinical_faults
from models.knowledge.dosing_check import dosing_faults
from models.knowledge.hereditary_check import hereditary_faults
from models.knowledge.interval_check import interval_faults
from models.knowledge.keys import matches
from models.knowledge.model_check import model_faults
from models.knowledge.option_files import option_faults
from models.knowledge.risk_check import risk_faults
from models.knowledge.source_check import said_faults, source_faults
from models.knowledge.types import (
    ASSOCIATION,
    LABEL_DOSE,
    LABEL_WARNING,
    NO_RESULT,
    NO_SCORE,
    Gene,
    Guideline,
    Harm,
    Knowledge,
    Modulators,
    Row,
    Score,
)

CLASSIFICATIONS = ("Strong", "Moderate", "Optional", "No Recommendation", "n/a", "Contraindicated", LABEL_WARNING, LABEL_DOSE, ASSOCIATION)
URGENT = ("alternative", "dose_change")
STEP = 0.25  #: scores are multiples of it
HIGHEST = 8.0  #: of the scores that are checked one by one; copy numbers beyond are answered by open ranges
LOWEST_OPEN = 3.0  #: an unknown number of extra copies of a normal allele: 1 + 2 × 1


def check(knowledge: Knowledge, messages: Collection[str] | None = None) -> None:
    """Raise KnowledgeError with every fault found, one on a line. `messages` are the ids that a language has."""
    faults = [fault for gene in knowledge.genes.values() for fault in _gene_faults(gene)]
    for rxnorm, guidelines in knowledge.guidelines.items():
        for guideline in guidelines:
            faults += _guideline_faults(guideline, rxnorm, knowledge, messages)
    faults += option_faults(knowledge.options, knowledge.clinical, knowledge.drugs, source_faults)
    faults += [fault for modulators in knowledge.modulators.values() for fault in _modulator_faults(modulators, knowledge)]
    faults += dosing_faults(knowledge, messages)
    faults += [fault for flow in knowledge.flows.values() for fault in source_faults(flow.source, f"dosing/{flow.drug.name}.toml")]
    faults += [*chart_evidence_faults(knowledge, source_faults), *clinical_faults(knowledge.clinical)]
    faults += [*biomarkers_agree(knowledge, source_faults), *card_faults(knowledge), *interval_faults(knowledge)]
    faults += hereditary_faults(knowledge.hereditary, knowledge.drugs, set(knowledge.biomarkers.genes.values()), messages)
    faults += [*model_faults(knowledge), *risk_faults(knowledge, messages), *careplan_faults(knowledge, messages)]
    if faults:
        raise KnowledgeError(f"{len(faults)} fault(s) in the knowledge files; advice built on them could be wrong:\n" + "\n".join(faults))


def _modulator_faults(modulators: Modulators, knowledge: Knowledge) -> Iterator[str]:
    where = f"modulators/{modulators.gene}.toml"
    gene = knowledge.genes.get(modulators.gene)
    if gene is None or gene.method == "presence":
        yield f"{where}: '{modulators.gene}' is no gene of an enzyme with a file in genes/; correct the gene"
    elif modulators.factors and gene.method != "score":
        yield f"{where}: '{modulators.gene}' has no activity scores that factors could be taken from; give effects"
    for strength, effect in modulators.effects.items():
        for phenotype in (*effect, *effect.values()):
            if gene is not None and phenotype not in gene.phenotypes:
                yield f"{where}: effects.{strength}: '{phenotype}' is no phenotype of {modulators.gene}; correct it"
    for rxnorm, modulator in modulators.drugs.items():
        known = knowledge.drugs.ingredients.get(rxnorm)
        if known is None or known.name != modulator.drug.name:
            yield f"{where}: '{modulator.drug.name}' is not ingredient {rxnorm} of drugs/ingredients.tsv; correct one of them"
    yield from source_faults(modulators.source, where)


def _gene_faults(gene: Gene) -> Iterator[str]:
    where = f"genes/{gene.symbol}.toml"
    if gene.method != "presence" and gene.usual not in gene.phenotypes:
        yield f"{where}: the usual phenotype '{gene.usual}' is none of the gene's phenotypes; correct one of them"
    if gene.method != "presence" and gene.reference not in gene.alleles:
        yield f"{where}: the reference allele '{gene.reference}' is none of the gene's alleles; correct one of them"
    yield from source_faults(gene.source, where)


def _guideline_faults(guideline: Guideline, rxnorm: str, knowledge: Knowledge, messages: Collection[str] | None) -> list[str]:
    where = f"guidelines/{guideline.id}.toml"
    faults = [*source_faults(guideline.source, where), *said_faults(guideline, where), *_drug_faults(guideline, rxnorm, knowledge, where)]
    missing = [gene for gene in guideline.keys if gene not in knowledge.genes]
    faults += [f"{where}: keys name gene '{gene}', which has no file in genes/; add it or correct the name" for gene in missing]
    faults += [*_population_faults(guideline, knowledge.clinical, where), *others_faults(guideline, where)]
    faults += _request_faults(guideline, knowledge, where)
    for number, row in enumerate(guideline.rows, 1):
        faults += _row_faults(guideline, row, knowledge, messages, f"{where}: row[{number}]")
    if not missing and all(row.when.keys() == guideline.keys.keys() for row in guideline.rows):
        if guideline.others:
            faults += diplotype_faults(guideline, knowledge.genes, where)
        else:
            faults += _mode_faults(guideline, knowledge, where) or _coverage_faults(guideline, knowledge, where)
    return faults


def _drug_faults(guideline: Guideline, rxnorm: str, knowledge: Knowledge, where: str) -> Iterator[str]:
    drug, known = guideline.drug, knowledge.drugs.ingredients.get(guideline.drug.key)
    if drug.key != rxnorm:
        yield f"{where}: filed under RxNorm {rxnorm}, but its drug is {drug.key}; it would never fire"
    if known is None:
        yield f"{where}: guideline.rxnorm '{drug.key}' is no ingredient in drugs/; no order would find it, so add or correct it"
    elif known.name != drug.name:
        yield f"{where}: RxNorm {drug.key} is '{known.name}' in drugs/, not '{drug.name}'; correct one of them"


def _population_faults(guideline: Guideline, clinical: Collection[str], where: str) -> Iterator[str]:
    names = [p.id for p in guideline.populations]
    if not names:
        yield f"{where}: no [[population]]; add one, 'general' if the source knows no groups"
    for population in guideline.populations:
        yield from (
            f"{where}: population '{population.id}' names '{name}', which is not in clinical/; add it there or correct the name"
            for name in population.conditions
            if name not in clinical
        )
    for name in {n for n in names if names.count(n) > 1}:
        yield f"{where}: population '{name}' is there twice; keep one"


def _request_faults(guideline: Guideline, knowledge: Knowledge, where: str) -> Iterator[str]:
    for name in guideline.also_at:
        if name not in knowledge.clinical:
            yield f"{where}: also_at names '{name}', which is not in clinical/; add it there or correct the name"
    if guideline.also_at and not guideline.group:
        yield f"{where}: also_at without a group; a card at a request speaks of no single medicine, so give the group a name"


def _row_faults(guideline: Guideline, row: Row, knowledge: Knowledge, messages: Collection[str] | None, where: str) -> Iterator[str]:
    if row.when.keys() != guideline.keys.keys():
        yield f"{where}: `when` names {', '.join(row.when) or 'no gene'}, but the guideline's keys are {', '.join(guideline.keys)}"
    for population in row.populations:
        if population not in [p.id for p in guideline.populations]:
            yield f"{where}: population '{population}' is not declared; correct the name or add the [[population]]"
    yield from _enum_faults(row, where)
    yield from label_faults(row, where)
    yield from unknown_names(row, knowledge.clinical, where)
    for name in row.speaks_for:
        if name not in knowledge.clinical:
            yield f"{where}: speaks_for names '{name}', which is not in clinical/; add it there or correct the name"
    yield from _tolerance_faults(guideline, row, where)
    for rxnorm in row.alternatives:
        if rxnorm not in knowledge.drugs.ingredients or rxnorm == guideline.drug.key:
            yield f"{where}: alternative '{rxnorm}' is no other ingredient in drugs/; correct the RxNorm id or add the ingredient"
    if messages is not None and row.message not in messages:
        yield f"{where}: message '{row.message}' is not in cds_service/messages; write it or correct the id"


def _tolerance_faults(guideline: Guideline, row: Row, where: str) -> Iterator[str]:
    if row.tolerance_days is None:
        return
    if row.tolerance_days < 1:
        yield f"{where}: tolerance_days is {row.tolerance_days}; give the days after which it is tolerated, or leave it out"
    if row.harm == "fatal" or row.fatal_below_age is not None or row.classification == "Contraindicated":
        yield f"{where}: tolerance_days on a row whose neglect can kill; having survived it so far proves nothing, so leave it out"
    if "tolerance_days is ours" not in guideline.source.note:
        yield f"{where}: no source gives tolerance_days; say in source.note that 'tolerance_days is ours', and why"


def _enum_faults(row: Row, where: str) -> Iterator[str]:
    if row.classification not in CLASSIFICATIONS:
        yield f"{where}: classification '{row.classification}' is none of {', '.join(CLASSIFICATIONS)}"
    if row.harm not in get_args(Harm):
        yield f"{where}: harm '{row.harm}' is none of {', '.join(get_args(Harm))}"
    if not row.actions:
        yield f"{where}: no actions; give at least one, the first is what a card acts on"
    for action in row.actions:
        if action not in get_args(Action):
            yield f"{where}: action '{action}' is none of {', '.join(get_args(Action))}"
    if can_be_fatal(row) and row.actions and row.actions[0] not in URGENT:
        yield f"{where}: a fatal row whose first action is '{row.actions[0]}'; it would stay quiet, so make it one of {', '.join(URGENT)}"


def _mode_faults(guideline: Guideline, knowledge: Knowledge, where: str) -> list[str]:
    """Faults of single keys: a way of asking that the gene does not have, or a key that it never takes."""
    faults = []
    for symbol, mode in guideline.keys.items():
        gene = knowledge.genes[symbol]
        if not _fits(gene, mode):
            faults.append(f"{where}: keys ask {symbol} for '{mode}', but the gene's method is '{gene.method}'; correct the key")
            continue
        values = lookups(gene, mode, several=len(guideline.keys) > 1)
        for number, row in enumerate(guideline.rows, 1):
            faults += [
                f"{where}: row[{number}]: {symbol} '{key}' is no value that the gene can have; correct it, it would never be met"
                for key in row.when[symbol]
                if not any(matches((key,), value) for value in values)
            ]
    return faults


def _fits(gene: Gene, mode: str) -> bool:
    if mode.startswith("*"):
        return gene.method == "presence" and mode in gene.alleles
    return gene.method == "score" if mode == "score" else mode == "phenotype" and gene.method != "presence"


def lookups(gene: Gene, mode: str, several: bool) -> tuple[str, ...]:
    """Every key that a gene can be looked up by; "No Result" only beside another gene."""
    if mode.startswith("*"):
        found: tuple[str, ...] = (f"{mode} positive", f"{mode} negative")
    else:
        found = gene.phenotypes if mode == "phenotype" else (*_scores(gene), NO_SCORE)
    return (*found, NO_RESULT) if several else found


def _scores(gene: Gene) -> tuple[str, ...]:
    """Sums of two alleles' activities; where copies count every step up to HIGHEST, and the open scores above."""
    if not gene.copies:
        known = sorted({a.activity for a in gene.alleles.values() if a.activity is not None})
        return tuple(str(Score(s, s)) for s in sorted({a + b for a, b in combinations_with_replacement(known, 2)}))
    steps = [i * STEP for i in range(int(HIGHEST / STEP) + 1)]
    return tuple(str(Score(s, s)) for s in steps) + tuple(str(Score(s, math.inf)) for s in steps if s >= LOWEST_OPEN)


def _coverage_faults(guideline: Guideline, knowledge: Knowledge, where: str) -> list[str]:
    """Combinations with no row or several. Keys met by the same rows are tried once, as bit masks over the rows."""
    several = len(guideline.keys) > 1
    masks: list[dict[int, list[str]]] = []
    for symbol, mode in guideline.keys.items():
        by_mask: dict[int, list[str]] = {}
        for key in lookups(knowledge.genes[symbol], mode, several):
            mask = sum(1 << i for i, row in enumerate(guideline.rows) if matches(row.when[symbol], key))
            by_mask.setdefault(mask if key != NO_RESULT else mask | 1 << len(guideline.rows), []).append(key)
        masks.append(by_mask)
    faults = []
    for population in guideline.populations:
        allowed = sum(1 << i for i, row in enumerate(guideline.rows) if population.id in row.populations)
        for combination in product(*masks):
            if several and all(mask >> len(guideline.rows) for mask in combination):
                continue
            keys = ", ".join(f"{g} {' | '.join(m[mask])}" for g, m, mask in zip(guideline.keys, masks, combination, strict=True))
            met = reduce(and_, combination, allowed)
            faults += _combination_faults(keys, met, f"{where}: population '{population.id}'")
    return faults


def _combination_faults(keys: str, met: int, where: str) -> list[str]:
    """`met` has a bit for each row that answers the keys."""
    rows = [str(i + 1) for i in range(met.bit_length()) if met >> i & 1]
    if not rows:
        return [f"{where}: no row answers {keys}; such a patient would get no advice, so add one"]
    if len(rows) > 1:
        return [f"{where}: rows {' and '.join(rows)} all answer {keys}; advice must rest on one, so keep one"]
    return []
