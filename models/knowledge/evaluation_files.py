"""Recorded evaluation runs (evaluations/*.json): their shape. Which card cites them, and whether it may, is card_check's."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn

from models.errors import KnowledgeError
from models.knowledge.card_types import DataSet, Evaluation, Groups, Metric, Metrics

FOLDER = "evaluations/"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[^{}@=:\s][^{}@=:\n]{0,99}")  #: of a metric: a reference {run:metric@group=value} must be readable in one way
_PEOPLE = ("n", "people")
_ANEW = "record the run anew with its command"


def read_evaluations(texts: Mapping[str, str]) -> dict[str, Evaluation]:
    """Every run of the folder by id. Raises KnowledgeError naming the file and what it lacks."""
    found = {}
    for name in sorted(t for t in texts if t.startswith(FOLDER) and t.endswith(".json")):
        run = read_evaluation(texts[name], name)
        if name != f"{FOLDER}{run.id}.json":
            raise KnowledgeError(f"{name}: holds the run '{run.id}'; a run's file bears its id")
        found[run.id] = run
    return found


def read_evaluation(text: str, where: str) -> Evaluation:
    """Members that are not known here are passed over: a command may record more than cards show."""
    values = _object(text, where)
    data = _member(values, "data", dict, where)
    run = Evaluation(
        id=_text(values, "id", where),
        model=_text(values, "model", where),
        command=_text(values, "command", where),
        seed=_seed(values, where),
        data=DataSet(_text(data, "name", f"{where}: data"), _sha256(data, where), _rows(data, where)),
        made=_day(values, where),
        software=_software(values, where),
        metrics=read_metrics(_member(values, "metrics", dict, where), f"{where}: metrics"),
        groups=read_groups(values.get("groups", {}), f"{where}: groups"),
        model_digest=str(values.get("model_digest", "")),
        note=str(values.get("note", "")),
    )
    if not run.metrics:
        _refuse(where, f"has no metrics; {_ANEW}")
    return run


def read_groups(values: Any, where: str) -> Groups:
    """{"sex": {"female": {metric: …}}}"""
    tables = [values, *values.values()] if isinstance(values, dict) else [values]
    if not all(isinstance(t, dict) and (t is values or all(isinstance(m, dict) for m in t.values())) for t in tables):
        _refuse(where, "must be groups of values of metrics; " + _ANEW)
    return {
        by: {value: read_metrics(metrics, f"{where}.{by}.{value}") for value, metrics in several.items()} for by, several in values.items()
    }


def read_metrics(values: Mapping[str, Any], where: str) -> Metrics:
    return {name: _metric(name, value, where) for name, value in values.items() if value is not None}


def _metric(name: str, value: Any, where: str) -> Metric:
    if not _NAME.fullmatch(name):
        _refuse(f"{where}.{name}", "is no name that a card can refer to; leave out { } @ = :")
    if isinstance(value, dict):
        people = next((_whole(value[key], f"{where}.{name}.{key}") for key in _PEOPLE if value.get(key) is not None), None)
        events = value.get("events")
        return Metric(
            _number(value.get("value"), f"{where}.{name}.value"),
            None if value.get("low") is None else _number(value["low"], f"{where}.{name}.low"),
            None if value.get("high") is None else _number(value["high"], f"{where}.{name}.high"),
            people,
            None if events is None else _whole(events, f"{where}.{name}.events"),
        )
    return Metric(_number(value, f"{where}.{name}"))


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise KnowledgeError(f"{where}: not JSON ({error}); {_ANEW}") from None
    if not isinstance(values, dict):
        _refuse(where, f"must be one object; {_ANEW}")
    return values


def _member(values: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    if not isinstance(values.get(key), kind):
        _refuse(where, f"has no {key}; a figure that cannot be repeated is worth nothing, so {_ANEW}")
    return values[key]


def _text(values: Mapping[str, Any], key: str, where: str) -> str:
    found = str(_member(values, key, str, where)).strip()
    return found or _refuse(where, f"has an empty {key}; {_ANEW}")


def _sha256(data: Mapping[str, Any], where: str) -> str:
    found = _text(data, "sha256", f"{where}: data")
    return found if _SHA256.fullmatch(found) else _refuse(f"{where}: data.sha256", f"is no sha256 of 64 hexadecimal characters; {_ANEW}")


def _rows(data: Mapping[str, Any], where: str) -> int:
    return _whole(data.get("rows"), f"{where}: data.rows")


def _seed(values: Mapping[str, Any], where: str) -> int | None:
    """A run without chance has the seed null; one that leaves it out was not thought about."""
    if "seed" not in values:
        _refuse(where, f"has no seed; {_ANEW} (null where nothing is drawn by chance)")
    return None if values["seed"] is None else _whole(values["seed"], f"{where}: seed")


def _day(values: Mapping[str, Any], where: str) -> str:
    found = _text(values, "made", where)
    try:
        return date.fromisoformat(found).isoformat()
    except ValueError:
        _refuse(where, f"was made on '{found[:20]}', which is no date such as 2026-11-27")


def _software(values: Mapping[str, Any], where: str) -> Mapping[str, str]:
    found = _member(values, "software", dict, where)
    if not found or not all(isinstance(v, str) and v for v in found.values()):
        _refuse(where, f"has no software with versions; {_ANEW}")
    return dict(found)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        _refuse(where, f"is no finite number; {_ANEW}")
    return float(value)


def _whole(value: Any, where: str) -> int:
    number = _number(value, where)
    return int(number) if number >= 0 and number.is_integer() else _refuse(where, f"is no number of things; {_ANEW}")


def _refuse(where: str, why: str) -> NoReturn:
    raise KnowledgeError(f"{where} {why}" if ": " in where else f"{where}: {why}")
