"""`model recalibrate` and `merge` from files to files: a bulk export and a table say the same, and nothing of a patient comes out."""

from __future__ import annotations

import gzip
import io
import json
import stat
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_service.app import create_app, create_state
from cds_service.cli import main
from cds_service.logs import Log
from cds_service.model_cards.local_reports import read_report
from cds_service.population import bulk_files
from cds_service.population.bulk_files import BulkError, Export, Trouble
from cds_service.population.local_fit import Fitted, recalibrated, report_text
from cds_service.population.people import BulkPeople, Person
from cds_service.population.record_signing import make_key, public_keys, verified
from cds_service.population.study import read_study
from cds_service.population.table_people import table_people
from cds_service.services.risk_patient_view import SERVICE as RISKS
from cds_service.settings import Settings
from models.errors import KnowledgeError, PrecisionError
from models.features.model_inputs import Known, read_inputs
from models.finding import Assessment
from models.knowledge.types import Knowledge
from models.patient import PatientProfile
from models.prediction.calibration import fit
from models.prediction.calibration_record import merged
from models.prediction.record_files import read_record
from tests.support.bulk import EVENT, INDEX, STUDY, Made, condition, observation, person, write_bulk, write_table
from tests.support.made_up_models import dose_model

MADE = "2026-11-27"


@pytest.fixture(scope="module")
def everybody() -> list[Made]:
    """Two of them with something that the model needs and nobody measured, two whom it refuses."""
    made = [person(i, 1.2) for i in range(300)]
    made += [person(300, missing="bmi"), person(301, missing="hdl-cholesterol")]
    for number in (302, 303):
        one = person(number)
        one.resources.append(condition(one.id, "http://hl7.org/fhir/sid/icd-10-cm", "I50.9", date(2010, 1, 1)))
        one.values["heart-failure"] = 1.0
        made.append(one)
    return made


class Site:
    """A folder with a study of each kind, and a key."""

    def __init__(self, root: Path, knowledge: Knowledge) -> None:
        self.root, self.knowledge, self.key = root, knowledge, root / "site.pem"
        make_key(self.key)
        (root / "bulk.toml").write_text(STUDY + EVENT, "utf-8")
        (root / "table.toml").write_text(STUDY, "utf-8")

    def fitted(self, data: Path, study: str = "") -> Fitted:
        name = study or ("bulk.toml" if data.is_dir() else "table.toml")
        return recalibrated(read_study(self.root / name, self.knowledge), data, self.key, self.knowledge, MADE, self.root)


@pytest.fixture
def site(tmp_path: Path, knowledge: Knowledge) -> Site:
    return Site(tmp_path, knowledge)


def test_a_bulk_export_and_a_table_of_the_same_people_give_the_same(site: Site, everybody: list[Made]) -> None:
    bulk = site.fitted(write_bulk(site.root / "export", everybody))
    table = site.fitted(write_table(site.root / "table.csv", everybody))
    assert bulk.files == table.files and len(bulk.files) == 2
    assert bulk.report == table.report
    assert bulk.report["people"] == 300
    assert bulk.report["left_out"] == {"no prediction: see refused": "suppressed"}, "four people are too few to be told"


