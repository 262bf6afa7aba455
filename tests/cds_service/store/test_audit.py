"""The audit: kept once and in order, found again, and every way of tampering found with its place. SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy.exc import ProgrammingError

from cds_service.audited import Entry
from cds_service.errors import StoreUnavailable
from cds_service.store.audit import AuditLog
from cds_service.store.chain import Head
from cds_service.store.feedback import FeedbackStore
from cds_service.store.items import Item
from cds_service.store.jti import JtiStore
from tests.support.audits import INSTANCE, NOW, column, entry, execute

DAY = timedelta(days=1)
Logs = Callable[..., AuditLog]
EVIL = "'); DROP TABLE audit; --"


def broken(log: AuditLog, noted: Head | None = None) -> tuple[int, str] | None:
    found = log.verify(noted).broken
    return None if found is None else (found.seq, found.what)


@pytest.fixture
def ten(log: AuditLog) -> AuditLog:
    log.append([entry(number) for number in range(1, 11)])
    assert log.verify().ok
    return log


def test_an_entry_comes_back_as_it_was_kept(log: AuditLog) -> None:
    made = Entry("call", datetime(2026, 11, 25, 12, 0, 0, 123457, tzinfo=UTC), "t", "s", INSTANCE, {"a": ["é\0\ud800", 1.5, None]})
    assert log.append([made]) == 1
    assert [line.entry for line in log.entries()] == [made]


def test_entries_of_the_same_id_count_once(log: AuditLog) -> None:
    one, other = entry(1), entry(2)
    assert log.append([one, one]) == 1
    assert log.append([other, one]) == 1
    assert log.append([one, other]) == 0
    assert [line.entry.id for line in log.entries()] == [other.id, one.id]
    assert (log.verify().ok, log.verify().count) == (True, 2)


def test_an_empty_audit_is_sound(log: AuditLog) -> None:
    assert log.append([]) == 0
    assert (log.verify().ok, log.verify().count, str(log.head())) == (True, 0, f"0:{'0' * 64}")


def test_what_is_asked_for_is_found_the_newest_first(log: AuditLog) -> None:
    log.append([entry(1), entry(2, tenant="b"), entry(3, at=NOW + DAY), Entry("security", NOW, "default")])

    def numbers(**wanted: object) -> list[object]:
        return [line.entry.details.get("number") for line in log.entries(**wanted)]  # type: ignore[arg-type]

    assert numbers() == [None, 3, 2, 1]
    assert numbers(tenant="b") == [2]
    assert numbers(tenant="default", instance=INSTANCE) == [3, 1]
    assert numbers(event="call", limit=2) == [3, 2]
    assert numbers(since=NOW + timedelta(seconds=1)) == [3]


def test_security_S45_filters_and_ids_are_data(log: AuditLog) -> None:
    log.append([Entry("call", NOW, EVIL, EVIL, EVIL, {EVIL: EVIL}, EVIL)])
    for wanted in ({"tenant": EVIL}, {"instance": EVIL}, {"tenant": "' OR '1'='1"}, {"event": "' OR 1=1 --"}):
        found = log.entries(**wanted)  # type: ignore[arg-type]
        assert [line.entry.id for line in found] == ([EVIL] if EVIL in wanted.values() else [])
    assert list(log.export(tenant="x' OR '1'='1")) == []
    assert log.verify().ok


def test_details_that_are_no_json_are_refused_before_anything_is_kept(log: AuditLog) -> None:
    with pytest.raises(TypeError):
        log.append([entry(1), entry(2, what=object())])
    with pytest.raises(ValueError, match="JSON"):
        log.append([entry(1), entry(2, what=float("nan"))])
    assert log.entries() == ()


def test_many_writers_at_once_make_one_chain(logs: Logs) -> None:
    def add(log: AuditLog) -> None:
        for number in range(10):
            log.append([entry(number)])

    threads = [Thread(target=add, args=(logs(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = logs().verify()
    assert (found.ok, found.count) == (True, 40)


def test_the_key_of_the_settings_is_the_chains(logs: Logs) -> None:
    logs("k" * 32).append([entry(1)])
    assert logs("k" * 32).verify().ok
    assert broken(logs("j" * 32)) == (1, "edited")


# ---- tampering --------------------------------------------------------------------------------------------------------

EDITS = ["body = '{\"number\":4}'", "tenant = 'b'", "event = 'read'", "at = at - 1", "instance = ''", "service = 'x'", "id = 'x'"]


@pytest.mark.parametrize("edit", [*EDITS, f"body_digest = '{'0' * 64}'", f"link = '{'0' * 64}'"])
def test_fault_G04_security_S57_an_edit_is_found_where_it_is(ten: AuditLog, url: str, edit: str) -> None:
    execute(url, f"UPDATE audit SET {edit} WHERE seq = 3")
    assert broken(ten) == (3, "edited")


@pytest.mark.parametrize(("gone", "found"), [((4,), (4, "deleted")), ((1,), (1, "deleted")), ((6, 7, 8), (6, "deleted"))])
def test_fault_G04_security_S57_a_deletion_is_found_where_it_is(
    ten: AuditLog, url: str, gone: tuple[int, ...], found: tuple[int, str]
) -> None:
    execute(url, *(f"DELETE FROM audit WHERE seq = {seq}" for seq in gone))
    assert broken(ten) == found


def test_fault_G04_security_S57_a_deletion_is_found_though_the_rest_was_renumbered(ten: AuditLog, url: str) -> None:
    execute(url, "DELETE FROM audit WHERE seq = 4", *(f"UPDATE audit SET seq = {seq - 1} WHERE seq = {seq}" for seq in range(5, 11)))
    execute(url, "UPDATE audit_head SET seq = 9, count = 9")
    assert broken(ten) == (4, "deleted")


def test_fault_G04_security_S57_a_reordering_is_found_where_it_begins(ten: AuditLog, url: str) -> None:
    execute(
        url,
        "UPDATE audit SET seq = 99 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = 7",
        "UPDATE audit SET seq = 7 WHERE seq = 99",
    )
    assert broken(ten) == (4, "reordered")


def test_fault_G04_security_S57_a_cut_off_end_is_found(ten: AuditLog, url: str) -> None:
    execute(url, "DELETE FROM audit WHERE seq > 8")
    assert broken(ten) == (9, "truncated")


def test_fault_G04_security_S57_an_end_cut_off_with_its_head_is_found_by_a_noted_head(ten: AuditLog, url: str) -> None:
    noted = Head.read(str(ten.head()))
    (link,) = column(url, "SELECT link FROM audit WHERE seq = 8")
    execute(url, "DELETE FROM audit WHERE seq > 8", f"UPDATE audit_head SET seq = 8, count = 8, link = '{link}'")
    assert broken(ten) is None  # nothing inside the store tells it
    assert broken(ten, noted) == (9, "truncated")
    ten.append([entry(11), entry(12)])  # and going on does not hide it
    assert broken(ten) is None
    assert broken(ten, noted) == (10, "edited")


def test_fault_G04_security_S57_a_head_that_was_set_back_is_found(ten: AuditLog, url: str) -> None:
    (link,) = column(url, "SELECT link FROM audit WHERE seq = 8")
    execute(url, f"UPDATE audit_head SET seq = 8, count = 8, link = '{link}'")
    assert broken(ten) == (9, "truncated")


@pytest.mark.parametrize("left", ["", "DELETE FROM audit_head"])
def test_fault_G04_security_S57_an_emptied_table_is_found(ten: AuditLog, url: str, left: str) -> None:
    noted = ten.head()
    execute(url, "DELETE FROM audit", *([left] if left else []))
    assert broken(ten, noted) == (1, "truncated")
    assert (broken(ten) is None) == bool(left)


def test_fault_G04_security_S57_an_entry_that_was_put_in_is_found(ten: AuditLog, url: str) -> None:
    columns = "id, at, tenant, event, service, instance, body, body_digest, link"
    execute(
        url,
        f"INSERT INTO audit (seq, {columns}) SELECT 11, {columns.replace('id', chr(39) + 'new' + chr(39), 1)} FROM audit WHERE seq = 3",
        "UPDATE audit_head SET seq = 11, count = 11",
    )
    assert broken(ten) == (11, "edited")


@pytest.mark.parametrize("event", ["call", "purged"])
@pytest.mark.parametrize("body", ["no JSON", "[]", '{"before":1}', '{"before":{"default":"x"}}'])
def test_fault_G04_details_that_can_no_longer_be_read_are_found_and_keep_nobody_from_the_others(
    ten: AuditLog, url: str, body: str, event: str
) -> None:
    ten.append([Entry("purged", NOW, "", details={"before": {}})])
    seq = 11 if event == "purged" else 5
    execute(url, f"UPDATE audit SET body = '{body}' WHERE seq = {seq}")
    assert broken(ten) == (seq, "edited")
    assert len(ten.entries()) == len(list(ten.export())) == 11


def test_a_noted_head_of_before_is_met_again(ten: AuditLog) -> None:
    noted = ten.head()
    ten.append([entry(11)])
    assert ten.verify(noted).ok
    assert broken(ten, replace(noted, link="1" * 64)) == (10, "edited")


@pytest.mark.parametrize("text", ["", "x", "12", "12:34", "x:" + "0" * 64, "1:" + "g" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Head.read(text)


def test_a_chain_longer_than_a_page_is_walked_whole(log: AuditLog, url: str) -> None:
    log.append([entry(number) for number in range(1500)])
    log.append([entry(number) for number in range(1000)])
    assert (log.verify().ok, log.verify().count) == (True, 2500)
    execute(url, "UPDATE audit SET body = '{}' WHERE seq = 2400")
    assert broken(log) == (2400, "edited")


def test_what_cannot_be_reached_is_told() -> None:
    for use in (lambda log: log.append([entry()]), lambda log: log.verify(), lambda log: log.head(), lambda log: list(log.export())):
        with pytest.raises(StoreUnavailable, match="STORE_URL"):
            use(AuditLog("postgresql+psycopg://nobody@127.0.0.1:1/nothing"))


def test_security_S57_a_role_that_may_only_add_can_do_all_that_calls_need(log: AuditLog, url: str, postgresql: str) -> None:
    if url != postgresql:
        pytest.skip("a file has no roles")
    log.append([entry(1)])
    execute(
        url,
        "CREATE ROLE appender",  # the grants of docs/operate.md
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO appender",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO appender",
        "REVOKE UPDATE, DELETE ON audit, alembic_version FROM appender",
    )
    as_role = url + ("&" if "?" in url else "?") + "options=-crole%3Dappender"
    service, feedback, tokens = AuditLog(as_role), FeedbackStore(as_role), JtiStore(as_role)
    try:
        assert service.append([entry(2)]) == 1
        assert service.verify().ok
        assert len(feedback.keep("t", "s", [Item("c", "overridden", NOW.isoformat())], NOW)) == 1
        assert tokens.remember("a", "j", 2, 1)
        with pytest.raises(StoreUnavailable):
            service.purge({"default": 1}, NOW + 10 * DAY)
        for statement in ("UPDATE audit SET body = NULL", "DELETE FROM audit"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                execute(as_role, statement)
    finally:
        for store in (service, feedback, tokens):
            store.close()
        execute(url, "DROP OWNED BY appender", "DROP ROLE appender")
    assert log.verify().ok
