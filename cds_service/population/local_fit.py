"""From a study and a site's files to signed records and a report: the whole of `precision-hooks model recalibrate`, and of `merge`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds_service.population.bulk_files import Trouble
from cds_service.population.calibrations_folder import record_in
from cds_service.population.evaluation import Evaluation
from cds_service.population.people import BulkPeople
from cds_service.population.record_signing import PublicKeys, private_key, signed
from cds_service.population.study import Study
from cds_service.population.table_people import table_people
from cds_service.population.validity import report
from models.knowledge.types import Knowledge
from models.prediction.calibration_record import Record, RecordError, Tally, merged, record_of
from models.prediction.record_files import document

MOST_LOST = 0.2  #: part of people lost from sight from which no record is made: those who stay are not like those who go
_SAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of it: records by file name, the report, and why there are no more records."""

    files: dict[str, bytes]
    report: dict[str, Any]
    without: tuple[str, ...]


def recalibrated(study: Study, data: Path, key: Path, knowledge: Knowledge, made: str, scratch: Path) -> Fitted:
    """`data`: a folder of bulk files, or a table. Raises PrecisionError for what cannot be read; nothing is written here."""
    signer = private_key(key)  # first: nobody should wait for a long run that cannot be signed
    model = knowledge.models[study.model]
    evaluation, trouble = Evaluation(study, model), Trouble()
    if data.is_dir() and study.event is not None:
        bulk = BulkPeople(study, study.event, knowledge, model)
        export = bulk.export(data)
        evaluation.take(bulk.people(export, scratch))
        evaluation.left += bulk.left
        trouble = export.trouble
    elif data.is_dir():
        raise RecordError("bulk files need [event] in the study: how they tell who had the outcome")
    else:
        evaluation.take(table_people(data, study, model, knowledge, trouble))
    records, without = _records(evaluation, made)
    files = {name_of(record): signed(document(record), signer) for record in records.values()}
    told = report(evaluation, records, _pooled(evaluation, records, made), trouble, made) | {"without": list(without)}
    return Fitted(files, told, without)


def _records(evaluation: Evaluation, made: str) -> tuple[dict[str, Record], tuple[str, ...]]:
    if evaluation.together(evaluation.kept).lost > MOST_LOST:
        return {}, (
            f"more than {MOST_LOST:.0%} of people were lost from sight, so who is left tells too little; choose an earlier index day",
        )
    found: dict[str, Record] = {}
    without: list[str] = []
    for formula, kept in sorted(evaluation.kept.items()):
        try:
            found[formula] = _record(evaluation, formula, kept.tally, made)
        except RecordError as error:
            without.append(f"{formula}: {error}")
    return found, tuple(without) or (() if found else ("nobody had both a prediction and a known outcome",))


def _record(evaluation: Evaluation, formula: str, tally: Tally, made: str) -> Record:
    study, model = evaluation.study, evaluation.model
    own = next(f for f in model.formulas if f.id == formula)
    first, last = min(evaluation.days)[:7], max(evaluation.days)[:7]  # months: a day may be one person's
    words = study.words()
    return record_of(tally, model, own, outcome=words, site=study.site, version=study.version, made=made, first=first, last=last)


def _pooled(evaluation: Evaluation, records: Mapping[str, Record], made: str) -> Record | None:
    """All formulas of which there are records together, where one link makes their sums add up; else all there are."""
    formulas = tuple(records or evaluation.kept)
    if not evaluation.one_scale(formulas):
        return None
    try:
        return _record(evaluation, formulas[0], evaluation.together(formulas).tally, made)
    except RecordError:
        return None


def name_of(record: Record) -> str:
    """Of its file: model, formula and version, so that an older one can be put back."""
    return f"{_SAFE.sub('_', record.model)}.{_SAFE.sub('_', record.formula)}.v{record.version}.json"


def merge(files: Sequence[Path], keys: PublicKeys, key: Path, *, site: str, version: int, made: str) -> tuple[Record, bytes]:
    """One record of all people in them, signed anew. Raises PrecisionError naming the file that is at fault."""
    signer = private_key(key)
    together = merged([record_in(file, keys) for file in files], site=site, version=version, made=made)
    return together, signed(document(together), signer)


def report_text(told: dict[str, Any]) -> bytes:
    return json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"
