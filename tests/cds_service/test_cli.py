"""The command line as its users type it: what it prints and the exit status it leaves."""

from __future__ import annotations

import contextlib
import csv
import gzip
import json
import os
import socket
import subprocess
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import MethodType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from models.codes import Code, Concept
from models.knowledge.types import Knowledge
from models.patient import Order, PatientProfile

CONVERSATIONS = Path(__file__).parents[1] / "conversations"
REFERENCE = Path(os.environ.get("PRECISION_HOOKS_REFERENCE") or Path(__file__).parents[3] / "shared")


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, list(words), input=given)


def request(name: str) -> str:
    return str(CONVERSATIONS / f"{name}.request.json")


def test_evaluate_prints_the_same_answer_as_the_service() -> None:
    result = run("evaluate", request("clopidogrel-poor-metabolizer"))
    expected = json.loads((CONVERSATIONS / "clopidogrel-poor-metabolizer.response.json").read_text("utf-8"))
    assert result.exit_code == 1
    assert json.loads(result.stdout)["cards"][0]["summary"] == expected["cards"][0]["summary"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("clopidogrel-poor-metabolizer", 1), ("clopidogrel-normal-metabolizer", 0), ("malformed-json", 2), ("missing-prefetch", 2)],
)
def test_evaluate_exit_status_is_0_no_card_1_cards_2_no_answer(name: str, status: int) -> None:
    result = run("evaluate", request(name))
    assert result.exit_code == status
    assert json.loads(result.stdout).get("resourceType") == ("OperationOutcome" if status == 2 else None)


def test_a_bug_is_no_exit_status_of_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("p-canary")

    monkeypatch.setattr("cds_service.answer.read_profile", broken)
    result = run("evaluate", request("codeine-poor"))
    assert result.exit_code == 2
    assert json.loads(result.stdout)["issue"][0]["code"] == "exception"
    assert '"kind":"ValueError"' in result.stderr
    assert "p-canary" not in result.output


def test_evaluate_takes_the_service_by_name_and_the_request_from_standard_input() -> None:
    text = Path(request("codeine-poor")).read_text("utf-8")
    assert run("evaluate", "-", "--service", "precision-order-sign", given=text).exit_code == 1
    refused = run("evaluate", "-", "--service", "nonsense", given=text)
    assert refused.exit_code == 2
    assert json.loads(refused.stdout)["issue"][0]["code"] == "not-found"


def test_explain_names_each_rule_and_each_gap() -> None:
    result = run("evaluate", request("mercaptopurine-both-reduced"), "--explain")
    assert "mercaptopurine–TPMT: fired" in result.stderr
    silent = run("evaluate", request("fluorouracil-not-tested"), "--explain")
    assert "fluorouracil–DPYD: not_tested" in silent.stderr
    assert "not checked: fluorouracil–DPYD (not_tested)" in silent.stderr


def test_text_shows_the_card_as_a_person_sees_it() -> None:
    shown = run("evaluate", request("abacavir-positive"), "--text").stdout
    assert "CRITICAL" in shown
    assert "Remove the abacavir order" in shown


def test_a_missing_file_is_a_sentence_not_a_traceback(tmp_path: Path) -> None:
    for words in (("evaluate", str(tmp_path / "no.json")), ("phenotype", str(tmp_path / "no.tsv"))):
        result = run(*words)
        assert result.exit_code == 2
        assert "cannot be read" in result.stderr
        assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "body", [b"", b"\xef\xbb\xbf", b"\x00\xff\xfe" * 100, b"[]", b"null"], ids=["empty", "BOM alone", "binary", "list", "null"]
)
def test_evaluate_of_no_request_is_2_with_an_outcome(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "odd.json").write_bytes(body)
    result = run("evaluate", str(tmp_path / "odd.json"))
    assert (result.exit_code, json.loads(result.stdout)["resourceType"]) == (2, "OperationOutcome")


def test_a_folder_is_a_sentence_not_a_traceback(tmp_path: Path) -> None:
    for command in ("evaluate", "phenotype"):
        result = run(command, str(tmp_path))
        assert (result.exit_code, result.stdout) == (2, "")
        assert "cannot be read" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
