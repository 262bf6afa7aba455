"""Encrypts again, under the newest key, what the store holds encrypted. After that the older keys can be thrown away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cds_service.errors import StoreUnavailable
from cds_service.store.opened import Opened
from cds_service.store.sealing import Sealing

PAGE = 200  #: rows in one transaction


@dataclass(frozen=True, slots=True)
class Rotated:
    """`unreadable`: none of the keys decrypts these; they stay as they are."""

    again: int = 0
    unreadable: int = 0


def rotate_comments(url: str, sealing: Sealing, busy_ms: int = 1000) -> Rotated:
    """Of feedback. Raises StoreUnavailable; what was done until then stays done, and doing it again does no harm."""
    from cds_service.store.tables import FEEDBACK

    return _rotate(url, sealing, busy_ms, lambda: (FEEDBACK.c.id, FEEDBACK.c.comment))


def rotate_profiles(url: str, sealing: Sealing, busy_ms: int = 1000) -> Rotated:
    """Of the audit. The chain does not hold their bytes but a digest of what they say, so it stays as it is. Raises StoreUnavailable."""
    from cds_service.store.tables import AUDIT

    return _rotate(url, sealing, busy_ms, lambda: (AUDIT.c.seq, AUDIT.c.profile))


def _rotate(url: str, sealing: Sealing, busy_ms: int, columns: Callable[[], tuple[Any, Any]]) -> Rotated:
    from sqlalchemy import select
    from sqlalchemy.exc import SQLAlchemyError

    from cds_service.store.database import swept, writing

    key, sealed = columns()
    database, done, last = Opened(url, busy_ms), Rotated(), 0
    try:
        while True:
            with writing(database.engine()) as connection:
                page = connection.execute(select(key, sealed).where(sealed.is_not(None), key > last).order_by(key).limit(PAGE)).all()
                done = _page(connection, sealing, key, sealed, page, done)
            if len(page) < PAGE:
                swept(database.engine())
                return done
            last = page[-1][0]
    except (SQLAlchemyError, OSError, ImportError):
        raise StoreUnavailable("The store cannot be written now, so not all was encrypted anew. Run the command again.") from None
    finally:
        database.close()


def _page(connection: Any, sealing: Sealing, key: Any, sealed: Any, page: Any, done: Rotated) -> Rotated:
    from sqlalchemy import update

    again, unreadable = done.again, done.unreadable
    for number, token in page:
        try:
            anew = sealing.anew(bytes(token))
        except ValueError:
            unreadable += 1
            continue
        connection.execute(update(key.table).where(key == number).values({sealed.name: anew}))
        again += 1
    return Rotated(again, unreadable)
