"""Cases of predicted doses: the same short lines as tests/cases, with what only this service asks. `tests/cases_dose/*.toml`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.decisions.doses import assess_doses
from models.finding import Assessment
from models.knowledge.calibration_types import Calibration
from models.knowledge.interval_types import CHECKS, Coverage, IntervalTable, Residuals
from models.knowledge.types import Knowledge
from tests.support.cases import PERSON, Case, profile
from tests.support.cases import all_cases as cases

FOLDER = Path(__file__).parents[1] / "cases_dose"
KNOWN = PERSON | {"name", "order", "genes", "phenotypes", "results", "complete", "expect", "why"} | {"loading", "fitted", "refused"}
EXPECTED = {"cards", "indicator", "weekly", "interval", "do", "detail", "not", "gaps", "checked", "inputs"}
GROUPS = ("white", "asian", "black", "unknown")


def all_cases() -> list[Case]:
    return cases(FOLDER, KNOWN, EXPECTED)


def answer(case: Case, knowledge: Knowledge) -> Assessment:
    """`loading`: the site wants it. `fitted`: what its records add on each equation's scale. `refused`: ancestries poorly covered."""
    given = case.given
    known = replace(
        with_made_up_intervals(knowledge, given.get("refused", ())),
        dose_loading=given.get("loading", False),
        calibrations={(m, knowledge.models[m].formulas[0].id): fitted(m, by) for m, by in given.get("fitted", {}).items()},
    )
    return assess_doses(profile(case, known), known)


def fitted(model: str, by: float) -> Calibration:
    return Calibration(model, "", "North Hospital", by, 1.0, 60, 0, "1")


def with_made_up_intervals(knowledge: Knowledge, refused: Sequence[str] = ()) -> Knowledge:
    """Round figures, so that cases do not change when the shipped intervals are measured anew: on the root scale from -1.5 to +1.5."""
    sets: Mapping[str, Any] = {
        "pgx": ("warfarin-iwpc", "warfarin-gage"),
        "clinical": ("warfarin-iwpc-clinical", "warfarin-gage-clinical"),
    }
    tables = {name: made_up(name, models, knowledge, refused) for name, models in sets.items()}
    return replace(knowledge, intervals=tables)


def made_up(name: str, models: tuple[str, ...], knowledge: Knowledge, refused: Sequence[str]) -> IntervalTable:
    ends = (1.5, 1.5) if name == "pgx" else (2.0, 2.0)
    return IntervalTable(
        id=f"made-up-{name}",
        set=name,
        models=models,
        unit="mg/wk",
        by="ancestry",
        nominal=0.9,
        level=0.92,
        floor=0.88,
        preferred=True,
        residuals=tuple(Residuals(group, 0.0, math.inf, 500, -ends[0], ends[1]) for group in GROUPS),
        coverage=tuple(Coverage(group, check, 500, 0.8 if group in refused else 0.9, 0.7, 0.95) for group in GROUPS for check in CHECKS),
        refused=dict.fromkeys(refused, "only 0.800 of 500 people were inside the interval"),
        source=knowledge.flows["11289"].source,
    )
