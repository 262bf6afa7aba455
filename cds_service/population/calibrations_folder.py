"""Reads a site's folder of calibration records, each signed by a key that the site trusts, and tells every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cds_service.population.record_signing import PublicKeys, public_keys, verified
from models.errors import KnowledgeError, PrecisionError
from models.knowledge.calibration_types import Calibration
from models.knowledge.model_types import Formula, Model
from models.prediction.calibration import fit
from models.prediction.calibration_record import Record, fingerprint
from models.prediction.record_files import read_record


@dataclass(frozen=True, slots=True)
class Held:
    """One record of the folder, and what it makes of the model: a calibration, or why none."""

    record: Record
    calibration: Calibration | None
    because: str

    def line(self) -> str:
        """For `knowledge check`."""
        made = f"record {self.record.version} of {self.record.made}, {self.record.people} people, {self.record.events} events"
        found = self.calibration
        what = f"intercept {found.intercept:+.3f}, slope {found.slope:.3f}" if found else "changes nothing"
        return f"{self.record.model}, {self.record.formula}: {what} ({self.because}; {made})."


def read_calibrations(folder: str, keys_folder: str, models: Mapping[str, Model]) -> tuple[Held, ...]:
    """By model and formula. Raises KnowledgeError with one line for each file at fault; a sound file beside it is not used either."""
    try:
        keys = public_keys(Path(keys_folder))
    except PrecisionError as error:
        raise KnowledgeError(str(error)) from None
    found: dict[tuple[str, str], tuple[Held, str]] = {}
    faults: list[str] = []
    for path in _files(folder):
        try:
            held = _held(path, keys, models)
        except PrecisionError as error:
            faults.append(str(error))
            continue
        key = (held.record.model, held.record.formula)
        if key in found:
            faults.append(f"{path.name}: {found[key][1]} is for the same formula; keep the one that should hold")
        found.setdefault(key, (held, path.name))
    if faults:
        raise KnowledgeError("\n".join(faults))
    return tuple(held for _, (held, _) in sorted(found.items()))


def _files(folder: str) -> list[Path]:
    try:
        return sorted(p for p in Path(folder).iterdir() if p.is_file() and not p.name.startswith("."))
    except OSError:
        raise KnowledgeError(f"{Path(folder).name}: cannot be read as a folder of records; correct the path or its permissions") from None


def _held(path: Path, keys: PublicKeys, models: Mapping[str, Model]) -> Held:
    record = record_in(path, keys)
    formula = formula_of(record, models, path.name)
    if fingerprint(models[record.model], formula) != record.fingerprint:
        raise KnowledgeError(f"{path.name}: was made with another version of {record.model}; make it anew, or take it away")
    found = fit(record)
    return Held(record, found.calibration, found.because)


def record_in(path: Path, keys: PublicKeys) -> Record:
    """Raises PrecisionError that names the file: unreadable, signed by nobody known, changed since, or no record."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"{path.name}: cannot be read ({error.strerror}); correct its permissions") from None
    try:
        values = verified(text, keys)
    except PrecisionError as error:
        raise KnowledgeError(f"{path.name}: {error}") from None
    return read_record(values, path.name)


def formula_of(record: Record, models: Mapping[str, Model], where: str) -> Formula:
    model = models.get(record.model)
    formula = next((f for f in model.formulas if f.id == record.formula), None) if model else None
    if formula is None:
        raise KnowledgeError(f"{where}: is for {record.model}, {record.formula}, which is no formula of this knowledge; take it away")
    return formula
