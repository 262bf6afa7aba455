"""The figures of docs/training.md are those of the recorded runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import models.knowledge
from tests.support.shipped import shipped

ROOT = Path(__file__).parents[3]
RUNS = Path(models.knowledge.__path__[0]) / "evaluations"
PAGE = (ROOT / "docs/training.md").read_text("utf-8")


def run(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RUNS / f"undiagnosed-diabetes-2013-2014-{name}.json").read_text("utf-8"))
    return found


def told(figure: dict[str, float], digits: int = 3) -> str:
    return f"{figure['value']:.{digits}f} ({figure['low']:.{digits}f} to {figure['high']:.{digits}f})"


def rows_of_formulas() -> list[str]:
    made = []
    for formula in shipped().models["undiagnosed-diabetes"].formulas:
        m = run(formula.id)["metrics"]
        cells = (told(m["auroc"]), told(m["ece"], 4), told(m["oe"], 2), told(m["slope"], 2), f"{m['brier_skill']['value']:.3f}")
        made.append(f"| `{formula.id}` | {m['people']:,} | {m['events']} | {' | '.join(cells)} |")
    return made


def rows_of_ancestry() -> list[str]:
    plain, with_it = (run(name)["groups"]["ancestry"] for name in ("laboratory-family", "laboratory-family-ancestry"))
    return [
        f"| {name} | {group['people']:,} | {group['events']} | {told(plain[name]['oe'], 2)} | {told(group['oe'], 2)} |"
        for name, group in with_it.items()
    ]


def rows_of_the_challenger() -> list[str]:
    made = []
    for name in ("laboratory-family", "laboratory-family-ancestry"):
        m = run(f"challenger-{name}")["metrics"]
        both = f"{m['challenger.ece']:.4f}, {m['champion.ece']:.4f}"
        made.append(f"| `{name}` | {told(m['log_loss_difference'], 4)} | {told(m['auroc_difference'], 4)} | {both} |")
    return made


def errors() -> str:
    m = run("with-ancestry")["metrics"]
    within = f"within the groups {m['with.group_error']:.4f}, {m['without.group_error']:.4f} without"
    return f"error {m['with.ece']:.4f}, {m['without.ece']:.4f} without; {within}"


def glucose() -> str:
    chosen = json.loads((RUNS / "undiagnosed-diabetes-choice-2011-2012.json").read_text("utf-8"))
    later, before = (found["metrics"]["median.random-glucose"] for found in (run("glucose"), chosen))
    return f"{later:.1f} mg/dL, {before:.1f} in the years trained on"


def test_every_figure_of_the_page_is_what_was_recorded() -> None:
    rows = (*rows_of_formulas(), *rows_of_ancestry(), *rows_of_the_challenger(), errors(), glucose())
    missing = [row for row in rows if row not in PAGE]
    assert not missing, "docs/training.md lacks or contradicts:\n" + "\n".join(missing)
