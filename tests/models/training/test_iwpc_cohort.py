"""Who is in the cohort and what is read of them; that another file than the pinned one is not read at all."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.knowledge.cohort_types import Package
from models.knowledge.load import load_cohort
from models.training.iwpc_cohort import cohort_of, raw_columns
from models.training.pickle_values import Untrusted
from tests.support.cohort import cohort
from tests.support.opcodes import called, frame, named, pickled, text

DEFINITION = load_cohort("iwpc")


def wheel(content: bytes, member: str = DEFINITION.package.member) -> tuple[io.BytesIO, Package]:
    """A wheel that holds `content`, and the package that pins it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, content)
    digests = {"sha256": hashlib.sha256(file.getvalue()).hexdigest(), "member_sha256": hashlib.sha256(content).hexdigest()}
    return io.BytesIO(file.getvalue()), replace(DEFINITION.package, rows=1, **digests)


ONE = frame(("dose", [35.0]), ("sex", ["male"]))


def test_a_pinned_file_is_read() -> None:
    assert list(raw_columns(*wheel(ONE))["dose"]) == [35.0]


def test_a_wheel_with_another_digest_is_not_opened() -> None:
    file, package = wheel(ONE)
    with pytest.raises(Untrusted, match="not the pinned wheel"):
        raw_columns(file, replace(package, sha256="0" * 64))
    with pytest.raises(Untrusted, match="not the pinned wheel"):
        raw_columns(io.BytesIO(b"no wheel at all"), package)


def test_a_member_with_another_digest_is_not_read() -> None:
    file, package = wheel(pickled(called(named("os", "system"), text("true"))))
    with pytest.raises(Untrusted, match="is not the pinned file"):
        raw_columns(file, replace(package, member_sha256="0" * 64))


def test_right_digests_do_not_make_a_command_welcome() -> None:
    with pytest.raises(Untrusted, match=r"os\.system"):
        raw_columns(*wheel(pickled(called(named("os", "system"), text("true")))))


def test_another_number_of_rows_is_refused() -> None:
    file, package = wheel(ONE)
    with pytest.raises(Untrusted, match="2 rows"):
        raw_columns(file, replace(package, rows=2))


# ---- by the definition -------------------------------------------------------------------------------------------------

VKORC1 = {
    "-1639": "VKORC1     -1639 consensus",
    "1173": "VKORC1 1173 consensus",
    "2255": "VKORC1 2255 consensus",
    "1542": "VKORC1 1542 consensus",
}
USUAL: dict[str, Any] = {
    "Project Site": 3,
    "Gender": "male",
    "Race (OMB)": "White",
    "Age": "60 - 69",
    "Height (cm)": 170.0,
    "Weight (kg)": 75.0,
    "Subject Reached Stable Dose of Warfarin": 1.0,
    "Therapeutic Dose of Warfarin": 35.0,
    "CYP2C9 consensus": "*1/*3",
    VKORC1["-1639"]: "A/G",
}


def read(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The people who are counted, as inputs with their true dose, of usual ones with these changes."""
    rows = [USUAL | change for change in changes]
    columns = {name: [row.get(name) for row in rows] for name in DEFINITION.columns}
    found = cohort_of(columns, replace(DEFINITION, package=replace(DEFINITION.package, rows=len(rows))))
    return [{name: values[at] for name, values in found.inputs.items()} | {"dose": found.truth[at]} for at in range(len(found))]


def test_a_usual_person() -> None:
    (one,) = read({})
    assert {k: one[k] for k in ("sex", "ancestry", "age", "vkorc1", "cyp2c9", "target-inr", "dose")} == {
        "sex": "male",
        "ancestry": "white",
        "age": 65,
        "vkorc1": "A/G",
        "cyp2c9": "*1/*3",
        "target-inr": 2.5,
        "dose": 35,
    }
    assert [one[k] for k in ("amiodarone", "enzyme-inducer", "current-smoker", "venous-thromboembolism")] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "change",
    [
        {"Subject Reached Stable Dose of Warfarin": 0.0},
        {"Subject Reached Stable Dose of Warfarin": None},
        {"Therapeutic Dose of Warfarin": float("nan")},
        {"Therapeutic Dose of Warfarin": 315.0},
        {"Target INR": 3.5},
        {"Target INR": 1.75},
        {"Estimated Target INR Range Based on Indication": "2.5-3.5"},
        {"Age": None},
        {"Gender": None},
        {"Height (cm)": None, "Weight (kg)": float("nan")},
        {"CYP2C9 consensus": "*1/*11"},
    ],
)
def test_who_is_not_counted(change: dict[str, Any]) -> None:
    assert read(change) == []


@pytest.mark.parametrize(
    ("change", "genotype"),
    [
        ({VKORC1["-1639"]: None, VKORC1["1173"]: "T/T"}, "A/A"),
        ({VKORC1["-1639"]: None, VKORC1["1173"]: "C/C", VKORC1["2255"]: "T/T"}, "G/G"),
        ({VKORC1["-1639"]: None, VKORC1["2255"]: "C/T"}, "A/G"),
        ({VKORC1["-1639"]: None, VKORC1["1542"]: "C/C"}, "A/A"),
        ({VKORC1["-1639"]: None, VKORC1["2255"]: "C/T", "Race (OMB)": "Black or African American"}, "unknown"),
        ({VKORC1["-1639"]: None, VKORC1["1542"]: "C/C", "Race (OMB)": "Unknown"}, "unknown"),
        ({VKORC1["-1639"]: None, VKORC1["1173"]: "C/T", "Race (OMB)": "Black or African American"}, "A/G"),
        ({VKORC1["-1639"]: None}, "unknown"),
        ({"CYP2C9 consensus": None}, "A/G"),
    ],
)
def test_a_promoter_genotype_is_taken_from_neighbours_where_they_tell_it(change: dict[str, Any], genotype: str) -> None:
    assert read(change)[0]["vkorc1"] == genotype


def test_a_missing_height_is_the_median_of_people_alike() -> None:
    found = read({"Height (cm)": 180.0}, {"Height (cm)": 170.0}, {"Height (cm)": None}, {"Height (cm)": 150.0, "Gender": "female"})
    assert [one["height"] for one in found] == [180, 170, 175, 150]


def test_medicines_and_indications() -> None:
    found = read({"Phenytoin (Dilantin)": 1.0, "Carbamazepine (Tegretol)": 0.0}, {"Amiodarone (Cordarone)": 1.0}, {"Current Smoker": 1.0})
    assert [(one["enzyme-inducer"], one["amiodarone"], one["current-smoker"]) for one in found] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    clots = read(*({"Indication for Warfarin Treatment": said} for said in ("2", "3; 8", "1 or 2", "3; 1; 8", "12", None)))
    assert [one["venous-thromboembolism"] for one in clots] == [1, 0, 1, 1, 0, 0]


# ---- the cohort itself ---------------------------------------------------------------------------------------------------


def test_the_cohort_is_the_published_one() -> None:
    people = cohort().cohort
    assert len(people) == 5395
    assert Counter(people.groups.tolist()) == {"white": 2967, "asian": 1463, "black": 631, "unknown": 334}
    assert len(np.unique(people.sites)) == 21
    assert np.mean(people.inputs["vkorc1"] == "unknown") == pytest.approx(0.018, abs=0.001)
    assert np.mean(people.inputs["cyp2c9"] == "unknown") == pytest.approx(0.021, abs=0.001)
    assert all(np.isfinite(values).all() for values in people.inputs.values() if values.dtype.kind == "f")
