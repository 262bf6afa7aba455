"""The demonstration: a real service on a free port, one clopidogrel order, the card that comes back."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import requests
from rich.console import Console

from cds_service.card_text import show

START_SECONDS = 30


def run(console: Console) -> None:
    """Start the service, sign the order, print the card and the response. Raises RuntimeError when it does not start."""
    body = (files("cds_service") / "demo.json").read_bytes()
    with running_service() as (base, _):
        service = f"{base}/cds-services/precision-order-sign"
        console.print(
            f"POST {service}\n  a clopidogrel 75 mg order for a patient whose CYP2C19 result is *2/*2\n", highlight=False, markup=False
        )
        answer = requests.post(service, data=body, headers={"Content-Type": "application/json"}, timeout=10)
        answer.raise_for_status()
    show(answer.json(), console)
    console.print(f"\nThe response ({answer.elapsed.total_seconds() * 1000:.0f} ms):", highlight=False)
    console.print_json(answer.text)


@contextmanager
def running_service() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The service in a process of its own on a free port: its base URL, once it answers."""
    port = _free_port()
    command = [sys.executable, "-m", "cds_service.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield _ready(f"http://127.0.0.1:{port}", process), process
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(base: str, process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{base}/health", timeout=1).ok:
                return base
        except requests.ConnectionError:
            time.sleep(0.01)
    process.terminate()
    said = process.stderr.read() if process.stderr else ""
    raise RuntimeError(f"The service did not start within {START_SECONDS} seconds. It said:\n{said}")