def test_however_the_files_come_the_result_is_the_same(site: Site, everybody: list[Made], monkeypatch: pytest.MonkeyPatch) -> None:
    plain = site.fitted(write_bulk(site.root / "export", everybody, files=1))
    packed = write_bulk(site.root / "packed", everybody, files=3)
    for file in list(packed.iterdir()):
        (packed / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    monkeypatch.setattr(bulk_files, "IN_MEMORY", 20_000)
    assert site.fitted(packed) == plain
    assert not list(site.root.glob("by-patient-*"))


def test_what_was_dealt_out_into_files_is_private_and_gone_afterwards(tmp_path: Path, everybody: list[Made]) -> None:
    export = Export(write_bulk(tmp_path / "export", everybody[:40]), lambda r: str(r["id"]).split("-")[0], in_memory=20_000)
    reading = export.patients(tmp_path)
    first = next(reading)
    (scratch,) = tmp_path.glob("by-patient-*")
    assert stat.S_IMODE(scratch.stat().st_mode) == 0o700
    assert len(list(scratch.iterdir())) > 1
    whole = [first, *reading]
    assert not scratch.exists()
    assert sorted(patient for patient, _ in whole) == sorted(made.id for made in everybody[:40])
    assert sum(len(resources) for _, resources in whole) == sum(len(made.resources) for made in everybody[:40])


def test_the_record_is_signed_and_fits(site: Site, everybody: list[Made]) -> None:
    found = site.fitted(write_table(site.root / "table.csv", everybody))
    for name, body in found.files.items():
        record = read_record(verified(body, public_keys(site.root)), name)
        assert record.outcome == "ascvd: first of problem coronary-disease; problem stroke-or-tia within 10 years"
        assert (record.parts[0].first, record.parts[0].last) == ("2012-01", "2012-01")
        assert "fewer than 1000 people" in fit(record).because


def test_a_model_card_can_read_the_report(site: Site, everybody: list[Made]) -> None:
    found = site.fitted(write_table(site.root / "table.csv", everybody))
    told = read_report(report_text(found.report).decode(), "report.json")
    assert (told.model, told.site, told.made, told.people) == ("prevent", "st-elsewhere", MADE, 300)
    assert {"o_e", "auroc", "slope", "calibration_in_the_large"} <= told.metrics.keys() and {"age", "sex", "ancestry"} == told.groups.keys()


def test_doses_come_from_a_table(tmp_path: Path, knowledge: Knowledge) -> None:
    """Forty people who need more than predicted: the record moves the root of the dose by the shrunken mean."""
    model = dose_model()
    site = Site(tmp_path, replace(knowledge, models={model.id: model}))
    rows = [(50 + i, (3.4 + 0.03 * (50 + i)) ** 2, "2024-03-07" if i else "2024-05-30") for i in range(40)]
    table = "\n".join(["weight,outcome,date", *(f"{weight},{dose!r},{day}" for weight, dose, day in rows)])
    (tmp_path / "doses.csv").write_text(table, "utf-8")
    (tmp_path / "dose.toml").write_text('[study]\nsite = "a"\nmodel = "made-up-dose"\ntold = "stable dose"\n', "utf-8")
    found = site.fitted(tmp_path / "doses.csv", "dose.toml")
    (body,) = found.files.values()
    record = read_record(verified(body, public_keys(tmp_path)), "doses")
    assert (record.parts[0].first, record.parts[0].last) == ("2024-03", "2024-05"), "a day could be one person's"
    calibration = fit(record).calibration
    assert calibration is not None and calibration.intercept == pytest.approx(0.4 * 40 / 60)
    assert found.report["metrics"]["bias"]["value"] < 0 < found.report["metrics"]["mae"]["value"]
    assert found.report["groups"]["sex"] == {"not known": {"people": 40} | found.report["metrics"]}
    assert "events" not in found.report


# ---- the same inputs as in a call --------------------------------------------------------------------------------------


def in_a_call(made: Made, knowledge: Knowledge) -> dict[str, Any]:
    """What the service for risks would have read on the index day, by HTTP, of what an EHR could send on that day."""
    seen: list[PatientProfile] = []

    def assess(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
        seen.append(profile)
        return Assessment()

    service = type(RISKS)(RISKS.id, RISKS.hook, RISKS.title, RISKS.description, RISKS.reads, assess, reads_drafts=False)
    then = datetime.combine(INDEX, time(12), UTC)
    state = create_state(
        Settings(store_url="sqlite://", memory=False),
        knowledge,
        MappingProxyType({RISKS.id: service}),
        log=Log(io.StringIO()),
        now=lambda: then,
    )
    there = [as_ordered(r) for r in made.resources if _day(r) <= INDEX.isoformat()]
    keys = {wanted.field: wanted.resource_type for wanted in RISKS.reads(knowledge)}
    prefetch: dict[str, Any] = {
        name: {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in there if r["resourceType"] == kind]}
        for name, kind in keys.items()
    }
    prefetch["patient"] = there[0]
    context = {"userId": "Practitioner/1", "patientId": made.id}
    body = {"hook": "patient-view", "hookInstance": "5b1d7ab0-7b3d-4a0c-9a53-3a9c4fba6a5e", "context": context, "prefetch": prefetch}
    answer = create_app(state=state).test_client().post(f"/cds-services/{RISKS.id}", json=body)
    assert answer.status_code == 200, answer.get_data(True)
    model = knowledge.models["prevent"]
    told = read_inputs((*model.inputs, *model.refuses), seen[0], knowledge)
    return {name: one.value for name, one in told.items() if isinstance(one, Known)}


def _day(resource: dict[str, Any]) -> str:
    return next((str(resource[n]) for n in ("effectiveDateTime", "recordedDate", "authoredOn") if n in resource), "")


def as_ordered(resource: dict[str, Any]) -> dict[str, Any]:
    """Orders that have ended since were active then."""
    return resource | {"status": "active"} if resource["resourceType"] == "MedicationRequest" else resource


def in_recalibration(made: Made, site: Site) -> Person:
    study = read_study(site.root / "bulk.toml", site.knowledge)
    assert study.event is not None
    people = BulkPeople(study, study.event, site.knowledge, site.knowledge.models["prevent"])
    export = people.export(write_bulk(site.root / f"export-{made.id}", [made]))
    (one,) = people.people(export, site.root)
    return one


@pytest.mark.parametrize("number", [1, 2, 5, 301])
def test_recalibration_reads_what_a_call_would_have_read(site: Site, number: int) -> None:
    made = person(number, missing="egfr" if number == 5 else "")
    one = in_recalibration(made, site)
    assert one.values == in_a_call(made, site.knowledge) == made.values
    assert one.observed == float(made.event)
    assert one.groups["ancestry"] == made.ancestry


def test_medicines_named_by_reference_are_found(site: Site) -> None:
    made = next(p for i in range(50) if (p := person(i)).values["statin"] and not p.values["antihypertensive"])
    order = next(r for r in made.resources if r["resourceType"] == "MedicationRequest")
    medicine = {"resourceType": "Medication", "id": "m1", "code": order.pop("medicationCodeableConcept")}
    order["medicationReference"] = {"reference": "Medication/m1"}
    made.resources.append(medicine)
    assert in_recalibration(made, site).values["statin"] == 1.0


# ---- nothing of a patient ----------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_told_by_file_and_line_alone(site: Site, everybody: list[Made]) -> None:
    folder = write_bulk(site.root / "export", everybody, files=1)
    file = folder / "Observation.000.ndjson"
    lines = file.read_text("utf-8").splitlines()
    lines[2] = '{"resourceType": "Observation", "subject": "secret-canary'
    lines[5] = '["secret-canary"]'
    twice = lines[7].replace('"status": "final"', '"status": "final", "status": "secret-canary"')  # no one knows which counts
    file.write_text("\n".join([*lines, twice]) + "\n", "utf-8")
    foreign = observation("x", "2093-3", INDEX, 200.0, "mg/dL") | {"subject": {"reference": "https://elsewhere.example/fhir/Patient/p1"}}
    (folder / "Observation.999.ndjson").write_text(json.dumps(foreign), "utf-8")
    found = site.fitted(folder)
    assert found.report["files"]["first"] == "Observation.000.ndjson, line 3"
    assert found.report["files"]["unreadable"] == 3
    assert found.report["files"]["of_nobody"] == 1
    assert "canary" not in json.dumps(found.report)


def test_a_cut_off_archive_is_told(site: Site, everybody: list[Made]) -> None:
    folder = write_bulk(site.root / "export", everybody, files=1)
    file = folder / "Condition.000.ndjson"
    (folder / "Condition.000.ndjson.gz").write_bytes(gzip.compress(file.read_bytes())[:-200])
    file.unlink()
    assert site.fitted(folder).report["files"]["unreadable"] >= 1


def test_a_table_with_a_wrong_column_is_refused(site: Site, everybody: list[Made]) -> None:
    file = write_table(site.root / "table.csv", everybody[:5])
    file.write_text(file.read_text("utf-8").replace("total-cholesterol", "cholesterol", 1), "utf-8")
    with pytest.raises(BulkError, match=r"column \d+ is no input of prevent"):
        site.fitted(file)
    file.write_text("age,sex\n60,female\n", "utf-8")
    with pytest.raises(BulkError, match="no column 'outcome'"):
        site.fitted(file)


def test_rows_that_cannot_be_read_are_counted(site: Site, everybody: list[Made], knowledge: Knowledge) -> None:
    file = write_table(site.root / "table.csv", everybody[:5])
    head, *rows = file.read_text("utf-8").splitlines()
    names = head.split(",")
    spoiled = dict(zip(names, rows[1].split(","), strict=True)) | {"total-cholesterol": "secret-canary"}
    rows[1] = ",".join(spoiled.values())
    rows[3] += ",one cell more"
    file.write_text("\n".join([head, *rows]), "utf-8")
    trouble = Trouble()
    study = read_study(site.root / "table.toml", knowledge)
    assert len(list(table_people(file, study, knowledge.models["prevent"], knowledge, trouble))) == 3
    assert (trouble.unreadable, trouble.first) == (2, "table.csv, line 3")


def test_a_report_holds_no_count_of_one_to_ten(site: Site, everybody: list[Made]) -> None:
    """Of any group: people, events, those without the event, and what a total would give away."""
    people = [*everybody[:150], *(p for p in everybody[150:300] if p.ancestry == "white")]
    asians = [p for p in people if p.ancestry == "asian"]
    few = [p for p in people if p not in asians] + asians[:4]
    report = site.fitted(write_table(site.root / "table.csv", few)).report
    assert report["groups"]["ancestry"]["asian"] == {"people": "suppressed"}
    for groups in report["groups"].values():
        shown = [g for g in groups.values() if g["people"] != "suppressed"]
        hidden_people = report["people"] - sum(g["people"] for g in shown)
        assert hidden_people == 0 or hidden_people >= 11
        told = [g for g in shown if g["events"] != "suppressed"]
        assert all(g["events"] == 0 or (g["events"] >= 11 and g["people"] - g["events"] >= 11) for g in told)
        rest = report["events"] - sum(g["events"] for g in told)
        assert rest == 0 or rest >= 11 or len(told) == 0
        assert all("o_e" not in g for g in groups.values() if g not in told)


def test_who_stands_in_no_record_stands_in_no_total(site: Site, everybody: list[Made]) -> None:
    """Three people have an albumin ratio, which another formula uses: the totals less the records would tell of those three."""
    people = everybody[:200]
    file = write_table(site.root / "table.csv", people)
    head, *rows = file.read_text("utf-8").splitlines()
    rows = [f"{row},{'30' if i < 3 else ''}" for i, row in enumerate(rows)]
    file.write_text("\n".join([f"{head},uacr", *rows]), "utf-8")
    found = site.fitted(file)
    assert set(found.report["formulas"]) == {"base_10yr_female_ascvd", "base_10yr_male_ascvd"}
    assert any(why.startswith("uacr_") for why in found.without)
    assert found.report["people"] == sum(f["people"] for f in found.report["formulas"].values()) == 197
    assert found.report["events"] == sum(f["events"] for f in found.report["formulas"].values())
    assert found.report["left_out"] == {"answered by a formula that answered too few": "suppressed"}
    for groups in found.report["groups"].values():
        assert sum(g["people"] for g in groups.values()) <= 197


# ---- what stops it -----------------------------------------------------------------------------------------------------


def test_too_few_people_give_a_report_and_no_record(site: Site, everybody: list[Made]) -> None:
    found = site.fitted(write_table(site.root / "table.csv", everybody[:12]))
    assert not found.files and all("fewer than 11" in why for why in found.without)
    assert found.report["events"] == "suppressed" and found.report["metrics"] == {}


def test_where_many_are_lost_from_sight_no_record_is_made(site: Site, everybody: list[Made]) -> None:
    file = write_table(site.root / "table.csv", everybody[:300])
    head, *rows = file.read_text("utf-8").splitlines()
    place = head.split(",").index("outcome")
    cut = [
        ",".join([*cells[:place], "" if i % 3 == 0 else cells[place], *cells[place + 1 :]])
        for i, r in enumerate(rows)
        for cells in [r.split(",")]
    ]
    file.write_text("\n".join([head, *cut]), "utf-8")
    found = site.fitted(file)
    assert not found.files and "lost from sight" in found.without[0]
    assert found.report["left_out"] == {"lost from sight before the end, without the outcome": 100}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('model = "prevent"', 'model = "none"', "is no model of this knowledge"),
        ('model = "prevent"', 'model = "fib-4"', "gives no risk and no dose"),
        ('outcome = "ascvd"', 'outcome = "none"', "has no formula for outcome 'none'"),
        ('outcome = "ascvd"', "", "has several outcomes or horizons"),
        ("coronary-disease", "no-disease", "'no-disease' is no clinical name"),
        ("horizon_years = 10", "", "several outcomes or horizons"),
        ('conditions = ["coronary-disease", "stroke-or-tia"]', "", "must name conditions or measurements"),
        ("index = 2012-01-01", "", "must say `index` and `until`"),
        ("[people]", "[people]\nindexed = 1", "people.indexed is not a key"),
        ('site = "st-elsewhere"', "", "study.site is missing"),
    ],
)
def test_a_study_that_asks_for_nothing_sensible(site: Site, old: str, new: str, words: str) -> None:
    told = STUDY + EVENT
    assert old in told
    (site.root / "wrong.toml").write_text(told.replace(old, new), "utf-8")
    with pytest.raises(KnowledgeError, match=words):
        read_study(site.root / "wrong.toml", site.knowledge)


