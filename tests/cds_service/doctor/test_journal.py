"""The doctor's view of the real store, and of a real clients file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from cds_service.audited import Entry
from cds_service.clients.client import LOCAL_ID
from cds_service.doctor.here import journal_of, known_clients
from cds_service.doctor.journal import StoredJournal
from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings
from cds_service.store.audit import AuditLog

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HELD = [
    Entry("call", NOW - timedelta(days=2), "a", "precision-order-sign", details={"inbound": {"foreign": 1}}),
    Entry("call", NOW - timedelta(days=1), "b", "precision-order-sign", details={"cards": []}),
    Entry("refused", NOW, "a", "precision-order-sign", details={"inbound": {"kind": "patient"}}),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store_url=f"sqlite:///{tmp_path / 'store.sqlite'}")


def audit(settings: Settings) -> StoredJournal:
    log = AuditLog(settings.store_url, settings.audit_key)
    log.append(HELD)
    log.close()
    journal = journal_of(settings)
    assert journal is not None
    return journal


def test_a_store_that_is_not_there_is_not_made(settings: Settings, tmp_path: Path) -> None:
    assert journal_of(settings) is None and not list(tmp_path.iterdir())


def test_entries_are_found_by_client_and_event(settings: Settings) -> None:
    journal = audit(settings)
    assert [e.id for e in journal.entries(None, "call", None, 9)] == [HELD[1].id, HELD[0].id]
    assert [e.details for e in journal.entries("a", "refused", None, 9)] == [{"inbound": {"kind": "patient"}}]
    assert len(journal.entries(None, "call", None, 1)) == 1
    assert not journal.entries(None, "call", NOW, 9)


def test_the_stream_brings_them_as_they_were_written(settings: Settings) -> None:
    assert list(audit(settings).stream(NOW - timedelta(days=9))) == HELD
    assert list(audit(settings).stream(NOW - timedelta(hours=30))) == HELD[1:]


def test_tables_and_chain_are_looked_at(settings: Settings) -> None:
    journal = audit(settings)
    now, newest = journal.revision()
    assert now == newest != "" and journal.verify() == (len(HELD), "")


def test_a_changed_entry_breaks_the_chain(settings: Settings) -> None:
    journal = audit(settings)
    engine = create_engine(settings.store_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit SET service = 'other' WHERE seq = 2"))
    engine.dispose()
    _, broken = journal.verify()
    assert broken.startswith("entry 2")


def test_a_store_out_of_reach_is_told_without_its_password() -> None:
    journal = StoredJournal(Settings(store_url="postgresql://cds:geheim@127.0.0.1:1/cds"))
    for look in (journal.revision, journal.verify):
        with pytest.raises(StoreUnavailable) as raised:
            look()
        assert "geheim" not in str(raised.value)


def test_without_a_clients_file_there_is_one_local_client(settings: Settings) -> None:
    (client,) = known_clients(settings)
    assert client.id == LOCAL_ID


def test_the_clients_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    file.write_text('[epic]\nissuer = "https://ehr.example.org"\njku = "https://ehr.example.org/jwks"\n', "utf-8")
    (client,) = known_clients(Settings(clients=str(file), base_url="https://cds.example.org", store_url="sqlite://"))
    assert client.id == "epic" and client.issuer == "https://ehr.example.org"


def test_a_store_of_an_older_version_is_neither_migrated_nor_read(settings: Settings) -> None:
    journal = audit(settings)
    engine = create_engine(settings.store_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    for look in (journal.verify, lambda: journal.entries(None, None, None, 9)):
        with pytest.raises(StoreUnavailable, match="revision 0000"):
            look()
    assert journal.revision()[0] == "0000"
    engine.dispose()


def test_a_store_on_postgresql_is_read_the_same(postgresql: str) -> None:
    settings = Settings(store_url=postgresql)
    log = AuditLog(settings.store_url, settings.audit_key)
    tenant = f"doctor-{uuid4()}"
    mine = [replace(entry, tenant=tenant, id=str(uuid4())) for entry in HELD]
    log.append(mine)
    log.close()
    journal = journal_of(settings)
    assert journal is not None and journal.entries(tenant, "refused", None, 9) == [mine[2]]
    assert [entry for entry in journal.stream(NOW - timedelta(days=9)) if entry.tenant == tenant] == mine
    now, newest = journal.revision()
    assert now == newest and journal.verify()[1] == ""
