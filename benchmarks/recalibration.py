"""`model recalibrate` on a made-up bulk export, in a process of its own: time and memory. `python -m benchmarks.recalibration [PEOPLE]`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory


def make(folder: Path, people: int) -> None:
    """In another process: what a process takes at its beginning is counted with what it takes later."""
    from cds_service.population.record_signing import make_key
    from tests.support.bulk import EVENT, STUDY, person, write_bulk

    make_key(folder / "site.pem")
    (folder / "study.toml").write_text(STUDY + EVENT, "utf-8")
    write_bulk(folder / "export", [person(i) for i in range(people)])


def main(people: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        maker = get_context("spawn").Process(target=make, args=(folder, people))
        maker.start()
        maker.join()
        files = list((folder / "export").iterdir())
        size, lines = sum(f.stat().st_size for f in files) / 2**20, sum(f.read_bytes().count(b"\n") for f in files)
        words = ["recalibrate", folder / "study.toml", folder / "export", "--key", folder / "site.pem", "--out", folder / "out"]
        start = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "cds_service.cli", "model", *map(str, words)], stdout=subprocess.DEVNULL)
        used = os.wait4(process.pid, 0)[2]
        took = time.perf_counter() - start
        told = json.loads((folder / "out" / "prevent.report.json").read_text("utf-8"))
    print(f"{told['people']} people, {lines} resources, {size:.0f} MiB: {took:.1f} s, of which {used.ru_utime:.1f} s of one core")
    print(f"at most {used.ru_maxrss / 1024:.0f} MiB of memory")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
