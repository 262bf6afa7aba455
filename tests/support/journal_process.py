"""A process of its own that writes a journal until it is killed: `python -m tests.support.journal_process URL FOLDER HOW`."""

from __future__ import annotations

import os
import resource
import sys
from threading import Lock, Thread

from cds_service.store.audit import AuditLog
from cds_service.store.journal import Journal
from tests.support.audits import entry

_LOCK = Lock()


def _append(journal: Journal, count: int, size: int = 200) -> None:
    """Each id is printed once its entry is said to be durable, and how."""
    for number in range(count):
        made = entry(number, pad="x" * size)
        fate = journal.append(made)
        with _LOCK:
            sys.stdout.write(f"{fate} {made.id}\n")
            sys.stdout.flush()


def _run(url: str, folder: str, how: str) -> None:
    journal = Journal(url, folder, 1 << 24)
    AuditLog(url, journal=journal)
    if how == "for-ever":
        threads = [Thread(target=_append, args=(journal, 1_000_000)) for _ in range(4)]
        for thread in threads:
            thread.start()
        return
    if how == "small-files":
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))  # beyond it, every write fails as on a full disk
        _append(journal, 200, size=20_000)
    if how == "fork":
        _append(journal, 5)
        child = os.fork()
        _append(journal, 5)
        if child:
            os.waitpid(child, 0)
    journal.close()


if __name__ == "__main__":
    _run(*sys.argv[1:4])
