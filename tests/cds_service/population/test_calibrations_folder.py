"""A site's folder of records: in force through settings, out of force without the file, refused as a whole where one is at fault."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.population.calibrations_folder import Held, read_calibrations
from cds_service.population.local_fit import name_of
from cds_service.population.record_signing import make_key, private_key, signed
from cds_service.rebuild import load_knowledge, watched
from cds_service.setting_checks import SettingsError
from cds_service.settings import Settings
from models.errors import KnowledgeError
from models.knowledge.model_types import Value
from models.knowledge.types import Knowledge
from models.prediction.calibration_record import Record, Tally, record_of
from models.prediction.contract import Prediction, predict
from models.prediction.record_files import document
from tests.support.made_up_models import people

FORMULA = "base_10yr_female_ascvd"


def record(knowledge: Knowledge, formula: str = FORMULA, shift: float = 0.6, count: int = 1500, **head: Any) -> Record:
    model = knowledge.models["prevent"]
    tally = Tally("logistic")
    for linear, event in people(count, shift, 1.0):
        tally.risk(round(linear, 1), event)
    told: dict[str, Any] = {
        "outcome": "o",
        "site": "a",
        "version": 1,
        "made": "2026-11-27",
        "first": "2012-01-01",
        "last": "2012-01-01",
    } | head
    return record_of(tally, model, next(f for f in model.formulas if f.id == formula), **told)


class Site:
    """A folder of records, a folder of keys, and a key whose public half is there."""

    def __init__(self, root: Path) -> None:
        self.records, self.keys, self.key = root / "records", root / "keys", root / "keys" / "site.pem"
        self.records.mkdir()
        self.keys.mkdir()
        make_key(self.key)

    def put(self, record: Record, key: Path | None = None) -> Path:
        file = self.records / name_of(record)
        file.write_bytes(signed(document(record), private_key(key or self.key)))
        return file

    @property
    def settings(self) -> Settings:
        return Settings(store_url="sqlite://", calibrations=str(self.records), calibration_keys=str(self.keys))

    def held(self, knowledge: Knowledge) -> tuple[Held, ...]:
        return read_calibrations(str(self.records), str(self.keys), knowledge.models)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_record_is_in_force_and_the_digest_says_so(site: Site, knowledge: Knowledge) -> None:
    plain = load_knowledge(site.settings, knowledge)
    assert plain.digest == knowledge.digest and not plain.calibrations
    file = site.put(record(knowledge))
    fitted = load_knowledge(site.settings, knowledge)
    calibration = fitted.calibrations["prevent", FORMULA]
    assert calibration.site == "a" and calibration.intercept != 0
    assert fitted.digest != knowledge.digest
    site.put(record(knowledge, shift=0.9))
    assert load_knowledge(site.settings, knowledge).digest not in (fitted.digest, knowledge.digest)
    file.unlink()
    assert load_knowledge(site.settings, knowledge).digest == knowledge.digest, "taking the file away takes it back"


def test_the_folder_is_watched(site: Site) -> None:
    assert {"calibrations", "calibration_keys"} <= watched(site.settings).keys()


def test_a_prediction_by_the_sites_knowledge_is_another_one(site: Site, knowledge: Knowledge) -> None:
    site.put(record(knowledge))
    fitted = load_knowledge(site.settings, knowledge)
    values: dict[str, Value] = {
        "age": 60.0,
        "total-cholesterol": 220.0,
        "hdl-cholesterol": 45.0,
        "systolic-pressure": 140.0,
        "bmi": 28.0,
        "egfr": 80.0,
    }
    flags = dict.fromkeys(("diabetes", "current-smoker", "antihypertensive", "statin", "atherosclerosis", "heart-failure"), 0.0)
    person: dict[str, Value] = {**values, **flags, "sex": "female"}
    found = [
        predict(knowledge.models["prevent"], person, "ascvd", 10.0, calibration=known.calibrations.get(("prevent", FORMULA)))
        for known in (knowledge, fitted)
    ]
    plain, moved = found
    assert isinstance(plain, Prediction) and isinstance(moved, Prediction)
    assert moved.value > plain.value * 1.3


def test_a_record_that_allows_nothing_changes_nothing_and_says_so(site: Site, knowledge: Knowledge) -> None:
    site.put(record(knowledge, count=600))
    assert not load_knowledge(site.settings, knowledge).calibrations
    (held,) = site.held(knowledge)
    assert "changes nothing (fewer than 1000 people" in held.line()


def test_knowledge_check_tells_each_record(site: Site, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put(record(knowledge))
    monkeypatch.setenv("PRECISION_HOOKS_CALIBRATIONS", str(site.records))
    monkeypatch.setenv("PRECISION_HOOKS_CALIBRATION_KEYS", str(site.keys))
    told = CliRunner().invoke(main, ["knowledge", "check"])
    assert told.exit_code == 0, told.output
    assert f"prevent, {FORMULA}: intercept " in told.output


@pytest.mark.parametrize("which", ["changed", "stranger", "version", "formula", "twice", "no record", "few"])
def test_one_file_at_fault_refuses_all(site: Site, knowledge: Knowledge, tmp_path: Path, which: str) -> None:
    site.put(record(knowledge, "base_10yr_male_ascvd"))
    good = record(knowledge)
    if which == "changed":
        file = site.put(good)
        told = json.loads(file.read_text())
        told["record"]["events"] += 1
        file.write_text(json.dumps(told))
        words = "was changed after it was signed"
    elif which == "stranger":
        make_key(tmp_path / "other.pem")
        file = site.put(good, tmp_path / "other.pem")
        words = "none of the public keys given here has signed it"
    elif which == "version":
        file = site.put(replace(good, fingerprint="0" * 16))
        words = "was made with another version of prevent"
    elif which == "formula":
        file = site.put(replace(good, formula="none"))
        words = "which is no formula of this knowledge"
    elif which == "twice":
        site.put(good)
        file = site.put(replace(good, version=2))
        words = "is for the same formula; keep the one that should hold"
    elif which == "few":
        file = site.put(replace(good, events=5))
        words = "tells of fewer than 11 people"
    else:
        file = site.records / "notes.txt"
        file.write_text("notes")
        words = "is no JSON"
    with pytest.raises(KnowledgeError) as told_:
        load_knowledge(site.settings, knowledge)
    assert str(told_.value).count("\n") == 0, "the sound file beside it is not blamed"
    assert words in str(told_.value) and file.name in str(told_.value)


def test_records_need_keys(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="needs calibration_keys"):
        Settings(calibrations=str(tmp_path))
    with pytest.raises(SettingsError, match="names no folder"):
        Settings(calibrations=str(tmp_path / "none"), calibration_keys=str(tmp_path))
