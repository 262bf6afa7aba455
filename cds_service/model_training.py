"""What `model train` and `model validate` do with files: data in, a trained model and recorded runs out. It computes nothing itself.

The only module of the edge that imports models.training; nothing that serves imports this one.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tomli

from models.errors import PrecisionError
from models.knowledge.model_digest import digest_of
from models.knowledge.model_files import read_models
from models.knowledge.model_types import Model
from models.training.asked import CONSIDERED, INPUTS, MAIN, OUTCOME, Asked, formulas
from models.training.challenger import best_boosted
from models.training.compare import with_ancestry, with_challenger, with_input
from models.training.evaluate import Resampling
from models.training.model_file import model_json
from models.training.nhanes import YEARS, Cohort, cohort, read_survey
from models.training.record import DataFile, Run, differences, run_json
from models.training.rows import medians
from models.training.splits import Split, of_cycles
from models.training.train import Trained, train
from models.training.validate import unseen, validated

ANCESTRY = "-ancestry"  #: ends the id of a formula that asks for it
SOFTWARE = ("numpy", "pandas", "scikit-learn", "scipy")


@dataclass(frozen=True, slots=True)
class Read:
    """The people of a data file, and which file that was."""

    people: Cohort
    file: DataFile


@dataclass(frozen=True, slots=True)
class Recording:
    """What every run of one call of a command has in common."""

    model: str
    data: Read
    how: Resampling
    command: str

    def run(self, name: str, metrics: dict[str, Any], groups: Any = None) -> Run:
        """Not yet dated: `record` does that."""
        software = {package: version(package) for package in SOFTWARE} | {"python": platform.python_version()}
        return Run(f"{self.model}-{name}", self.model, self.command, self.how.seed, self.data.file, "", software, metrics, groups or {})


def read_data(file: Path) -> Read:
    """Raises PrecisionError where the file cannot be read or is not what training needs."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise PrecisionError(f"{file}: cannot be read ({error.strerror}); name the survey's file with --data") from None
    survey = read_survey(io.BytesIO(content))
    return Read(cohort(survey), DataFile(file.name, hashlib.sha256(content).hexdigest(), len(survey)))


def asked_for(ids: Sequence[str]) -> list[Asked]:
    """Those formulas, or all. Raises PrecisionError for an id that there is not."""
    every = {one.id: one for one in formulas()}
    if unknown := [name for name in ids if name not in every]:
        raise PrecisionError(f"there is no formula {', '.join(unknown)}; there are {', '.join(every)}")
    return [every[name] for name in ids] if ids else list(every.values())


def train_model(data: Read, split: Split | None = None) -> tuple[str, tuple[Trained, ...]]:
    """The JSON of the model, and how each formula came about."""
    trained = train(data.people.people, split or Split(), asked_for(()))
    return model_json(INPUTS, [one.formula for one in trained]), trained


def choice_run(recording: Recording, trained: Sequence[Trained], split: Split | None = None) -> Run:
    """What was tried on the years to choose on, what was chosen, and on how many people it was then refitted."""
    split, people = split or Split(), recording.data.people
    metrics: dict[str, Any] = {f"excluded.{why}": count for why, count in people.excluded}
    metrics |= medians(of_cycles(people.people, split.refit), INPUTS)
    for one in trained:
        chosen = one.choice
        metrics |= {
            f"{one.asked.id}.{name}": value
            for name, value in {
                "knots": chosen.settings.knots, "c": chosen.settings.c, "auroc": round(chosen.auroc, 5), "slope": round(chosen.slope, 5),
                "refit_people": one.fitted_on, "refit_events": one.events, "refit_incomplete": one.incomplete,
                "export_error": round(one.export_error, 6),
            }.items()
        }  # fmt: skip
        for more in CONSIDERED if one.asked.id == MAIN else ():
            found = with_input(one.asked, more.name, chosen.settings, people.people, split, recording.how)
            metrics |= {f"{MAIN}+{more.name}.{name}": value for name, value in found.items()}
    run = recording.run(f"choice-{years(split.choose)}", metrics)
    return replace(run, tried={one.asked.id: _tried(one) for one in trained})


