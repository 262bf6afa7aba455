"""./dev bench: our service against a bare Flask echo of the same body, memory, start-up. It measures and judges nothing."""

from __future__ import annotations

import compileall
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import orjson
import requests
from flask import Flask, Response, request

from benchmarks import phenotypes, predictions, reading, tumours
from benchmarks.bodies import five_orders, order_sign
from cds_service.app import create_app, create_state
from cds_service.demo import running_service
from cds_service.garbage import settle
from cds_service.logs import Log
from cds_service.settings import Settings

SIZES = (10, 100, 1000)
ROUNDS = {10: 400, 100: 200, 1000: 40}
URL = "/cds-services/precision-order-sign"


def echo_app() -> Flask:
    """orjson in, orjson out, nothing between."""
    app = Flask("echo")

    @app.post(URL)
    def echo() -> Response:
        return Response(orjson.dumps(orjson.loads(request.get_data())), content_type="application/json")

    return app


def milliseconds(apps: dict[str, Flask], body: bytes, rounds: int) -> dict[str, float]:
    """Median time of a call to each app, in turn within one loop, so that both see the same machine."""
    clients = {name: app.test_client() for name, app in apps.items()}
    times: dict[str, list[float]] = {name: [] for name in apps}
    for i in range(rounds + 5):
        for name, client in clients.items():
            start = time.perf_counter()
            answer = client.post(URL, data=body, content_type="application/json")
            took = time.perf_counter() - start
            assert answer.status_code == 200
            if i >= 5:
                times[name].append(took * 1000)
    return {name: median(values) for name, values in times.items()}


def in_turn(*actions: Callable[[], object], rounds: int = 9) -> list[float]:
    """Median seconds of each action, in turn, so that all see the same machine; a first round is not counted."""
    times: list[list[float]] = [[] for _ in actions]
    for i in range(rounds + 1):
        for found, action in zip(times, actions, strict=True):
            start = time.perf_counter()
            action()
            if i:
                found.append(time.perf_counter() - start)
    return [median(found) for found in times]


def first_answer() -> None:
    """From the start of the process to its first answer to an order-sign call."""
    with running_service() as (base, _):
        assert requests.post(base + URL, data=order_sign(10), headers={"Content-Type": "application/json"}, timeout=10).ok


def bare_imports() -> None:
    subprocess.run([sys.executable, "-c", "import flask, waitress, requests"], check=True)


def idle_memory() -> float:
    """MiB resident after one answer."""
    with running_service() as (base, process):
        requests.post(base + URL, data=order_sign(10), headers={"Content-Type": "application/json"}, timeout=10)
        status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def _line(what: str, body: bytes, found: dict[str, float]) -> str:
    ratio = found["ours"] / found["echo"]
    return f"| {what} | {len(body) / 1024:.0f} KiB | {found['echo']:.2f} ms | {found['ours']:.2f} ms | {ratio:.2f} |"


def compile_once() -> None:
    """What a clone's first start leaves behind, also where PYTHONDONTWRITEBYTECODE keeps starts from leaving it."""
    for package in ("cds_service", "fhir_mappings", "models"):
        compileall.compile_dir(str(Path(__file__).parents[1] / package), quiet=1)


def main() -> None:
    compile_once()
    print(f"{date.today()}, {platform.machine()}, {platform.system()}, Python {platform.python_version()}\n")
    quiet = Path(os.devnull).open("w")  # noqa: SIM115 - lives as long as the run
    state = create_state(Settings(store_url="sqlite://"), log=Log(quiet))
    settle()  # as serve does
    apps = {"echo": echo_app(), "ours": create_app(state=state)}
    print("| prefetch | body | echo | ours | ratio |\n|---|---|---|---|---|")
    for only_genotypes, kind in ((False, "nine genotypes, the rest variants"), (True, "all genotypes")):
        for size in SIZES:
            body = order_sign(size, only_genotypes=only_genotypes)
            found = milliseconds(apps, body, ROUNDS[size])
            print(_line(f"{size}, {kind}", body, found))
    body = five_orders()
    found = milliseconds(apps, body, ROUNDS[10])
    print(_line("five orders, fifteen genes", body, found))
    print(f"\n{reading.report(state.services[URL.rpartition('/')[2]], state.knowledge, state.fhir)}")
    print(f"\n{phenotypes.report()}")
    print(tumours.report(state.knowledge))
    print(predictions.report(state.knowledge))
    bare, started = in_turn(bare_imports, first_answer)
    print(f"\nStart to first answer {started:.2f} s; importing flask, waitress and requests {bare:.2f} s; ratio {started / bare:.2f}")
    print(f"Idle memory {idle_memory():.0f} MiB")


if __name__ == "__main__":
    if sys.argv[1:2] in (["load"], ["soak"]):
        from benchmarks import load

        load.main(sys.argv[1:])
    else:
        main()
