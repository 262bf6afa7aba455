"""Copies an SQLite store while it is used. What comes of the copy is the operator's."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from cds_service.errors import StoreUnavailable
from cds_service.store.chain import Head


def file_of(url: str) -> Path | None:
    """The SQLite file that the URL names; None where it names another database."""
    from sqlalchemy import make_url

    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def back_up(store: Path, copy: Path) -> Head:
    """Makes a whole and readable copy, for its owner alone, and tells the audit's head in it.

    Raises FileExistsError or OSError for the copy, StoreUnavailable for the store.
    """
    if not store.is_file():
        raise StoreUnavailable(f"{store} is not there, so there is nothing to back up; see PRECISION_HOOKS_STORE_URL.")
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    sound, head = False, Head()
    try:
        with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            sound = target.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            if target.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_head'").fetchone():
                head = Head(*target.execute("SELECT seq, link, count FROM audit_head").fetchone() or ())
    except sqlite3.Error:
        pass  # it is not sound
    if not sound:
        copy.unlink(missing_ok=True)
        raise StoreUnavailable(f"{store} could not be copied whole, so there is no backup. Check the disk and the store's file.")
    return head
