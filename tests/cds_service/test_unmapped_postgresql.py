"""The report of unknown codes in PostgreSQL, as in production: added up, as in SQLite."""

from __future__ import annotations

from sqlalchemy import create_engine

from cds_service.store.tables import METADATA
from cds_service.store.unmapped import Key, UnmappedStore


def test_fault_E22_counts_add_up_in_postgresql_either(postgresql: str) -> None:
    store = UnmappedStore(postgresql, most=2)
    one, two, three = (Key("order", "urn:oid:1.2.3", code) for code in ("A", "B", "C"))
    store.add("t", {one: 2}, 1_700_000_000)
    store.add("t", {one: 3, two: 1, three: 9}, 1_800_000_000)
    store.add("other", {one: 1}, 1_800_000_000)
    assert store.rows("t") == (
        ("order", "urn:oid:1.2.3", "A", "5", "2023-11-14", "2027-01-15"),
        ("order", "urn:oid:1.2.3", "B", "1", "2027-01-15", "2027-01-15"),
    )
    engine = create_engine(postgresql)
    METADATA.drop_all(engine)
    engine.dispose()
