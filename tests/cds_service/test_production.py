"""Several processes under load, at their end, and when one of them dies: real gunicorn, real connections."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.bodies import order_sign
from tests.support.production import PATH, Crowd, Production, running_production, until

BODY = order_sign(10)
LIMIT = 256 * 1024
POST = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n".encode()


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """For tests that leave it as it was."""
    with running_production(tmp_path_factory.mktemp("production"), max_body_bytes=LIMIT, drain_seconds=0) as running:
        yield running


def _outcome(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/fhir+json" in head and b"Server" not in head
    told = json.loads(body)
    assert told["resourceType"] == "OperationOutcome"
    return int(head.split()[1]), body.decode()


def test_fault_G14_every_process_answers_with_connections_of_its_own(production: Production) -> None:
    with Crowd(production.address, BODY).pressing() as crowd:
        until(lambda: crowd.total() >= 40)
    assert set(crowd.answers) <= {200, 503} and crowd.answers[200] >= 10
    assert production.ask(path="/ready")[0] == 200


def test_metrics_of_whichever_process_are_those_of_all(production: Production) -> None:
    counted = re.compile(r'^precision_hooks_requests_total{service="precision-order-sign",status="200"} (\S+)', re.MULTILINE)

    def total() -> float:
        found = counted.search(production.ask(path="/metrics")[2].decode())
        return float(found[1]) if found else 0.0

    before = total()
    for _ in range(12):
        assert production.ask("POST", PATH, BODY)[0] == 200
    assert {total() - before for _ in range(8)} == {12.0}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /Zaphod-secret HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        (b"Zaphod-secret\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nZaphod secret: 1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"Zaphod" * 4000 + b"\r\n\r\n", 431),
        (b"GET /" + b"Zaphod" * 1000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (POST + b"Content-Length: 3\r\nContent-Length: 30\r\n\r\n{}Zaphod", 400),
        (POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nZaphod", 400),
        (POST + b"Content-Length: Zaphod\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: Zaphod\r\n\r\n", 501),
    ],
)
def test_security_S54_what_is_no_http_is_refused_and_not_quoted(production: Production, sent: bytes, status: int) -> None:
    told, body = _outcome(production.send(sent))
    assert told == status and "Zaphod" not in body


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: %d\r\n\r\n" % (LIMIT + 1) + b" " * (LIMIT + 1),
        b"Transfer-Encoding: chunked\r\n\r\n" + (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 12 + b"0\r\n\r\n",
    ],
    ids=["by its length", "in chunks"],
)
def test_fault_A07_a_body_over_the_limit_is_refused_and_its_sender_reads_why(production: Production, body: bytes) -> None:
    assert _outcome(production.send(POST, body))[0] == 413


def test_fault_A07_a_body_shorter_than_its_length_is_no_request(production: Production) -> None:
    with socket.create_connection(production.address, timeout=20) as line:
        line.sendall(POST + b"Content-Length: %d\r\n\r\n" % (len(BODY) + 100) + BODY)
        line.shutdown(socket.SHUT_WR)
        assert _outcome(line.makefile("rb").read())[0] == 408


def test_fault_A17_slow_clients_do_not_stop_others(production: Production) -> None:
    slow = [socket.create_connection(production.address) for _ in range(20)]
    for i, line in enumerate(slow):
        line.sendall(POST[:20] if i % 2 else POST + b"Content-Length: 1000\r\n\r\n{")
    assert production.ask("POST", PATH, BODY)[0] == 200
    for line in slow:
        line.close()


def test_fault_G12_whatever_the_load_every_answer_is_200_or_503_with_retry_after(tmp_path: Path) -> None:
    with running_production(tmp_path, workers=1, at_once=1) as running:
        with Crowd(running.address, order_sign(100), clients=12).pressing() as crowd:
            until(lambda: crowd.total() >= 150 and {200, 503} <= set(crowd.answers))
            assert running.ask(path="/ready")[0] == running.ask(path="/cds-services")[0] == 200
        assert set(crowd.answers) == {200, 503} and not crowd.unclear
        shed = re.search(r"^precision_hooks_shed_total (\S+)", running.ask(path="/metrics")[2].decode(), re.MULTILINE)
        assert shed and float(shed[1]) == crowd.answers[503]


@pytest.mark.parametrize("workers", [2, None], ids=["gunicorn", "waitress"])
def test_fault_G10_at_the_end_no_call_fails_of_clients_that_heed_readiness(tmp_path: Path, workers: int | None) -> None:
    with running_production(tmp_path, workers=workers, drain_seconds=1, at_once=16) as running:
        with Crowd(running.address, BODY, clients=4).pressing() as crowd:
            until(lambda: crowd.total() >= 20)
            running.process.send_signal(signal.SIGTERM)
            until(lambda: running.ask(path="/ready")[0] == 503)
            assert json.loads(running.ask(path="/ready")[2]) == {"status": "draining"}
            before = crowd.total()
            until(lambda: crowd.total() >= before + 8)  # it answers on
        assert set(crowd.answers) == {200}
        assert running.process.wait(10) == 0


def test_fault_G11_when_a_process_is_killed_others_answer_and_a_new_one_comes(tmp_path: Path) -> None:
    with running_production(tmp_path, drain_seconds=0, at_once=16) as running:
        before = set(running.pids)
        with Crowd(running.address, BODY, clients=4).pressing() as crowd:
            until(lambda: crowd.total() >= 10)
            os.kill(min(before), signal.SIGKILL)
            until(lambda: len(set(running.pids) - before) == 1 and len(running.pids) == 2)
            after = crowd.answers[200]
            until(lambda: crowd.answers[200] >= after + 10)
        failed = crowd.total() - crowd.answers[200]
        assert failed <= 4 and not crowd.unclear  # those that were under way
        assert running.ask("POST", PATH, BODY)[0] == 200


def test_fault_G17_a_log_that_nobody_reads_stops_no_answer(tmp_path: Path) -> None:
    read, write = os.pipe()
    filling = os.dup(write)
    os.set_blocking(filling, False)
    with running_production(tmp_path, workers=1, log=write) as running:
        with suppress(BlockingIOError):
            while os.write(filling, b"x" * 4096):
                pass
        for _ in range(5):
            assert running.ask("POST", PATH, BODY)[0] == 200
        running.process.kill()
        for pid in running.pids:
            os.kill(pid, signal.SIGKILL)
    for end in (read, write, filling):
        os.close(end)


def test_fault_G13_plain_gunicorn_reads_the_same_settings_and_renews_processes_one_by_one(tmp_path: Path) -> None:
    environment = os.environ | {
        "PRECISION_HOOKS_PORT": "8099",
        "WEB_CONCURRENCY": "3",
        "PRECISION_HOOKS_STORE_URL": f"sqlite:///{tmp_path}/s",
    }
    command = [str(Path(sys.executable).with_name("gunicorn")), "-c", "python:cds_service.gunicorn_conf", "--print-config"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    for name, value in (
        ("bind", "['127.0.0.1:8099']"),
        ("workers", "3"),
        ("preload_app", "True"),
        ("threads", "16"),
        ("accesslog", "None"),
    ):
        assert re.search(rf"^{name}\s+= {re.escape(value)}$", told, re.MULTILINE), told
    renewed = {name: int(count) for name, count in re.findall(r"^(max_requests(?:_jitter)?)\s+= (\d+)$", told, re.MULTILINE)}
    assert renewed["max_requests"] > 0 and renewed["max_requests_jitter"] > 0
