"""What `model validate --cohort` does with files: a cohort's wheel in, runs and interval tables out. It computes nothing."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import tomli

from cds_service.model_training import compared, record, write
from models.errors import PrecisionError
from models.knowledge.cohort_types import CohortDefinition
from models.knowledge.model_files import read_models
from models.knowledge.model_types import Model
from models.training.dose_validation import Validation, validate
from models.training.record import differences

COHORT = "iwpc"  #: the one published cohort that is defined
SEED = 7
SOFTWARE = ("numpy", "scikit-learn", "scipy")


def models_in(folder: Path) -> Mapping[str, Model]:
    """Every model of a folder of knowledge. Read by themselves: what was recorded of them may be of older ones. Raises PrecisionError."""
    try:
        files = sorted((folder / "models").iterdir())
        texts = {f"models/{file.name}": file.read_text("utf-8") for file in files if file.suffix in (".toml", ".tsv", ".json")}
    except OSError as error:
        raise PrecisionError(f"{error.filename}: cannot be read ({error.strerror}); name a folder of knowledge") from None
    return read_models(texts, lambda _, text: tomli.loads(text))


def measured(wheel: Path, definition: CohortDefinition, models: Mapping[str, Model], model_id: str) -> Validation:
    """Every dose model of the definition; one command measures them all. Raises PrecisionError for another model or another file."""
    known = [equation.model for equation in definition.equations.values()]
    if model_id not in known:
        raise PrecisionError(f"{model_id} is not measured on the {definition.label}; {', '.join(known)} are")
    software = {package: version(package) for package in SOFTWARE} | {"python": platform.python_version()}
    command = f"precision-hooks model validate {known[0]} --cohort {wheel.name}"
    try:
        with wheel.open("rb") as file:
            return validate(file, definition, models, command=command, software=software, seed=SEED)
    except OSError as error:
        raise PrecisionError(f"{wheel}: cannot be read ({error.strerror}); download it as requirements/cohort.in says") from None


def recorded(found: Validation, folder: Path, made: str) -> list[str]:
    """Written to the folder of knowledge. What was, one line each."""
    lines = [record(folder, run, made) for run in found.runs]
    for name, text in found.tables.items():
        write(folder / "intervals" / name, text)
        lines.append(f"Wrote {folder / 'intervals' / name}")
    return lines


def differing(found: Validation, folder: Path) -> list[str]:
    """Where it is not what is recorded; software aside."""
    lines = [line for run in found.runs for line in compared(folder, run)]
    for name, text in found.tables.items():
        file = folder / "intervals" / name
        before = tomli.loads(file.read_text("utf-8")) if file.is_file() else {}
        lines += [f"{name}: {line}" for line in differences(before, tomli.loads(text))]
    return lines
