"""A recorded run as JSON: what was measured, of which model, on which data, by which command. It measures nothing and writes no file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

WIDTH = 140
SAME = 2e-5  #: a repeated number may differ so much: the last decimal that is kept


@dataclass(frozen=True, slots=True)
class DataFile:
    """What was read, so that another file is never taken for it."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Run:
    """One recorded run. `made` is given, never read from a clock; `metrics` and `groups` as evaluate.py makes them."""

    id: str
    model: str
    command: str
    seed: int
    data: DataFile
    made: str
    software: Mapping[str, str]
    metrics: Mapping[str, Any]
    groups: Mapping[str, Mapping[str, Mapping[str, Any]]]
    model_digest: str = ""  #: of the model that was measured; a run of another one is refused when knowledge is loaded
    note: str = ""
    tried: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)  #: of a choice: formula → candidate → measures


def run_json(run: Run) -> str:
    """The same bytes for the same run."""
    told = {name: value for name, value in asdict(run).items() if value not in ("", {}) or name in ("made", "groups")}
    return "\n".join(_lines(told, 0)) + "\n"


def _lines(value: Any, depth: int) -> Iterator[str]:
    """A table on one line where it fits and holds no other table."""
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, dict) or (len(flat) < WIDTH and not any(isinstance(v, dict) for v in value.values())):
        yield flat
        return
    yield "{"
    for number, (key, inner) in enumerate(value.items(), 1):
        first, *rest = _lines(inner, depth + 1)
        lines = [f"{' ' * (depth + 1)}{json.dumps(key, ensure_ascii=False)}: {first}", *rest]
        yield from lines[:-1]
        yield lines[-1] + ("," if number < len(value) else "")
    yield " " * depth + "}"


def differences(recorded: Any, repeated: Any, path: str = "") -> Iterator[str]:
    """Where two runs do not tell the same, leaving aside the software they were made with."""
    if isinstance(recorded, Mapping) and isinstance(repeated, Mapping):
        for key in sorted({*recorded, *repeated} - ({"software"} if not path else set())):
            at = f"{path}.{key}" if path else str(key)
            if key not in recorded or key not in repeated:
                yield f"{at} is in one of them only"
            else:
                yield from differences(recorded[key], repeated[key], at)
    elif not _same(recorded, repeated):
        yield f"{path}: recorded {recorded}, now {repeated}"


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, abs_tol=SAME, rel_tol=SAME)
    if isinstance(one, Sequence) and isinstance(other, Sequence) and not isinstance(one, str):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
