"""Whether a chart's codes mean a clinical name of Knowledge, and what the chart holds under it. Display text never decides."""

from __future__ import annotations

from collections.abc import Sequence

from models.codes import ICD10, ICD10_CM, Concept
from models.knowledge.types import Clinical
from models.patient import Condition, Measurement


def means(concept: Concept, name: Clinical) -> bool:
    """Is any of its codes one of the name's, or an ICD-10(-CM) code under one of its beginnings?"""
    return any(
        (c.system, c.code) in name.codes
        or (c.system in (ICD10, ICD10_CM) and c.code.replace(".", "").upper().startswith(name.icd or ("?",)))
        for c in concept.codings
    )


def conditions_of(conditions: Sequence[Condition], name: Clinical, *states: str) -> tuple[Condition, ...]:
    """The chart's conditions of this name, in any of the states (every state when none is given)."""
    return tuple(c for c in conditions if (not states or c.state in states) and means(c.code, name))


def measurements_of(measurements: Sequence[Measurement], name: Clinical) -> tuple[Measurement, ...]:
    """The measurements of this name, the latest first; undated ones last."""
    return tuple(sorted((m for m in measurements if means(m.code, name)), key=lambda m: m.effective, reverse=True))
