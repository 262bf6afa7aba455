"""The command `switch`: it leaves a file that a service accepts, and the kill switch works also where nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.switches_file import read_switches

WHO = ("--owner", "on call", "--reason", 'wrong "cards"')
SIGN = "precision-order-sign"
RULES = ("codeine", "clopidogrel–CYP2C19")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "switches.toml"
    path.write_text("", "utf-8")
    monkeypatch.setenv("PRECISION_HOOKS_SWITCHES", str(path))
    monkeypatch.setenv("PRECISION_HOOKS_STORE_URL", f"sqlite:///{tmp_path / 'store.sqlite'}")
    return path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["switch", *words])


def rows(file: Path) -> list[tuple[str, str, str]]:
    return [(row.mode, row.service, row.rule) for row in read_switches(str(file), (), (SIGN,), RULES).rows]


def test_switches_are_set_changed_listed_and_cleared(file: Path) -> None:
    assert "Everything is on." in run("list").output
    assert run("set", "shadow", "--service", SIGN, *WHO).exit_code == 0
    assert run("set", "off", "--rule", "codeine", *WHO).exit_code == 0
    assert run("set", "pilot", "--service", SIGN, "--user", "Practitioner/1", *WHO).exit_code == 0
    assert rows(file) == [("off", "*", "codeine"), ("pilot", SIGN, "")]
    assert "pilot for Practitioner/1: client *, service precision-order-sign. on call" in run("list").output
    assert run("clear", "--rule", "codeine").exit_code == 0
    assert rows(file) == [("pilot", SIGN, "")]
    assert run("clear", "--rule", "codeine").exit_code == 2


@pytest.mark.parametrize("words", [("set", "off", "--rule", "codein"), ("set", "pilot"), ("set", "on", "--service", "none")])
def test_a_switch_that_would_do_nothing_is_not_written(file: Path, words: tuple[str, ...]) -> None:
    run("set", "off", "--rule", "codeine", *WHO)
    before = file.read_bytes()
    done = run(*words, *WHO)
    assert (done.exit_code, file.read_bytes()) == (2, before)
    assert "switches.toml: switch 2" in done.output


def test_the_kill_switch_stands_beside_the_others_and_is_taken_back(file: Path) -> None:
    run("set", "off", "--rule", "codeine", *WHO)
    assert run("off", *WHO).exit_code == 0
    assert rows(file) == [("off", "*", "codeine"), ("off", "*", "")]
    assert run("clear").exit_code == 0
    assert rows(file) == [("off", "*", "codeine")]


@pytest.mark.parametrize("wrong", ["switches", "no TOML", "knowledge"])
def test_the_kill_switch_works_where_something_else_is_wrong(file: Path, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = '[[switch]]\nmode = "off"\nrule = "codein"\nowner = "a"\nreason = "b"\nsince = "2026-11-26"\n'
    text = {"switches": row, "no TOML": "[[switch", "knowledge": ""}[wrong]
    file.write_text(text, "utf-8")
    if wrong == "knowledge":
        (file.parent / "empty").mkdir()
        monkeypatch.setenv("PRECISION_HOOKS_KNOWLEDGE", str(file.parent / "empty"))
    done = run("off", *WHO)
    assert (done.exit_code, rows(file)) == (0, [("off", "*", "")])
    (aside,) = file.parent.glob("switches.toml.2*")
    assert aside.read_text("utf-8") == text
    assert aside.name in done.output


def test_a_link_stays_a_link_and_the_service_can_still_read_the_file(file: Path) -> None:
    real = file.with_name("real.toml")
    file.rename(real)
    file.symlink_to(real.name)
    real.chmod(0o664)
    run("off", *WHO)
    assert file.is_symlink() and real.stat().st_mode & 0o777 == 0o664
    assert rows(file) == [("off", "*", "")]


def test_without_a_file_the_command_says_what_to_set(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRECISION_HOOKS_SWITCHES")
    for words in (("list",), ("off", *WHO), ("clear",)):
        done = run(*words)
        assert (done.exit_code, "PRECISION_HOOKS_SWITCHES" in done.output) == (2, True)