def test_a_folder_that_is_no_export(site: Site) -> None:
    (site.root / "empty").mkdir()
    with pytest.raises(BulkError, match=r"holds no \*\.ndjson"):
        site.fitted(site.root / "empty")
    with pytest.raises(PrecisionError, match=r"need \[event\]"):
        site.fitted(site.root / "empty", "table.toml")


# ---- the commands ------------------------------------------------------------------------------------------------------


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["model", *map(str, words)])


def test_two_sites_and_their_merged_record(site: Site, everybody: list[Made], knowledge: Knowledge) -> None:
    root, other = site.root, site.root / "other.pem"
    assert run("new-key", other).exit_code == 0
    (root / "other.toml").write_text(STUDY.replace("st-elsewhere", "st-other"), "utf-8")
    one = write_table(root / "one.csv", everybody[:150])
    two = write_table(root / "two.csv", everybody[150:300])
    for study, data, key, out in (("table.toml", one, site.key, "a"), ("other.toml", two, other, "b")):
        done = run("recalibrate", root / study, data, "--key", key, "--out", root / out)
        assert done.exit_code == 0, done.output
        assert "150 people with a prediction" in done.output
    name = "prevent.base_10yr_female_ascvd.v1.json"
    merge = ("merge", root / "a" / name, root / "b" / name, "-o", root / "both.json", "--key", site.key, "--site", "region")
    done = run(*merge, "--keys", root)
    assert done.exit_code == 0 and "of 2 sites" in done.output, done.output
    keys = public_keys(root)
    together = read_record(verified((root / "both.json").read_bytes(), keys), "both.json")
    whole = write_table(root / "whole.csv", everybody[:300])
    pooled = read_record(verified(site.fitted(whole).files[name], keys), name)
    assert (together.people, together.events, together.linear, together.grid) == (pooled.people, pooled.events, pooled.linear, pooled.grid)
    parts = [read_record(verified((root / f / name).read_bytes(), keys), name) for f in "ab"]
    assert merged(parts, site="region", version=1, made=together.made) == together


def test_a_merge_takes_nothing_from_strangers(site: Site, everybody: list[Made]) -> None:
    table = write_table(site.root / "table.csv", everybody[:150])
    assert run("recalibrate", site.root / "table.toml", table, "--key", site.key, "--out", site.root / "a").exit_code == 0
    (site.root / "none").mkdir()
    file = next((site.root / "a").glob("*ascvd.v1.json"))
    done = run("merge", file, file, "-o", site.root / "c.json", "--key", site.key, "--keys", site.root / "none", "--site", "c")
    assert done.exit_code == 2 and file.name in done.output and "has signed it" in done.output
    assert not (site.root / "c.json").exists()


def test_a_run_without_a_record_says_so(site: Site, everybody: list[Made]) -> None:
    table = write_table(site.root / "table.csv", everybody[:12])
    done = run("recalibrate", site.root / "table.toml", table, "--key", site.key, "--out", site.root / "a")
    assert done.exit_code == 1 and "No record" in done.output
    assert [f.name for f in (site.root / "a").iterdir()] == ["prevent.report.json"]
    done = run("recalibrate", site.root / "table.toml", table, "--key", table, "--out", site.root / "a")
    assert done.exit_code == 2 and "no Ed25519 private key" in done.output
