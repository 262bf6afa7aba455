"""What the chart leaves open about the patient's group, where it matters: said, because silence would look like checked."""

from __future__ import annotations

from collections.abc import Sequence

from models.features.population import not_settled
from models.patient import Gap
from models.pharmacogenomics.question import Question
from models.pharmacogenomics.rows import Applied


def group_gaps(question: Question, applied: Sequence[Applied]) -> tuple[Gap, ...]:
    """A weight or dose that is not known, of groups in which the result means anything else than the usual one."""
    concerned = dict.fromkeys(a.population for a in applied if a.row is not a.usual)
    because = not_settled(tuple(concerned), question.age, question.chart)
    return tuple(Gap(question.guideline.drug.name, "unavailable", said) for said in because)
