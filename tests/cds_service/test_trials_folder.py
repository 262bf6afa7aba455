"""A site's folder of trials: read as one, with every fault told at once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cds_service import trials_folder
from cds_service.trials_folder import read_trials_folder
from models.errors import KnowledgeError
from models.knowledge.trial_criteria import trial_words
from models.knowledge.trial_types import TrialWords
from models.knowledge.types import Knowledge
from tests.support import trials as made_up


@pytest.fixture(scope="module")
def words(knowledge: Knowledge) -> TrialWords:
    return trial_words(knowledge.biomarkers, knowledge.clinical)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in made_up.NAMES:
        shutil.copy(made_up.FOLDER / f"{name}.json", tmp_path)
    return tmp_path


def faults(folder: Path, words: TrialWords) -> list[str]:
    with pytest.raises(KnowledgeError) as told:
        read_trials_folder(str(folder), words)
    return str(told.value).splitlines()


def test_a_folder_of_trials(folder: Path, words: TrialWords) -> None:
    (folder / ".hidden").write_text("of an editor")
    assert [trial.id for trial in read_trials_folder(str(folder), words)] == list(made_up.NAMES)


def test_an_empty_folder_holds_no_trial(tmp_path: Path, words: TrialWords) -> None:
    assert read_trials_folder(str(tmp_path), words) == ()


def test_every_fault_is_told_at_once(folder: Path, words: TrialWords) -> None:
    (folder / "a.json").write_text('{"status": "Recruiting", "status": "Completed"}')
    (folder / "b.yml").write_text("gene: NO")
    (folder / "c.json").write_text(json.dumps(made_up.document("TEST-0001") | {"eligibility": "x"}))
    (folder / "d.json").write_text("[]")
    (folder / "e.json").write_text('{"phase": NaN}')
    (folder / "f.txt").write_text("notes")
    (folder / "g.json").write_bytes(b"\xff\xfe")
    (folder / "h.json").write_text("[" * 100_000)
    (folder / "z.json").write_text(json.dumps(made_up.document("TEST-0001")))
    told = faults(folder, words)
    assert [line.partition(":")[0] for line in told] == [
        "a.json",
        "b.yml",
        "c.json",
        "d.json",
        "e.json",
        "f.txt",
        "g.json",
        "h.json",
        "z.json",
    ]
    assert "'status' stands twice" in told[0]
    assert "convert it to JSON" in told[1]
    assert "eligibility is not a key" in told[2]
    assert "NaN is no number" in told[4]
    assert "TEST-0001 stands in TEST-0001.json already" in told[8]


def test_a_file_that_is_too_large(folder: Path, words: TrialWords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials_folder, "LARGEST", 1500)
    assert faults(folder, words) == ["TEST-0001.json: is larger than 1500 bytes, which no trial needs; correct it or leave it out"]


def test_a_folder_that_is_not_there(tmp_path: Path, words: TrialWords) -> None:
    assert faults(tmp_path / "none", words) == ["none: cannot be read as a folder of trials; correct the path or its permissions"]
