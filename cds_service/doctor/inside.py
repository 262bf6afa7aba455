"""Checks of what this machine holds: knowledge, store, audit, spool, disk. They read, and write nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from cds_service.doctor.result import Result
from cds_service.doctor.surroundings import Surroundings
from cds_service.errors import StoreUnavailable
from models.errors import PrecisionError
from models.knowledge.age import newest_source
from models.knowledge.types import Knowledge

_ROOM = 2  #: times spool_bytes that should be free where the spool lies
_WAITING = ".jsonl"  #: files of the spool


def check_knowledge(here: Surroundings) -> Iterator[Result]:
    try:
        known = here.knowledge()
    except PrecisionError as error:
        yield Result(
            "knowledge",
            "error",
            str(error),
            "the service does not start with it",
            "correct the file, then: precision-hooks knowledge check",
        )
        return
    yield Result("knowledge", "ok", f"sound, digest {known.digest}")
    yield from _age(known, here)
    try:
        due = here.site_files(known)
    except PrecisionError as error:
        yield Result("knowledge", "error", str(error), "the service does not start with it", "correct the site's file")
        return
    for line in due:
        yield Result(
            "knowledge", "warning", line, "an old mapping may name another medicine by now", "look at the rows and set review_by anew"
        )


def _age(known: Knowledge, here: Surroundings) -> Iterator[Result]:
    """Fault F07: by the newest day on which any of its sources was read."""
    stated = newest_source(known)
    if not stated:
        return
    newest = date.fromisoformat(stated)
    days = (here.now.date() - newest).days
    if days > here.settings.knowledge_days:
        yield Result(
            "knowledge",
            "warning",
            f"its newest source was read on {newest.isoformat()}, {days} days ago (knowledge_days is {here.settings.knowledge_days})",
            "guidelines change: advice may be out of date, and no card can know",
            "install a newer version, or have your pharmacist confirm the rules (docs/curate.md) and raise PRECISION_HOOKS_KNOWLEDGE_DAYS",
        )
    else:
        yield Result("knowledge", "ok", f"its newest source was read on {newest.isoformat()}, {days} days ago")


def check_store(here: Surroundings) -> Iterator[Result]:
    if here.journal is None:
        yield Result("store", "unchecked", "there is no store yet: it is made when the service first starts")
        return
    try:
        now, newest = here.journal.revision()
        if now < newest:
            yield Result(
                "store",
                "error",
                f"its tables are of revision {now or 'none'}, not {newest}",
                "it cannot be used",
                "run: precision-hooks store migrate",
            )
            return
        count, broken = here.journal.verify()
    except StoreUnavailable as error:
        yield Result(
            "store",
            "error",
            str(error),
            "orders are answered, but cards are shown again and the audit waits in the spool",
            "start the database, or correct PRECISION_HOOKS_STORE_URL and its permissions",
        )
        return
    yield Result("store", "ok", f"reachable, tables of revision {now}")
    if broken:
        yield Result(
            "store",
            "error",
            f"the audit's chain is broken: {broken}",
            "somebody or something changed, removed or added entries after they were written",
            "keep a copy as it is, find out who had access, then: precision-hooks audit verify",
        )
    else:
        yield Result("store", "ok", f"the audit's chain is whole ({count} entries)")


def check_spool(here: Surroundings) -> Iterator[Result]:
    folder = Path(here.settings.spool_folder)
    waiting = sorted(folder.glob(f"*{_WAITING}")) if folder.is_dir() else []
    held = sum(file.stat().st_size for file in waiting)
    if held:
        yield Result(
            "spool",
            "warning",
            f"{held} bytes in {len(waiting)} files wait for the store",
            "what was done is not in the audit yet; when spool_bytes are full it is lost, or calls are refused (`unaudited`)",
            "see that the store can be reached: the spool empties itself",
        )
    else:
        yield Result("spool", "ok", "empty")
    if aside := sorted(file.name for file in folder.glob("*.aside")):
        yield Result(
            "spool",
            "error",
            f"records that the database answers to but does not take: {', '.join(aside[:5])}",
            "they are not in the audit until somebody hands them on",
            "mend the cause (docs/operate.md, The store), then rename each file to *.jsonl",
        )
    yield from _room(folder, here)


def _room(folder: Path, here: Surroundings) -> Iterator[Result]:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free
    wanted = _ROOM * here.settings.spool_bytes
    if free < here.settings.spool_bytes:
        yield Result(
            "disk",
            "error",
            f"{free // 2**20} MiB are free where the spool lies, less than spool_bytes ({here.settings.spool_bytes // 2**20} MiB)",
            "while the store is down the audit could not be kept",
            "free space, or name another folder in PRECISION_HOOKS_SPOOL",
        )
    elif free < wanted:
        yield Result(
            "disk", "warning", f"{free // 2**20} MiB are free where the spool lies", "a log that grows may soon take it", "free some space"
        )
    else:
        yield Result("disk", "ok", f"{free // 2**20} MiB are free where the spool lies")
