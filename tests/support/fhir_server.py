"""A real FHIR R4 server for tests: sekmet-fhir on a free loopback port, with one bearer token."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

TOKEN = "token-for-tests"


@dataclass(frozen=True)
class FhirServer:
    """A running server. `put` loads one resource under its own id."""

    base: str

    def put(self, resource: dict[str, Any]) -> None:
        url = f"{self.base}/{resource['resourceType']}/{resource['id']}"
        answer = requests.put(
            url, json=resource, headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/fhir+json"}, timeout=10
        )
        answer.raise_for_status()


@contextmanager
def running(folder: Path) -> Iterator[FhirServer]:
    """Start the server in `folder`; it is ended and its data left to the caller's temporary folder."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}/fhir"
    config = folder / "settings.yaml"
    settings = {
        "base_url": base,
        "host": "127.0.0.1",
        "port": port,
        "data_dir": str(folder / "data"),
        "own_private_key_path": str(folder / "key.pem"),
        "server_auth": {"types": ["bearer"], "tokens": [TOKEN]},
        "simulator": {"enabled": False},
    }
    config.write_text(json.dumps(settings))  # JSON is YAML
    command = [str(Path(sys.executable).with_name("sekmet")), "serve", "--config", str(config)]
    with (folder / "server.log").open("w") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            _wait_until_up(base, process, folder)
            yield FhirServer(base)
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(base: str, process: subprocess.Popen[bytes], folder: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if requests.get(f"{base}/metadata", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError(f"sekmet-fhir did not come up:\n{(folder / 'server.log').read_text()[-2000:]}")