def _tried(one: Trained) -> dict[str, dict[str, float]]:
    return {
        f"{t.settings.knots} knots, C {t.settings.c:g}": {
            "people": t.people, "events": t.events, "log_loss": round(t.log_loss, 6), "behind": round(t.behind, 6),
            "standard_error": round(t.error, 6), "auroc": round(t.auroc, 5), "slope": round(t.slope, 5),
        }
        for t in one.tried
    }  # fmt: skip


def model_in(folder: Path, shipped: Path) -> Model:
    """The trained model as it stands in `folder`, its head as shipped. Read by itself: its old runs may be those of an older one.

    Raises PrecisionError where it is not there or not sound.
    """
    name, found = f"models/{OUTCOME}", folder / f"models/{OUTCOME}.json"
    try:
        texts = {f"{name}.toml": (shipped / f"{name}.toml").read_text("utf-8")}
        texts[f"{name}.json"] = (found if found.is_file() else shipped / f"{name}.json").read_text("utf-8")
    except OSError as error:
        raise PrecisionError(f"{error.filename}: cannot be read ({error.strerror}); train the model first") from None
    return read_models(texts, lambda _, text: tomli.loads(text))[OUTCOME]


def formula_runs(recording: Recording, model: Model, cycles: tuple[int, ...], ids: Sequence[str]) -> Iterator[Run]:
    """One run for each formula: measures with intervals, and groups."""
    people = unseen(recording.data.people.people, cycles, Split())
    wanted = {one.id for one in asked_for(ids)}
    for formula in (f for f in model.formulas if f.id in wanted):
        run = recording.run(f"{years(cycles)}-{formula.id}", *validated(model, formula, people, recording.how))
        yield replace(run, model_digest=digest_of(model))


def comparison_runs(recording: Recording, model: Model, cycles: tuple[int, ...]) -> Iterator[tuple[Run, tuple[str, ...]]]:
    """Ancestry told beside not told, and the challenger against the champion with what speaks against its promotion."""
    people = unseen(recording.data.people.people, cycles, Split())
    named, digest = {formula.id: formula for formula in model.formulas}, digest_of(model)
    found = with_ancestry(named[MAIN], named[MAIN + ANCESTRY], people, recording.how)
    yield replace(recording.run(f"{years(cycles)}-with-ancestry", found), model_digest=digest), ()
    for asked in asked_for((MAIN, MAIN + ANCESTRY)):
        challenger = best_boosted(asked, recording.data.people.people, Split(), recording.how.seed)
        verdict, found = with_challenger(named[asked.id], challenger, asked, people, recording.how)
        run = recording.run(f"{years(cycles)}-challenger-{asked.id}", found)
        yield replace(run, model_digest=digest), verdict.against


def years(cycles: tuple[int, ...]) -> str:
    """2013-2014; several cycles from the first year to the last."""
    return f"{YEARS[min(cycles)][:4]}-{YEARS[max(cycles)][-4:]}"


def recording(data: Read, command: str, how: Resampling | None = None) -> Recording:
    return Recording(OUTCOME, data, how or Resampling(), command)


def record(folder: Path, run: Run, made: str) -> str:
    """Written under the day given, or that of the run it repeats. Says where. Raises PrecisionError where neither tells the day."""
    file = _file(folder, run)
    before = _recorded(file)
    if not (made or before):
        raise PrecisionError(f"{run.id} was not recorded yet; say the day of the run with --made, for no clock is read")
    try:
        day = date.fromisoformat(made or before["made"]).isoformat()
    except (KeyError, ValueError):
        raise PrecisionError(f"'{made}' is no day; give --made as 2026-11-27") from None
    write(file, run_json(replace(run, made=day)))
    return f"Recorded {file}"


def compared(folder: Path, run: Run) -> list[str]:
    """Where a repeated run differs from the recorded one; software aside."""
    file = _file(folder, run)
    before = _recorded(file)
    if not before:
        return [f"{run.id}: was never recorded ({file})"]
    now = json.loads(run_json(replace(run, made=before["made"])))
    return [f"{run.id}: {line}" for line in differences(before, now)]


def write(file: Path, text: str) -> None:
    """Raises PrecisionError where the file cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise PrecisionError(f"{file}: cannot be written ({error.strerror})") from None


def _file(folder: Path, run: Run) -> Path:
    return folder / "evaluations" / f"{run.id}.json"


def _recorded(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise PrecisionError(f"{file}: cannot be read ({error}); restore it, or take it away to record it anew") from None
    return found