@pytest.mark.parametrize("words", [("evaluate", request("codeine-poor")), ("phenotype", "-")])
def test_a_full_disk_is_a_sentence_and_no_exit_status_of_an_answer(words: tuple[str, str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "cds_service.cli", *words]
        done = subprocess.run(
            command, input="gene\tdiplotype\nCYP2C19\t*1/*1\n", stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("setting", "words", "says"),
    [
        ({}, ("--host", "no-such-host.invalid"), "nothing says who may call"),
        ({"PRECISION_HOOKS_STORE_URL": "sqlite://"}, (), "in memory"),
    ],
)
def test_fault_G15_serve_says_why_it_does_not_start(
    setting: dict[str, str], words: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    result = run("serve", "--port", "0", *words)
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_used_port_is_a_sentence_not_a_traceback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "cds_service.cli", "serve", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Choose another port" in done.stderr
    assert "Traceback" not in done.stderr


def test_phenotype_reads_standard_input() -> None:
    result = run("phenotype", "-", given="gene\tdiplotype\nCYP2D6\t*4/*4\nCYP2D6\tnonsense\n")
    assert result.stdout.splitlines() == [
        "gene\tdiplotype\tphenotype\tactivity_score\tproblem",
        "CYP2D6\t*4/*4\tPoor Metabolizer\t0.0\t",
        "CYP2D6\tnonsense\t\t\tnot a pair of alleles",
    ]
    assert result.exit_code == 0


def test_phenotype_refuses_a_table_without_its_columns() -> None:
    result = run("phenotype", "-", given="a\tb\n1\t2\n")
    assert result.exit_code == 2
    assert "line 1" in result.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_phenotype_ends_quietly_when_its_reader_has_seen_enough(unbuffered: str) -> None:
    rows = b"gene\tdiplotype\n" + b"CYP2C19\t*2/*2\n" * 20_000
    command = [sys.executable, "-m", "cds_service.cli", "phenotype", "-"]
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(rows)
            process.stdin.close()
        assert (process.stderr.read(), process.wait(20)) == (b"", 0)


def test_phenotype_keeps_bytes_that_are_no_utf8_and_needs_no_utf8_terminal() -> None:
    plain = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    given = b"gene\tdiplotype\tname\nCYP2C19\t*2/*2\tJos\xe9\nCYP2C19\t*2/*2\tJos\xc3\xa9\n"
    command = [sys.executable, "-m", "cds_service.cli", "phenotype", "-"]
    done = subprocess.run(command, input=given, capture_output=True, env=plain, check=True)
    rows = done.stdout.splitlines()
    assert rows[1:] == [b"CYP2C19\t*2/*2\tJos\xe9\tPoor Metabolizer\t\t", b"CYP2C19\t*2/*2\tJos\xc3\xa9\tPoor Metabolizer\t\t"]


def test_phenotype_streams(knowledge: Knowledge) -> None:
    """The first row comes out before the last went in, also where Python buffers its output."""
    command = [sys.executable, "-m", "cds_service.cli", "phenotype", "-"]
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=plain) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("gene\tdiplotype\nCYP2C19\t*2/*2\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith("gene")
        assert "Poor Metabolizer" in process.stdout.readline()
        process.stdin.close()


@pytest.mark.long
def test_every_diplotype_of_the_reference_through_the_command(knowledge: Knowledge, tmp_path: Path) -> None:
    path = REFERENCE / "data" / "pgx" / "diplotype_phenotype.tsv.gz"
    if not path.exists():
        pytest.skip("the reference tables are not beside this checkout")
    with gzip.open(path, "rt", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["gene"] in knowledge.genes]
    given = tmp_path / "diplotypes.tsv"
    given.write_text("gene\tdiplotype\n" + "".join(f"{r['gene']}\t{r['diplotype']}\n" for r in rows), "utf-8")
    told = run("phenotype", str(given)).stdout.splitlines()[1:]
    wanted = [f"{r['gene']}\t{r['diplotype']}\t{r['phenotype']}\t{r['activity_score']}\t" for r in rows]
    assert told == wanted
    assert len(told) > 26_000


def test_knowledge_check_says_what_there_is(knowledge: Knowledge) -> None:
    result = run("knowledge", "check")
    assert result.exit_code == 0
    assert f"Sound. Digest {knowledge.digest}." in result.stdout


def test_demo_shows_the_card_and_the_response() -> None:
    result = subprocess.run([sys.executable, "-m", "cds_service.cli", "demo"], capture_output=True, text=True, check=True, timeout=60)
    assert "WARNING" in result.stdout
    assert "Remove the clopidogrel order" in result.stdout
    assert '"org.precision-hooks.finding"' in result.stdout


def test_the_readme_shows_the_card_of_the_demo() -> None:
    [card] = json.loads((CONVERSATIONS / "clopidogrel-poor-metabolizer.response.json").read_text("utf-8"))["cards"]
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert f"{card['indicator'].upper()}   {card['summary']}\n" in readme


def test_the_demo_is_the_conversation() -> None:
    assert (files("cds_service") / "demo.json").read_bytes() == Path(request("clopidogrel-poor-metabolizer")).read_bytes()


def test_fault_G10_serve_says_that_callers_are_not_authenticated_and_ends_cleanly() -> None:
    command = [sys.executable, "-m", "cds_service.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Callers are not authenticated: listening on this machine only.")
        while "Listening on" not in process.stderr.readline():
            pass
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_serve_writes_what_waits_when_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes that no table knows are written beside the calls; those of the last seconds at the end."""
    profile = PatientProfile(date(2026, 11, 26), orders=(Order("", Concept((Code("urn:oid:1.2.3", "A-1"),))),))

    def ended(app: object, settings: object, refused: MethodType) -> Any:
        state: Any = refused.__self__
        state.unmapped.count(profile, state.knowledge, "default", state.now())
        return SimpleNamespace(run=lambda: None)

    monkeypatch.setenv("PRECISION_HOOKS_STORE_URL", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setenv("PRECISION_HOOKS_MEMORY", "false")
    monkeypatch.setattr("cds_service.server.server_of", ended)
    monkeypatch.setattr("cds_service.cli.signal.signal", lambda *_: None)
    assert run("serve").exit_code == 0
    assert "urn:oid:1.2.3\tA-1\t1" in run("unmapped").stdout
