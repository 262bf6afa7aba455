"""How long one phenotype takes: ours, and that of another package in an environment of its own, in turn. No judgement."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from statistics import median

from models.features.phenotypes import phenotype_of_text
from models.knowledge.load import load

#: genes and alleles that both know
PAIRS = [
    (gene, one, other)
    for gene, alleles in {"CYP2C19": "*1 *2 *3 *17", "CYP2C9": "*1 *2 *3", "CYP2D6": "*1 *2 *4 *10 *41", "TPMT": "*1 *2 *3A *3C"}.items()
    for one in alleles.split()
    for other in alleles.split()
]
ROUNDS = 5
COMPARED = Path(".venv-compare/bin/python")
PACKAGE = "anukriti-pgx-core"

#: run by the other environment's Python: prints microseconds for one call
_THEIRS = f"""
import time
from anukriti_pgx_core import PhenotypeEngine
pairs, engine = {PAIRS!r}, PhenotypeEngine()
calls = [engine.infer(*pair) for pair in pairs]
start = time.perf_counter()
for _ in range(20):
    for gene, one, other in pairs:
        engine.infer(gene, one, other)
print((time.perf_counter() - start) / (20 * len(pairs)) * 1e6)
"""


def theirs() -> float:
    """Microseconds of one call of the other package."""
    return float(subprocess.run([COMPARED, "-c", _THEIRS], check=True, capture_output=True, text=True).stdout)


def ours() -> float:
    """Microseconds from a written diplotype to its phenotype."""
    genes = load().genes
    written = [(genes[gene], f"{one}/{other}") for gene, one, other in PAIRS]
    for gene, text in written:
        assert phenotype_of_text(gene, text)[0] is not None
    start = time.perf_counter()
    for _ in range(20):
        for gene, text in written:
            phenotype_of_text(gene, text)
    return (time.perf_counter() - start) / (20 * len(written)) * 1e6


def report() -> str:
    """One line, with the other package's time where its environment is there."""
    if not COMPARED.exists():
        return f"One phenotype {median(ours() for _ in range(ROUNDS)):.1f} µs ({PACKAGE} is not installed: ./dev bench does it)"
    both = [(ours(), theirs()) for _ in range(ROUNDS)]
    mine, other = median(m for m, _ in both), median(t for _, t in both)
    return f"One phenotype {mine:.1f} µs; {PACKAGE} {other:.1f} µs; ratio {mine / other:.2f}"
