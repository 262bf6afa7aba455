"""A small risk model and a small dose model that no file holds, and people for them: what is fitted can then be known beforehand."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from models.knowledge.model_types import Factor, Formula, Link, Model, ModelInput, Output, Term
from models.knowledge.source_block import Source

SOURCE = Source("tests", "1", "2026", "https://example.org", "2026-11-27", "made up")


def formula(link: Link = "logistic", id: str = "f", intercept: float = -3.0) -> Formula:
    factors = (Factor("x", "bmi", minus=28, per=6), Factor("d", "diabetes"))
    return Formula(id, "made up", link, intercept, (Term(("x",), 1.0), Term(("d",), 0.5)), factors=factors, horizon_years=1.0)


def risk_model(link: Link = "logistic") -> Model:
    inputs = {
        "bmi": ModelInput("bmi", unit="kg/m2", low=10, high=60, reference=25.0),
        "diabetes": ModelInput("diabetes", kind="flag"),
    }
    return Model("made-up", "Made up", "terms", "nobody", inputs, (formula(link),), Output("risk", "1", 0, 1), SOURCE)


def dose_model() -> Model:
    inputs = {"weight": ModelInput("weight", unit="kg", low=30, high=200, reference=70.0)}
    root = Formula("f", "dose", "square", 3.0, (Term(("w",), 0.03),), factors=(Factor("w", "weight"),))
    return Model("made-up-dose", "Made-up dose", "terms", "nobody", inputs, (root,), Output("dose", "mg/wk", 0, 200), SOURCE)


def people(count: int, intercept: float, slope: float, link: Link = "logistic", seed: int = 1) -> Iterator[tuple[float, bool]]:
    """(linear predictor, event) of people for whom intercept + slope × linear is the truth."""
    rng = random.Random(seed)
    for _ in range(count):
        linear = rng.gauss(-3.0, 1.2)
        truth = intercept + slope * linear
        risk = 1 / (1 + math.exp(-truth)) if link == "logistic" else 1 - math.exp(-math.exp(truth))
        yield linear, rng.random() < risk
