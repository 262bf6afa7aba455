"""./dev bench load: signed calls on two processes of sixteen threads. ./dev bench soak MINUTES: does memory grow? It judges nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.bodies import order_sign
from benchmarks.ehr import BASE, Ehr
from tests.support.production import PATH, Production, running_production

SECONDS = 10.0
CONNECTIONS = 16
MOST_A_SECOND = 500  #: for which tokens are made beforehand
PACED = 0.6  #: of what is reached, at which the slowest calls are looked at
TWICE = 2  #: times what is reached
CROWD = 120  #: connections that press where there is far too much to do, each again at once: ten for each turn of two processes
PROBES = 20  #: calls a second whose times are taken meanwhile


@dataclass(frozen=True, slots=True)
class Bench:
    """A running service and what is sent to it."""

    running: Production
    ehr: Ehr
    body: Path

    def own(self, rate: float, seconds: float, connections: int) -> list[tuple[int, float]]:
        """By our own generator: status and milliseconds of each call."""
        tokens = self.ehr.tokens(PATH, int((rate or MOST_A_SECOND) * seconds) + 1)
        module = [sys.executable, "-m", "benchmarks.generator", "{}:{}".format(*self.running.address), PATH, str(self.body), str(tokens)]
        told = subprocess.run([*module, str(rate), str(seconds), str(connections)], capture_output=True, check=True).stdout
        return [(int(status), float(ms)) for status, ms in json.loads(told)]

    def wrk(self, seconds: float, connections: int) -> subprocess.Popen[str]:
        """Most calls that are answered; the tokens are made before it starts."""
        tokens = self.ehr.tokens(PATH, int(MOST_A_SECOND * seconds)).rename(self.body.with_name("tokens-wrk"))
        script = Path(__file__).with_name("wrk.lua")
        how = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "30s", "-s", str(script), self.running.base + PATH]
        return subprocess.Popen([*how, "--", str(tokens), str(self.body)], stdout=subprocess.PIPE, text=True)

    def memory(self) -> float:
        """MiB of both processes: what is not shared, and their part of what is."""
        return sum(_pss(pid) for pid in self.running.pids) / 1024


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


@contextmanager
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="precision-hooks-load-") as name:
        folder = Path(name)
        ehr, body = Ehr(folder), folder / "body.json"
        body.write_bytes(order_sign(100))
        with running_production(folder, clients=ehr.clients, base_url=BASE, drain_seconds=0) as running:
            made = Bench(running, ehr, body)
            made.own(20, 2, 4)  # warm
            yield made


def reached(of: Bench) -> tuple[float, float, float, str]:
    """Answered calls a second, p50 and p99 in milliseconds, and what else there was."""
    if shutil.which("wrk"):
        told: dict[str, Any] = json.loads((of.wrk(SECONDS, CONNECTIONS).communicate()[0] or "").strip().splitlines()[-1])
        return (
            (told["calls"] - told["refused"]) / told["seconds"],
            told["p50"],
            told["p99"],
            f"{told['refused']} refused, {told['broken']} broken off; by wrk",
        )
    print("wrk is not installed (Debian, Ubuntu: apt-get install wrk), so our own generator presses, and takes much of a core itself.\n")
    found = of.own(0, SECONDS, CONNECTIONS)
    return sum(status == 200 for status, _ in found) / SECONDS, *_middle_and_slowest(found), f"{_others(found)}; by our own generator"


def _middle_and_slowest(found: list[tuple[int, float]]) -> tuple[float, float]:
    times = [ms for _, ms in found]
    return median(times), quantiles(times, n=100)[98]


def _fates(found: list[tuple[int, float]]) -> str:
    """How many were answered and how many turned away, and in which time."""
    parts = []
    for status, what in ((200, "answered"), (503, "turned away")):
        times = [ms for got, ms in found if got == status]
        parts += [f"{len(times)} {what} in a median of {median(times):.0f} ms"] if times else []
    return ", ".join(parts)


def _others(found: list[tuple[int, float]]) -> str:
    others = Counter(status for status, _ in found if status != 200)
    return ", ".join(f"{count} of {status}" for status, count in sorted(others.items())) or "all were 200"


def overloaded(of: Bench) -> str:
    """While far more press than have a turn: how soon is a call answered, and how soon turned away?"""
    crowd = of.wrk(SECONDS, CROWD)
    time.sleep(1)
    found = of.own(PROBES, SECONDS - 3, PROBES)
    told = json.loads(crowd.communicate()[0].strip().splitlines()[-1])
    shed, answered = ([ms for status, ms in found if status == wanted] for wanted in (503, 200))
    middle = " and ".join(f"{median(ms):.0f} ms ({len(ms)} {what})" for ms, what in ((shed, "turned away"), (answered, "answered")) if ms)
    good = (told["calls"] - told["refused"]) / told["seconds"]
    away = told["refused"] / told["seconds"]
    return f"{CROWD} connections: {good:.0f} calls/s are answered, {away:.0f}/s turned away; median of probes {middle}"


def load() -> None:
    with bench() as of:
        rate, middle, slowest, how = reached(of)
        print(f"| reached | {rate:.0f} calls/s, p50 {middle:.0f} ms, p99 {slowest:.0f} ms ({how}) | 150 calls/s |")
        found = of.own(rate * PACED, SECONDS, CONNECTIONS)
        middle, slowest = _middle_and_slowest(found)
        print(f"| at {rate * PACED:.0f} calls/s | p50 {middle:.0f} ms, p99 {slowest:.0f} ms ({_others(found)}) | p99 50 ms |")
        fates = _fates(of.own(rate * TWICE, SECONDS, CROWD))
        print(f"| at {rate * TWICE:.0f} calls/s, twice what can be done | {fates} | turned away in 20 ms |")
        if shutil.which("wrk"):
            print(f"| far too much to do | {overloaded(of)} | turned away in 20 ms |")
        print(f"| memory of two processes | {of.memory():.0f} MiB | |")


def soak(minutes: float) -> None:
    """At a steady pace; a slope is told by the second half, since caches fill in the first."""
    with bench() as of:
        seen: list[float] = []
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            found = of.own(60, min(15.0, minutes * 15), CONNECTIONS)
            seen.append(of.memory())
            print(f"{seen[-1]:.1f} MiB, {_others(found)}", flush=True)
        half = seen[len(seen) // 2 :]
        print(f"Grew by {half[-1] - half[0]:.2f} MiB in the second half of {minutes:g} minutes.")


def main(words: list[str]) -> None:
    if words[0] == "soak":
        soak(float(words[1]) if len(words) > 1 else 10)
        return
    print("| | measured | goal |\n|---|---|---|")
    load()
