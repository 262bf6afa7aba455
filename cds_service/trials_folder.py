"""Reads a site's folder of trials in the JSON form of CTML (docs/trials.md), and tells every fault at once. It matches nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.errors import KnowledgeError
from models.knowledge.trial_files import read_trial
from models.knowledge.trial_types import TrialRecord, TrialWords

LARGEST = 2_000_000  #: bytes of one file
YAML = (".yml", ".yaml")


def read_trials_folder(folder: str, words: TrialWords) -> tuple[TrialRecord, ...]:
    """By id. Raises KnowledgeError with one line for each file that is at fault; a sound file beside it is not used either."""
    found: dict[str, tuple[TrialRecord, str]] = {}
    faults: list[str] = []
    for path in _files(folder):
        try:
            trial = _trial(path, words)
        except KnowledgeError as fault:
            faults.append(str(fault))
            continue
        if trial.id in found:
            faults.append(f"{path.name}: {trial.id} stands in {found[trial.id][1]} already; keep one of them")
        found.setdefault(trial.id, (trial, path.name))
    if faults:
        raise KnowledgeError("\n".join(faults))
    return tuple(trial for _, (trial, _) in sorted(found.items()))


def _files(folder: str) -> list[Path]:
    try:
        return sorted(p for p in Path(folder).iterdir() if p.is_file() and not p.name.startswith("."))
    except OSError:
        raise KnowledgeError(f"{Path(folder).name}: cannot be read as a folder of trials; correct the path or its permissions") from None


def _trial(path: Path, words: TrialWords) -> TrialRecord:
    name = path.name
    if path.suffix.lower() in YAML:
        raise KnowledgeError(f"{name}: is YAML, in which NO means false and a key may stand twice; convert it to JSON (docs/trials.md)")
    if path.suffix.lower() != ".json":
        raise KnowledgeError(f"{name}: is no JSON file; a folder of trials holds nothing else, so that none is passed over by mistake")
    parsed = _json(path)
    if not isinstance(parsed, dict):
        raise KnowledgeError(f"{name}: must hold one trial, which is one JSON object; write one file for each trial")
    return read_trial(parsed, name, words)


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST:
            raise KnowledgeError(f"{path.name}: is larger than {LARGEST} bytes, which no trial needs; correct it or leave it out")
        return json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except OSError:
        raise KnowledgeError(f"{path.name}: cannot be read; correct its permissions") from None
    except (ValueError, RecursionError) as fault:
        raise KnowledgeError(f"{path.name}: is no JSON that can be read ({fault}); correct it") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"'{key}' stands twice in one object")
        found[key] = value
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")
