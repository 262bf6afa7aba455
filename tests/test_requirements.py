"""The locks: they hold what pyproject.toml asks for, agree with each other, and say nothing of the machine they were made on."""

from __future__ import annotations

import re
import tomllib

import pytest

from models.knowledge.load import load_cohort
from tests.support.source_scan import ROOT

LOCKS = ("serve", "test", "train", "compare", "cohort")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def text(lock: str) -> str:
    return (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")


def pins(lock: str) -> list[tuple[str, str]]:
    """(name, version); a package has several where newer Pythons get a newer version."""
    return re.findall(r"^([a-z0-9-]+)==(\S+)", text(lock), re.MULTILINE)


def packages(lock: str) -> set[str]:
    return {name for name, _ in pins(lock)}


def asked(requirements: list[str]) -> set[str]:
    return {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", line)[0]).lower() for line in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_version_is_pinned_and_hashed(lock: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", text(lock), flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(lock)) > 0
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_folder(lock: str) -> None:
    assert not re.search(r"://|index-url|find-links|(?<![\w.])/\w", text(lock))


def test_locks_hold_what_the_project_asks_for() -> None:
    extras = PROJECT["optional-dependencies"]
    backend = {"hatchling"}  # the clone is installed without build isolation
    assert asked(PROJECT["dependencies"]) | backend <= packages("serve")
    assert asked(extras["test"]) | backend <= packages("test")
    assert asked(extras["train"]) <= packages("train")


def test_the_test_environment_is_the_serving_one_and_more() -> None:
    assert set(pins("serve")) <= set(pins("test"))
    shared = packages("test") & packages("train")
    assert {pin for pin in pins("test") if pin[0] in shared} == {pin for pin in pins("train") if pin[0] in shared}


def test_serving_needs_no_pandas_numpy_or_scikit_learn() -> None:
    assert not {"numpy", "pandas", "scikit-learn", "scipy"} & packages("serve")


def test_the_cohort_that_is_downloaded_is_the_one_that_is_read() -> None:
    package = load_cohort("iwpc").package
    assert pins("cohort") == [(package.name, package.version)]
    assert re.findall(r"--hash=sha256:(\w+)", text("cohort")) == [package.sha256]
