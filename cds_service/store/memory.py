"""Remembers which cards were shown for whom and what was said of them. It decides nothing, and holds keyed hashes instead of ids."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING, Any, get_args

from cds_service.errors import StoreUnavailable
from cds_service.overrides import reason_of
from cds_service.remembered import Memory, Shown
from cds_service.store.items import Item
from cds_service.store.journal import Journal
from cds_service.store.keys import Keys, Sitting
from cds_service.store.opened import Opened
from cds_service.store.salt import HASHES, insert_new, salt
from models.finding import Urgency

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Select

_SHOWN, _SETTLED = "shown", "settled"  #: kinds of records in the journal
MOST = 500  #: cards on the same facts that are looked at; what an older one says may be told again
BATCH = 500  #: outcomes kept at once, so that a large batch does not shut out the calls under way
REST = timedelta(seconds=10)  #: after a failure, calls are answered without trying


class MemoryStore:
    """`key`: of the hashes; without it a random one is made and kept in the store. `months`: how long a card is remembered.

    `journal`: where cards and outcomes wait while the database does not answer.
    """

    def __init__(self, url: str, key: str = "", months: int = 13, busy_ms: int = 100, journal: Journal | None = None) -> None:
        self._database, self._key, self._kept = Opened(url, busy_ms), key.encode(), timedelta(days=months * 31)
        self._journal = journal
        if journal is not None:
            journal.register(_SHOWN, _insert)
            journal.register(_SETTLED, _update)
        self._keys: tuple[Engine, Keys] | None = None
        self._resting = datetime.min.replace(tzinfo=UTC)
        self._opening = False
        self._purged = ""  #: the day on which old rows were last dropped

    def recall(self, of: Sitting, about: Collection[str], now: datetime) -> Memory:
        """What is remembered of the patient `about` these topics and families, the latest first.

        Raises StoreUnavailable, at once for a while after it failed.
        """
        with self._trying(now) as connection:
            keys = self._keyed(connection)
            patient = keys.patient(of)
            wanted = {"tenant": of.tenant, "patient": patient, "since": _seconds(now - self._kept), "about": list(about)}
            rows = connection.execute(_of_a_patient(), wanted).all()
        return Memory(now, patient, keys.encounter(of), keys.orders(of), shown=tuple(s for row in rows if (s := _shown(row)) is not None))

    def unread(self, of: Sitting, now: datetime) -> Memory:
        """For a call that could not ask: nothing is remembered, but its cards can be, where they may wait for the database."""
        known = self.known_keys()
        if self._journal is None or known is None:
            return Memory(now)
        return Memory(now, known.patient(of), known.encounter(of), known.orders(of))

    def remember(self, tenant: str, service: str, memory: Memory, cards: Sequence[Shown]) -> None:
        """Keep cards that were shown; those that are kept already stay as they are. Raises StoreUnavailable."""
        records = [{"rows": [_row(tenant, service, memory.patient, card) for card in cards]}]
        if self._journal is not None:
            self._journal.hand(_SHOWN, records[0])  # in one transaction with the audit of the call, which is waited for
            if self._purged != _day(memory.now):
                with suppress(StoreUnavailable):  # tomorrow will do
                    self._write([], memory.now)
            return
        self._write(records, memory.now)

    def _write(self, records: Sequence[Mapping[str, Any]], now: datetime) -> None:
        with self._trying(now) as connection:
            _insert(connection, records)
            self._drop_old(connection, now)

    def settle(self, tenant: str, service: str, items: Sequence[Item], now: datetime) -> None:
        """What became of remembered cards; a later word wins over an earlier one. Cards that are not known are passed over.

        Raises StoreUnavailable; sending the same again does no harm.
        """
        behind = self._journal is not None and self._journal.behind()  # then the card itself may still wait
        for start in range(0, len(items), BATCH):
            record = {"tenant": tenant, "service": service, "rows": [_settled(item, now) for item in items[start : start + BATCH]]}
            if behind:
                self._spool(_SETTLED, record)
            try:
                with self._trying(now, always=True) as connection:
                    _update(connection, [record])
            except StoreUnavailable:
                if not behind:
                    self._spool(_SETTLED, record)

    def _spool(self, kind: str, record: Mapping[str, Any]) -> None:
        """Called where the database failed: that it did is the error, unless the record can wait."""
        if self._journal is None:
            raise StoreUnavailable("The memory of earlier cards cannot be reached now. Send feedback again later.")
        self._journal.spool(kind, record)

    def open_beside(self, now: datetime, after: float = 0.0) -> Thread:
        """Open the store in a thread of its own, `after` so many seconds. Calls until then do without it.

        A first answer is not to wait for half a second, nor to share the processor with what the store imports.
        """
        self._opening = True
        thread = Thread(target=self._open, args=(now, after), daemon=True)
        thread.start()
        return thread

    def _open(self, now: datetime, after: float) -> None:
        time.sleep(after)
        try:
            with self._trying(now, always=True) as connection:
                self._keyed(connection)
        except StoreUnavailable:
            return  # the next call finds out, and says so
        finally:
            self._opening = False

    def known_keys(self) -> Keys | None:
        """The keys of the hashes, if they are known without asking the store."""
        return Keys(self._key) if self._key else self._keys[1] if self._keys else None

    def close(self) -> None:
        """Give back the database's connections; a later call opens them again."""
        self._database.close()

    @contextmanager
    def _trying(self, now: datetime, always: bool = False) -> Iterator[Connection]:
        """One transaction. Its failure is StoreUnavailable, and keeps the next calls from waiting for the same."""
        if (self._opening or now < self._resting) and not always:
            raise StoreUnavailable("The memory of earlier cards is being opened, or could not be reached a moment ago.")
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._database.engine().begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError, ImportError):
            self._resting = now + REST
            raise StoreUnavailable("The memory of earlier cards cannot be reached now. Send feedback again later.") from None

    def _keyed(self, connection: Connection) -> Keys:
        """The hashes' key: of the settings, or of this very store."""
        if self._key:
            return Keys(self._key)
        if self._keys is None or self._keys[0] is not connection.engine:
            self._keys = connection.engine, Keys(salt(connection, HASHES))
        return self._keys[1]

    def _drop_old(self, connection: Connection, now: datetime) -> None:
        """Once a day, with the first card of the day: what is too old to count is not kept either."""
        from sqlalchemy import delete

        from cds_service.store.tables import SHOWN

        if self._purged == (today := _day(now)):
            return
        connection.execute(delete(SHOWN).where(SHOWN.c.shown_at < _seconds(now - self._kept)))
        self._purged = today


