"""The challenger: scikit-learn's gradient boosting on the same inputs, chosen on the same years. It is never exported."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from models.training import metrics
from models.training.asked import Asked, levels
from models.training.fit import complete, refuse_weights, risk
from models.training.splits import Split, of_cycles

GRID = tuple({"max_leaf_nodes": leaves, "max_iter": rounds} for leaves, rounds in product((3, 6, 12), (75, 150, 300)))


def boosted(asked: Asked, settings: dict[str, int], seed: int, *, class_weight: Any = None) -> Pipeline:
    """Not yet fitted. No early stopping: that would hold out random rows."""
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05, min_samples_leaf=40, l2_regularization=1.0, early_stopping=False, random_state=seed, class_weight=class_weight,
        **settings,
    )  # fmt: skip
    refuse_weights(trees)
    parts: list[tuple[str, Any, list[str]]] = [("numbers", "passthrough", [*asked.numbers, *asked.flags])]
    parts += [(n, OneHotEncoder(categories=[list(levels(n))], handle_unknown="ignore", sparse_output=False), [n]) for n in asked.choices]
    return Pipeline([("factors", ColumnTransformer(parts)), ("trees", trees)])


def best_boosted(asked: Asked, people: pd.DataFrame, split: Split, seed: int) -> Pipeline:
    """Settings of the lowest log-loss on the years to choose on, refitted on these and the earlier ones."""
    earlier, later = (complete(of_cycles(people, cycles), asked) for cycles in (split.fit, split.choose))
    outcome = later["outcome"].to_numpy(np.float64)

    def loss(settings: dict[str, int]) -> float:
        return float(metrics.log_losses(outcome, risk(_fitted(asked, settings, seed, earlier), asked, later)).mean())

    return _fitted(asked, min(GRID, key=loss), seed, complete(of_cycles(people, split.refit), asked))


def _fitted(asked: Asked, settings: dict[str, int], seed: int, people: pd.DataFrame) -> Pipeline:
    return boosted(asked, settings, seed).fit(people[list(asked.inputs)], people["outcome"])
