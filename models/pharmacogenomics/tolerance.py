"""Whether a medicine that was taken long enough answers a row's advice by itself. Rows say so one by one; most never do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.finding import Assessment
from models.pharmacogenomics.question import Question, checked, gene_gaps
from models.pharmacogenomics.rows import Applied


def tolerated(question: Question, applied: Sequence[Applied]) -> bool:
    """Has the patient taken this dose for as long as every speaking row asks?

    Not while another medicine slows or speeds an enzyme, even one that is only mentioned: it may be new.
    """
    states = [question.states[gene] for gene in question.guideline.keys]
    if question.conflict or any(s.modulators or s.mentioned for s in states) or not question.continued_days:
        return False
    asked = [a.row.tolerance_days for a in applied if not a.silent]
    return all(days is not None and question.continued_days >= days for days in asked)


def passive(question: Question) -> Assessment:
    """No card; coverage says since when."""
    because = f"taken for {question.continued_days} days at this dose or a higher one"
    lines = (
        replace(line, because=f"{line.because}: {because}") if line.outcome == "tolerated" else line
        for line in checked(question, "tolerated", question.missing)
    )
    return Assessment((), gene_gaps(question), tuple(lines))
