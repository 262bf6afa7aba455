"""The commands `model train`, `validate` and `export` as their users type them, on people who never were."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service import model_training
from cds_service.cli import main
from models.training.asked import Asked, formulas
from models.training.evaluate import Resampling
from tests.support.survey import gzipped, survey

ROOT = Path(__file__).parents[2]
ID = "undiagnosed-diabetes"
DAY = ("--made", "2026-11-27")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("survey") / "people.csv.gz"
    file.write_bytes(gzipped(survey(250)))
    return str(file)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One formula and few draws: what the commands do with files is the same."""
    every = {one.id: one for one in formulas()}
    monkeypatch.setattr(model_training, "Resampling", lambda: Resampling(times=20))

    def asked_for(ids: list[str]) -> list[Asked]:
        return [every[name] for name in ids or ("office",)]

    monkeypatch.setattr(model_training, "asked_for", asked_for)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["model", *words])


def written(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*.json"))}


@pytest.mark.usefixtures("quick")
def test_train_writes_the_model_and_the_record_of_the_choice_and_again_the_same_bytes(data: str, tmp_path: Path) -> None:
    first = run("train", ID, "--data", data, "--out", str(tmp_path), *DAY)
    assert first.exit_code == 0, first.output
    before = written(tmp_path)
    assert set(before) == {f"models/{ID}.json", f"evaluations/{ID}-choice-2011-2012.json"}
    again = run("train", ID, "--data", data, "--out", str(tmp_path))  # the day is that of the run it repeats
    assert again.exit_code == 0 and written(tmp_path) == before
    record = json.loads(before[f"evaluations/{ID}-choice-2011-2012.json"])
    assert record["made"] == "2026-11-27" and record["data"]["rows"] == 2000
    assert record["metrics"]["office.refit_people"] > 1000
    assert len(record["tried"]["office"]) == 10


@pytest.mark.usefixtures("quick")
def test_a_first_record_needs_its_day_for_no_clock_is_read(data: str, tmp_path: Path) -> None:
    found = run("train", ID, "--data", data, "--out", str(tmp_path))
    assert found.exit_code == 2 and "--made" in found.output
    assert not written(tmp_path)


@pytest.mark.usefixtures("quick")
def test_a_day_that_is_none_is_not_recorded(data: str, tmp_path: Path) -> None:
    found = run("validate", ID, "--data", data, "--out", str(tmp_path), "--formula", "office", "--made", "yesterday")
    assert found.exit_code == 2 and "'yesterday' is no day" in found.output
    assert not written(tmp_path)


@pytest.mark.usefixtures("quick")
def test_validate_records_a_run_that_check_finds_again(data: str, tmp_path: Path) -> None:
    words = ("validate", ID, "--data", data, "--out", str(tmp_path), "--formula", "office")
    assert run(*words, "--check").exit_code == 1  # nothing was recorded yet
    assert run(*words, *DAY).exit_code == 0
    before = written(tmp_path)
    assert set(before) == {f"evaluations/{ID}-2013-2014-office.json"}
    assert run(*words, "--check").exit_code == 0
    assert run(*words).exit_code == 0 and written(tmp_path) == before


@pytest.mark.usefixtures("quick")
def test_check_names_what_is_no_longer_so(data: str, tmp_path: Path) -> None:
    words = ("validate", ID, "--data", data, "--out", str(tmp_path), "--formula", "office")
    run(*words, *DAY)
    file = tmp_path / f"evaluations/{ID}-2013-2014-office.json"
    record = json.loads(file.read_text("utf-8"))
    record["metrics"]["auroc"]["value"] = 0.99
    file.write_text(json.dumps(record), "utf-8")
    found = run(*words, "--check")
    assert found.exit_code == 1
    assert f"{ID}-2013-2014-office: metrics.auroc.value: recorded 0.99, now 0." in found.output
    assert json.loads(file.read_text("utf-8")) == record


@pytest.mark.usefixtures("quick")
def test_years_that_were_trained_on_are_refused(data: str, tmp_path: Path) -> None:
    found = run("validate", ID, "--data", data, "--out", str(tmp_path), "--cycle", "7", *DAY)
    assert found.exit_code == 2 and "cycle 7 was trained on" in found.output
    assert not written(tmp_path)


def test_an_unknown_formula_is_refused_with_those_that_there_are(data: str, tmp_path: Path) -> None:
    found = run("validate", ID, "--data", data, "--out", str(tmp_path), "--formula", "offfice", *DAY)
    assert found.exit_code == 2 and "offfice" in found.output and "laboratory-family-ancestry" in found.output


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = run("validate", ID, "--reference", str(tmp_path), *DAY)
    assert found.exit_code == 2 and "adults_1999_2014.csv.gz" in found.output and "--data" in found.output


@pytest.mark.parametrize("command", ["train", "validate"])
def test_a_published_equation_is_not_trained(command: str) -> None:
    found = run(command, "prevent")
    assert found.exit_code == 2 and f"prevent is not trained here; {ID} is" in found.output


def test_an_unknown_model_is_refused() -> None:
    found = run("export", "of-nobody")
    assert found.exit_code == 2 and "of-nobody" in found.output


def test_export_prints_every_coefficient_as_json() -> None:
    found = run("export", ID)
    assert found.exit_code == 0
    model = json.loads(found.stdout)
    assert model["id"] == ID and model["derived"] is True
    assert {f["id"] for f in model["formulas"]} == {one.id for one in formulas()}
    assert set(model["refuses"]) == {"diabetes", "glucose-lowering", "pregnancy"}


def test_without_the_packages_of_training_the_command_says_what_to_install() -> None:
    code = f"import sys; sys.modules['numpy'] = None; from cds_service.cli import main; main(['model', 'train', '{ID}'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 2
    assert "numpy" in done.stderr and "requirements/train.txt" in done.stderr
