"""Revisions of the tables: rows survive, old code runs against new tables, and the tables are what METADATA says. Both databases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from cds_service.errors import StoreUnavailable
from cds_service.store.database import bare_engine, open_engine
from cds_service.store.feedback import FeedbackStore
from cds_service.store.schema import NEWEST, SCRIPTS, make_current, migrate, revision
from cds_service.store.tables import METADATA
from tests.support.audits import NOW, column, execute

ROOT = Path(__file__).parents[3]
OLD = ("feedback", "shown", "unmapped", "salt")  #: the tables before there were migrations
#: how the code of before writes
FEEDBACK = (
    "INSERT INTO feedback (tenant, service, card, outcome, timestamp, skewed, suggestions, reason_system, reason_code, reason_display, "
    "comment_withheld, received) VALUES ('default', 's', '{card}', 'overridden', 't', false, '[]', '', '', '', false, '2026-11-25 12:00')"
)
SHOWN = (
    "INSERT INTO shown (tenant, service, card, patient, encounter, orders, topic, family, indicator, shown_at, outcome, reason) "
    "VALUES ('default', 's', '{card}', 'p', '', '', 't', 'f', 'warning', 1, 'shown', '')"
)
UNMAPPED = (
    "INSERT INTO unmapped (tenant, place, system, code, count, first_seen, last_seen) VALUES ('default', 'order', '', '{card}', 1, 1, 1)"
)


@pytest.fixture
def old(url: str) -> Engine:
    """A store as create_all made it before there were migrations, with rows."""
    engine = bare_engine(url, 1000)
    METADATA.create_all(engine, tables=[METADATA.tables[name] for name in OLD])
    execute(url, *(statement.format(card="old") for statement in (FEEDBACK, SHOWN, UNMAPPED)))
    return engine


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        options = {"include_object": lambda _, name, *__: name != "alembic_version", "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


def test_revision_numbers_are_the_newest() -> None:
    assert max(path.stem.removeprefix("revision_") for path in (SCRIPTS / "versions").glob("revision_*.py")) == NEWEST


def test_a_new_database_is_what_the_revisions_make(url: str) -> None:
    made = open_engine(url, 1000)
    assert differences(made) == []
    METADATA.drop_all(made)
    migrate(made)
    assert differences(made) == []
    made.dispose()


def test_fault_G16_an_older_store_keeps_its_rows(old: Engine, url: str) -> None:
    assert migrate(old) == ("", NEWEST)
    assert differences(old) == []
    for table, cell in (("feedback", "card"), ("shown", "card"), ("unmapped", "code")):
        assert column(url, f"SELECT {cell} FROM {table}") == ["old"]
    assert migrate(old) == (NEWEST, NEWEST)
    old.dispose()


def test_fault_G16_a_store_of_before_the_last_table_is_completed(old: Engine) -> None:
    METADATA.drop_all(old, tables=[METADATA.tables["unmapped"]])
    migrate(old)
    assert differences(old) == []
    old.dispose()


def test_fault_G16_code_of_before_runs_against_the_new_tables(old: Engine, url: str) -> None:
    migrate(old)
    METADATA.create_all(old, tables=[METADATA.tables[name] for name in OLD])  # as it does at each start
    execute(url, *(statement.format(card="again") for statement in (FEEDBACK, SHOWN, UNMAPPED)))
    assert column(url, "SELECT card FROM feedback ORDER BY id") == ["old", "again"]
    old.dispose()


def test_fault_G16_tables_of_a_later_version_are_used_as_they_are(url: str) -> None:
    open_engine(url, 1000).dispose()
    execute(url, "UPDATE alembic_version SET version_num = '9999'", "ALTER TABLE feedback ADD COLUMN of_a_later_version INTEGER")
    store = FeedbackStore(url)
    assert store.reachable()
    store.close()


def test_an_older_file_migrates_itself_and_an_older_server_waits_for_the_operator(old: Engine, url: str) -> None:
    store = FeedbackStore(url)
    if url.startswith("sqlite"):
        assert store.reachable()
    else:
        assert not store.reachable()
        with pytest.raises(StoreUnavailable, match="precision-hooks store migrate"):
            store.keep("default", "s", [], NOW)
        migrate(old)
        assert store.reachable()
    with old.connect() as connection:
        assert revision(connection) == NEWEST
    store.close()
    old.dispose()


def test_many_that_open_it_at_once_make_or_migrate_it_once(url: str) -> None:
    failed: list[BaseException] = []

    def open_it() -> None:
        engine = bare_engine(url, 20_000)
        try:
            make_current(engine)
        except Exception as error:  # noqa: BLE001
            failed.append(error)
        engine.dispose()

    threads = [Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert column(url, "SELECT version_num FROM alembic_version") == [NEWEST]


def test_a_migration_that_fails_leaves_the_store_as_it_was(old: Engine, url: str) -> None:
    execute(url, "CREATE TABLE jti (x INTEGER)")  # of another hand
    with pytest.raises(Exception, match="jti"):
        migrate(old)
    with old.connect() as connection:
        assert revision(connection) == ""
    assert column(url, "SELECT card FROM feedback") == ["old"]
    execute(url, "DROP TABLE jti")
    assert migrate(old) == ("", NEWEST)
    old.dispose()


@pytest.mark.parametrize("existing", [False, True])
def test_alembic_is_not_imported_where_the_tables_are_current(tmp_path: Path, existing: bool) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    if existing:
        open_engine(url, 1000).dispose()
    program = (
        "import sys; from cds_service.store.feedback import FeedbackStore\n"
        "assert FeedbackStore(sys.argv[1]).reachable(); print(sorted(name for name in sys.modules if name.startswith('alembic')))"
    )
    done = subprocess.run([sys.executable, "-c", program, url], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