@cache
def _of_a_patient() -> Select[Any]:
    """Built once, when the store is open: to build it takes longer than to run it, and the import longer than an answer."""
    from sqlalchemy import bindparam, or_, select

    from cds_service.store.tables import SHOWN

    about: Any = bindparam("about", expanding=True)
    theirs = (SHOWN.c.tenant == bindparam("tenant"), SHOWN.c.patient == bindparam("patient"), SHOWN.c.shown_at >= bindparam("since"))
    wanted = select(SHOWN).where(*theirs, or_(SHOWN.c.topic.in_(about), SHOWN.c.family.in_(about)))
    return wanted.order_by(SHOWN.c.shown_at.desc()).limit(MOST)


def _day(now: datetime) -> str:
    return now.date().isoformat()


def _insert(connection: Connection, records: Sequence[Mapping[str, Any]]) -> None:
    """Shown cards, also of the journal."""
    from cds_service.store.tables import SHOWN

    if records:
        connection.execute(insert_new(connection, SHOWN), [row for record in records for row in record["rows"]])


def _update(connection: Connection, records: Sequence[Mapping[str, Any]]) -> None:
    """Outcomes, also of the journal."""
    from sqlalchemy import bindparam, or_, update

    from cds_service.store.tables import SHOWN

    for record in records:
        told = (
            update(SHOWN)
            .where(SHOWN.c.tenant == record["tenant"], SHOWN.c.service == record["service"], SHOWN.c.card == bindparam("of"))
            .where(or_(SHOWN.c.settled_at.is_(None), SHOWN.c.settled_at <= bindparam("at")))
            .values(outcome=bindparam("became"), reason=bindparam("why"), settled_at=bindparam("at"))
        )
        connection.execute(told, list(record["rows"]))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _row(tenant: str, service: str, patient: str, card: Shown) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "service": service,
        "card": card.card,
        "patient": patient,
        "encounter": card.encounter,
        "orders": " ".join(sorted(card.orders)),
        "topic": card.topic,
        "family": card.family,
        "indicator": card.indicator,
        "shown_at": _seconds(card.at),
        "outcome": card.outcome,
        "reason": card.reason,
        "settled_at": None,
    }


def _shown(row: Any) -> Shown | None:
    """None for a row that another version, or another hand, wrote: it is as if it were not there."""
    try:
        settled = None if row.settled_at is None else datetime.fromtimestamp(row.settled_at, UTC)
        at = datetime.fromtimestamp(row.shown_at, UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    orders = frozenset(row.orders.split())
    if row.indicator not in get_args(Urgency):
        return None
    return Shown(row.card, row.topic, row.family, row.indicator, row.encounter, orders, at, row.outcome, row.reason, settled)


def _settled(item: Item, now: datetime) -> dict[str, Any]:
    """No outcome lies in the future: a client's fast clock must not hold a card back for longer."""
    at = min(_seconds(datetime.fromisoformat(item.timestamp)), _seconds(now))
    reason = reason_of(item.reason_code, item.reason_display) if item.outcome == "overridden" else ""
    return {"of": item.card, "at": at, "became": item.outcome, "why": reason}
