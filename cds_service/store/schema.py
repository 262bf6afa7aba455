"""Which revision the tables are, and how they become current. Alembic is imported only where a migration is due.

A new database is made whole. An older SQLite file is migrated by whoever opens it first, under its write lock; an older PostgreSQL by
`precision-hooks store migrate` alone: there several machines share it, and who may change tables is often not who may write rows.
A newer one is used as it is: revisions only add (expand first, contract a release later), so the code before may still run against it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, text

from cds_service.errors import StoreUnavailable
from cds_service.store.tables import METADATA, VERSION

NEWEST = "0002"  #: of migrations/versions; revisions are numbers, so that older and newer are told apart
SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x9C0DE5  #: PostgreSQL's advisory lock of whoever makes or migrates the tables
_FIRST_TABLE = "feedback"  #: is in every store, of any age


def make_current(engine: Engine) -> None:
    """Raises StoreUnavailable where only an operator may migrate."""
    with engine.connect() as connection:
        if revision(connection) >= NEWEST:
            return
    with engine.begin() as connection:
        _alone(connection)
        if revision(connection) >= NEWEST:
            return  # another process was quicker
        if not inspect(connection).has_table(_FIRST_TABLE):
            METADATA.create_all(connection)
            connection.execute(VERSION.insert(), {"version_num": NEWEST})
        elif engine.dialect.name == "sqlite":
            _upgrade(connection)
        else:
            raise StoreUnavailable("The store's tables are of an earlier version. Run `precision-hooks store migrate`, then start again.")


def migrate(engine: Engine) -> tuple[str, str]:
    """Bring any database to the newest revision, as one transaction; the revisions before and after ('' for none)."""
    with engine.begin() as connection:
        _alone(connection)
        before = revision(connection)
        if before < NEWEST:
            _upgrade(connection)
        return before, revision(connection)


def revision(connection: Connection) -> str:
    """'' where no revision is noted: a new database, or one of before there were migrations."""
    if not inspect(connection).has_table(VERSION.name):
        return ""
    return connection.execute(select(VERSION.c.version_num)).scalar() or ""


def _alone(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)
