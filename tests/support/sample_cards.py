"""Two made-up recorded runs, a small model and its card: parts to break one place of."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from models.knowledge.card_types import ModelCard
from models.knowledge.evaluation_files import read_evaluation
from models.knowledge.model_types import Factor, Formula, Model, ModelInput, Output, Term
from models.knowledge.types import Knowledge
from tests.support.shipped import shipped
from tests.support.small_knowledge import SOURCE

Json = dict[str, Any]
MODEL = "sample"


def run(id: str = "sample-later", **more: Any) -> Json:
    """Two groups that are told, one of seven people that is not."""
    return {
        "id": id,
        "model": MODEL,
        "command": "precision-hooks model validate sample",
        "seed": 7,
        "data": {"name": "made-up survey", "sha256": "ab" * 32, "rows": 907},
        "made": "2026-11-27",
        "software": {"python": "3.11.9", "numpy": "2.1"},
        "metrics": {"auroc": {"value": 0.8107, "low": 0.79, "high": 0.832, "n": 907, "events": 99}, "ece": 0.0071},
        "groups": {
            "sex": {
                "female": {"auroc": {"value": 0.82, "low": 0.78, "high": 0.86, "n": 500, "events": 50}},
                "male": {"auroc": {"value": 0.8, "low": 0.75, "high": 0.85, "n": 400, "events": 47}},
                "other": {"auroc": {"value": 0.99, "low": 0.9, "high": 1.0, "n": 7, "events": 2}},
            }
        },
    } | more


def model(**more: Any) -> Model:
    found = Model(
        id=MODEL,
        label="Sample",
        form="terms",
        population="adults",
        inputs={
            "age": ModelInput("age", unit="a", low=30, high=79, reference=50.0),
            "sex": ModelInput("sex", "choice", choices=("female", "male"), reference="female"),
        },
        formulas=(Formula("one", "diabetes", "logistic", -3.0, (Term(("years",), 0.05),), 10.0, factors=(Factor("years", "age"),)),),
        output=Output("risk", "1", 0, 1),
        source=SOURCE,
        refuses={"diabetes": "it is for people without diabetes"},
    )
    return replace(found, **more)


def with_sample(
    *runs: Json, card: ModelCard | None = None, of: Model | None = None, attributes: dict[str, str] | None = None, **more: Any
) -> Knowledge:
    """The shipped knowledge with nothing but this model, its card and these runs."""
    given = card or ModelCard(MODEL, attributes=attributes or {}, **more)
    known, sample = shipped(), of or model()
    read = {r.id: r for one in runs for r in [read_evaluation(json.dumps(one), f"evaluations/{one['id']}.json")]}
    return replace(
        known,
        models=MappingProxyType({sample.id: sample}),
        evaluations=MappingProxyType(read),
        cards=replace(known.cards, by_model={given.model: given}),
    )
