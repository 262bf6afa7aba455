"""What a site measured of a model on its own patients: the reports in the folder that the operator names. Aggregates alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from models.errors import KnowledgeError
from models.knowledge.card_types import Groups, Metrics
from models.knowledge.evaluation_files import read_groups, read_metrics

HIDDEN = "suppressed"  #: in a report: a count or a figure that few people stand behind, or that would give such a one away
_RECORD = re.compile(r"\.v[0-9]+\.json$")  #: the command writes them beside the report
LARGEST = 2_000_000  #: bytes; a report holds aggregates
_ANEW = "write the report anew with `precision-hooks model recalibrate`"


@dataclass(frozen=True, slots=True)
class LocalReport:
    """One model at one site."""

    model: str
    site: str
    made: str  #: ISO date
    people: int | None  #: None: not told
    events: int | None
    metrics: Metrics
    groups: Groups


Reports = Mapping[str, tuple[LocalReport, ...]]  #: by model, of each site the newest


def read_reports(folder: str) -> Reports:
    """Every *.json in the folder but calibration records. Raises KnowledgeError naming the file where one cannot be read whole."""
    newest: dict[tuple[str, str], LocalReport] = {}
    for path in sorted(p for p in Path(folder).glob("*.json") if not _RECORD.search(p.name)):
        report = read_report(_text(path), path.name)
        known = newest.get((report.model, report.site))
        if known is None or known.made <= report.made:
            newest[report.model, report.site] = report
    by_model: dict[str, tuple[LocalReport, ...]] = {}
    for (model, _), report in sorted(newest.items()):
        by_model[model] = (*by_model.get(model, ()), report)
    return by_model


def read_report(text: str, where: str) -> LocalReport:
    """Members that are not known here are passed over. Raises KnowledgeError."""
    try:
        values = json.loads(text)
        if not isinstance(values, dict) or not isinstance(values["metrics"], dict):
            raise TypeError
        return LocalReport(
            model=_word(values["model"]),
            site=_word(values["site"]),
            made=date.fromisoformat(values["made"]).isoformat(),
            people=_count(values["people"]),
            events=_count(values.get("events", HIDDEN)),
            metrics=read_metrics(_told(values["metrics"]), f"{where}: metrics"),
            groups=read_groups(_told(values.get("groups", {})), f"{where}: groups"),
        )
    except KeyError as error:
        raise KnowledgeError(f"{where}: has no {error.args[0]}; {_ANEW}") from None
    except (TypeError, ValueError, RecursionError):
        raise KnowledgeError(f"{where}: is no local-validity report that can be read; {_ANEW}") from None


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > 100:
        raise TypeError
    return value


def _told(value: Any) -> Any:
    """Without what the report itself holds back, at any depth."""
    return {name: _told(inner) for name, inner in value.items() if inner != HIDDEN} if isinstance(value, dict) else value


def _count(value: Any) -> int | None:
    if value is None or value == HIDDEN:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError
    return value


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise KnowledgeError(f"{path.name}: is larger than {LARGEST} bytes, which no report of aggregates needs; correct it")
        return path.read_text("utf-8-sig")
    except OSError:
        raise KnowledgeError(f"{path.name}: cannot be read; correct its permissions") from None
    except ValueError:
        raise KnowledgeError(f"{path.name}: is no UTF-8 text; {_ANEW}") from None
