"""The commands `model train`, `model validate` and `model export`: they parse words and print. Heavy imports only on use."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from cds_service.terminal import shipped_cohort, shipped_knowledge, stop, tell
from models.errors import PrecisionError

if TYPE_CHECKING:
    from cds_service.model_training import Read
    from models.knowledge.model_types import Model

SURVEY = Path("data/nhanes/adults_1999_2014.csv.gz")
TRAINED_HERE = "undiagnosed-diabetes"
REPORTED = (8,)  #: the survey cycle on which the choice is reported

_data = click.option(
    "--data", type=click.Path(path_type=Path, dir_okay=False), help=f"The survey's file (default: {SURVEY} of --reference)."
)
_reference = click.option(
    "--reference",
    envvar="PRECISION_HOOKS_REFERENCE",
    default="../shared",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of reference data (default ../shared, or PRECISION_HOOKS_REFERENCE).",
)
_out = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of knowledge to write to (default: the shipped one)."
)
_made = click.option("--made", default="", metavar="DATE", help="Day of a run (2026-11-27); without it that of the run it repeats.")


@click.group()
def model() -> None:
    """Predictive models: train, measure, show."""


@model.command()
@click.argument("model_id", metavar="ID")
@_data
@_reference
@_out
@_made
def train(model_id: str, data: Path | None, reference: Path, out: Path | None, made: str) -> None:
    """Fit the model ID anew and write its JSON and the record of the choice. The same data give the same bytes.

    Fitted on 1999-2010, chosen on 2011-2012, refitted on both; 2013-2014 gives the bands alone.
    """
    training, folder = _training(model_id), out or _shipped()
    try:
        read = training.read_data(data or reference / SURVEY)
        text, trained = training.train_model(read)
        run = training.choice_run(training.recording(read, f"precision-hooks model train {model_id} --data {read.file.name}"), trained)
        recorded = training.record(folder, run, made)
        training.write(folder / "models" / f"{model_id}.json", text)
    except PrecisionError as error:
        stop(str(error))
    for line in (recorded, f"Wrote {folder / 'models' / f'{model_id}.json'}"):
        click.echo(line)


@model.command()
@click.argument("model_id", metavar="ID")
@_data
@_reference
@_out
@_made
@click.option("--cycle", "cycles", type=click.IntRange(1, 10), multiple=True, help="Survey cycle (default 8, 2013-2014); may be repeated.")
@click.option("--formula", "formulas", multiple=True, help="Only this formula; may be repeated. Without it all, and the comparisons.")
@click.option("--check", is_flag=True, help="Write nothing; compare with what is recorded. Exit status 1 where it differs.")
@click.option(
    "--cohort",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Wheel of a published cohort to measure dose models on: docs/warfarin-cohort.md.",
)
def validate(model_id: str, data: Path | None, reference: Path, cycles: tuple[int, ...], formulas: tuple[str, ...], **how: Any) -> None:
    """Measure the model ID on people of years that it was not trained on, and record each run. The same data give the same bytes."""
    if how["cohort"]:
        sys.exit(_on_cohort(model_id, **how))
    training, folder, wanted = _training(model_id), how["out"] or _shipped(), tuple(sorted(set(cycles))) or REPORTED
    differing = 0
    try:
        measured = training.model_in(folder, _shipped())
        read = training.read_data(data or reference / SURVEY)
        recording = training.recording(read, _command(model_id, read, wanted))
        runs = ((run, ()) for run in training.formula_runs(recording, measured, wanted, formulas))
        for run, against in chain(runs, () if formulas else training.comparison_runs(recording, measured, wanted)):
            lines = training.compared(folder, run) if how["check"] else [training.record(folder, run, how["made"])]
            differing += len(lines) if how["check"] else 0
            for line in (*lines, *(f"{run.id}: not promoted: {why}" for why in against)):
                click.echo(line)
    except PrecisionError as error:
        stop(str(error))
    sys.exit(1 if differing else 0)


@model.command()
@click.argument("model_id", metavar="ID")
def export(model_id: str) -> None:
    """Print the model ID as JSON: inputs, formulas with every coefficient, whom it refuses, its source and its card."""
    from dataclasses import asdict

    tell(json.dumps(asdict(_model(model_id)), ensure_ascii=False, indent=1, default=_plain))


def _model(model_id: str) -> Model:
    known = shipped_knowledge().models
    return known[model_id] if model_id in known else stop(f"there is no model {model_id}; there are {', '.join(sorted(known))}.")


def _plain(value: Any) -> Any:
    """What JSON has no word for: a read-only mapping, a set."""
    return sorted(value) if isinstance(value, frozenset) else dict(value)


def _shipped() -> Path:
    return Path(str(files("models.knowledge")))


def _training(model_id: str) -> ModuleType:
    """The module that trains, where its packages are installed."""
    if model_id != TRAINED_HERE:
        stop(f"{model_id} is not trained here; {TRAINED_HERE} is.")
    try:
        from cds_service import model_training
    except ModuleNotFoundError as error:
        stop(f"training needs {error.name}, which is not installed. Install requirements/train.txt; serving needs none of it.")
    return model_training


def _on_cohort(model_id: str, cohort: Path, out: Path | None, made: str, check: bool) -> int:
    """The exit status."""
    try:
        from cds_service import model_cohort
    except ModuleNotFoundError as error:
        stop(f"measuring needs {error.name}, which is not installed. Install requirements/train.txt; serving needs none of it.")
    try:
        found = model_cohort.measured(cohort, shipped_cohort(model_cohort.COHORT), model_cohort.models_in(_shipped()), model_id)
        lines = model_cohort.differing(found, out or _shipped()) if check else model_cohort.recorded(found, out or _shipped(), made)
    except PrecisionError as error:
        stop(str(error))
    for line in lines:
        click.echo(line)
    return int(check and bool(lines))


def _command(model_id: str, read: Read, cycles: tuple[int, ...]) -> str:
    return f"precision-hooks model validate {model_id} --data {read.file.name} " + " ".join(f"--cycle {cycle}" for cycle in cycles)
