"""How long it takes to hold 500 variants of a patient against every row on tumours, beside an empty walk over both. No judgement."""

from __future__ import annotations

import random
import time
from datetime import date
from statistics import median

from models.codes import HGNC, ONCOTREE, Code, Concept
from models.decisions.tumour_board import tumour_patient
from models.knowledge.types import Knowledge
from models.oncology.plan import treatment_plans
from models.patient import Condition, PatientProfile
from models.variant import Variant

VARIANTS, ROUNDS = 500, 15
_RESIDUES = "ACDEFGHIKLMNPQRSTVWY"


def patient(knowledge: Knowledge, seed: int) -> PatientProfile:
    """A tumour with made-up changes of every gene known here, new names for each seed, and one that a label names."""
    dice = random.Random(seed)
    genes = sorted(set(knowledge.biomarkers.genes.values()))
    variants = [_variant(genes[i % len(genes)], i, dice) for i in range(VARIANTS - 1)]
    known = Variant("Observation/known", "present", (Concept(text="EGFR"),), protein=("p.L858R",))
    tumour = Condition(Concept((Code(ONCOTREE, "LUAD"),)), origin="Condition/1")
    return PatientProfile(as_of=date(2026, 11, 26), birth_date="1960", conditions=(tumour,), variants=(*variants, known))


def _variant(gene: str, number: int, dice: random.Random) -> Variant:
    one, other = dice.sample(_RESIDUES, 2)
    protein, coding = f"p.{one}{dice.randint(10, 1500)}{other}", f"c.{dice.randint(10, 4000)}A>G"
    return Variant(f"Observation/{number}", "present", (Concept((Code(HGNC, gene, gene),)),), protein=(protein,), coding=(coding,))


def milliseconds(knowledge: Knowledge, seed: int) -> tuple[float, float]:
    """(a plan from variants that were never seen, a walk over variants times rows that compares nothing)."""
    profile = patient(knowledge, seed)
    start = time.perf_counter()
    board, _ = tumour_patient(profile, knowledge)
    found = treatment_plans(knowledge.biomarkers.rows, board, lambda *_: (), lambda *_: ())
    took = time.perf_counter() - start
    assert found.findings
    start = time.perf_counter()
    for _ in profile.variants:
        for _row in knowledge.biomarkers.rows:
            pass
    return took * 1000, (time.perf_counter() - start) * 1000


def report(knowledge: Knowledge) -> str:
    """One line; each round has variants whose names were not parsed before."""
    found = [milliseconds(knowledge, seed) for seed in range(ROUNDS + 1)][1:]
    ours, walk = median(one for one, _ in found), median(other for _, other in found)
    told = f"A plan from {VARIANTS} variants and {len(knowledge.biomarkers.rows)} rows {ours:.1f} ms"
    return f"{told}; an empty loop over variants times rows {walk:.1f} ms; ratio {ours / walk:.2f}"
