"""A made-up log of predictions of a risk: 300 a month for a year and a half, and what may go wrong from a month on."""

from __future__ import annotations

import csv
import json
import math
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

#: join: no laboratory value any more, predictions from what is left · silent: no value and no prediction · more: an odds ratio of 1.7
Trouble = Literal["", "join", "silent", "more", "much more", "shift", "group", "flat"]
BASELINE_UNTIL = date(2024, 12, 31)
PER_MONTH = 300
Json = dict[str, Any]


def entries(
    trouble: Trouble = "", since: date = date(2025, 9, 1), seed: int = 3, outcomes_until: date = date(2025, 12, 31)
) -> Iterator[Json]:
    """The second half of 2024 is the baseline; then 2025."""
    rng = random.Random(seed)
    for year, month in [*((2024, m) for m in range(7, 13)), *((2025, m) for m in range(1, 13))]:
        for number in range(PER_MONTH):
            day = date(year, month, 1 + number % 28)
            yield _entry(day, trouble if day >= since else "", rng, known=day <= outcomes_until)


def _entry(day: date, trouble: Trouble, rng: random.Random, known: bool) -> Json:
    age, lab = rng.gauss(58 if trouble != "shift" else 68, 10), rng.gauss(5.5, 0.8)
    sex = rng.choice(("female", "male"))
    truth = -2.0 + 0.04 * (age - 58) + 0.6 * (lab - 5.5)
    predicted = _risk(truth)
    if trouble == "join":
        predicted = _risk(truth - 0.6 * (lab - 5.5) - 0.5)  # a model that puts something in the place of what is missing
    if trouble in ("more", "much more") or (trouble == "group" and sex == "female"):
        truth += {"more": 0.53, "much more": 1.3, "group": 0.9}[trouble]
    if trouble == "flat":  # the model tells people apart more than they differ
        truth = -1.9 + 0.2 * (truth + 2.0)
    return {
        "date": day.isoformat(),
        "model": "prevent",
        "predicted": None if trouble == "silent" else round(predicted, 6),
        "observed": int(rng.random() < _risk(truth)) if known else None,
        "inputs": {"age": round(age, 1), "hdl": None if trouble in ("join", "silent") else round(lab, 2)},
        "groups": {"sex": sex},
    }


def _risk(linear: float) -> float:
    return 1 / (1 + math.exp(-linear))


def write_ndjson(path: Path, trouble: Trouble = "", **given: Any) -> Path:
    path.write_text("".join(json.dumps(e) + "\n" for e in entries(trouble, **given)), "utf-8")
    return path


def write_csv(path: Path, trouble: Trouble = "", **given: Any) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["date", "model", "predicted", "observed", "input.age", "input.hdl", "group.sex"])
        for e in entries(trouble, **given):
            cells = [e["date"], e["model"], e["predicted"], e["observed"], e["inputs"]["age"], e["inputs"]["hdl"], e["groups"]["sex"]]
            rows.writerow(["" if c is None else c for c in cells])
    return path
