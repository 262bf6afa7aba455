"""The example resources under tests/fhir, as fresh dicts that a test may change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "fhir"
OBSERVATIONS = tuple(sorted(p.stem for p in (FOLDER / "observations").glob("*.json")))
ORDERS = tuple(sorted(p.stem for p in (FOLDER / "orders").glob("*.json")))
REPORTS = tuple(sorted(p.stem for p in (FOLDER / "reports").glob("*.json")))
OPERATIONS = tuple(sorted(p.stem for p in (FOLDER / "parameters").glob("*.json")))


def observation(name: str, **changes: Any) -> dict[str, Any]:
    return _read("observations", name) | changes


def report(name: str, **changes: Any) -> dict[str, Any]:
    return _read("reports", name) | changes


def parameters(name: str) -> dict[str, Any]:
    return _read("parameters", name)


def orders(name: str) -> dict[str, Any]:
    return _read("orders", name)


def patient(**changes: Any) -> dict[str, Any]:
    return _read("patients", "patient") | changes


def _read(folder: str, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / folder / f"{name}.json").read_text("utf-8"))
    return read
