"""The store's tables, in SQLAlchemy Core. Nothing is read or written here."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

METADATA = MetaData()

#: One row for each thing that was said of a card. The comment is kept encrypted or not at all.
FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("tenant", String(200), nullable=False),
    Column("service", String(200), nullable=False),
    Column("card", String(256), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("timestamp", String(40), nullable=False),  # as text: the unique key must not depend on a database's precision
    Column("skewed", Boolean, nullable=False),
    Column("suggestions", String, nullable=False),  # a JSON list
    Column("reason_system", String(256), nullable=False),
    Column("reason_code", String(256), nullable=False),
    Column("reason_display", String(256), nullable=False),
    Column("comment", LargeBinary),  # Fernet token
    Column("comment_withheld", Boolean, nullable=False),
    Column("received", DateTime(timezone=True), nullable=False),
    UniqueConstraint("tenant", "service", "card", "outcome", "timestamp", name="feedback_once"),
)

#: One row for each card that was shown. Patient, encounter and orders are keyed hashes; times are seconds since 1970, in UTC.
SHOWN = Table(
    "shown",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("tenant", String(200), nullable=False),
    Column("service", String(200), nullable=False),
    Column("card", String(36), nullable=False),
    Column("patient", String(64), nullable=False),
    Column("encounter", String(64), nullable=False),  # "" where the call named none
    Column("orders", String, nullable=False),  # hashes, separated by blanks
    Column("topic", String(24), nullable=False),
    Column("family", String(24), nullable=False),
    Column("indicator", String(16), nullable=False),
    Column("shown_at", BigInteger, nullable=False),
    Column("outcome", String(16), nullable=False),  # shown · overridden · accepted
    Column("reason", String(32), nullable=False),  # of an override: one of five words, "other", or "" for none
    Column("settled_at", BigInteger),
    UniqueConstraint("tenant", "card", name="shown_once"),
    Index("shown_to", "tenant", "patient", "shown_at"),
    Index("shown_when", "shown_at"),
)

#: One row for each code of a medicine that no table knows. Nothing of a patient: no display, no id, and only what looks like a code.
UNMAPPED = Table(
    "unmapped",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("tenant", String(200), nullable=False),
    Column("place", String(16), nullable=False),  # order · medication · allergy
    Column("system", String(200), nullable=False),  # "" where the sender gave none
    Column("code", String(64), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    UniqueConstraint("tenant", "place", "system", "code", name="unmapped_once"),
)

#: The random key of the hashes, where the operator sets none: made with the store, and never leaves it.
SALT = Table("salt", METADATA, Column("id", Integer, primary_key=True), Column("value", LargeBinary, nullable=False))
