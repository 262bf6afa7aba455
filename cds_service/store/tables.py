"""The store's tables, in SQLAlchemy Core. Nothing is read or written here."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

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

#: Two random keys, made with the store, where the operator sets none: 1 of the hashes, 2 of the audit. They never leave it.
SALT = Table("salt", METADATA, Column("id", Integer, primary_key=True), Column("value", LargeBinary, nullable=False))

_LONG = BigInteger().with_variant(Integer, "sqlite")

#: One row for each thing that happened. Rows are only added; once too old, `body` and `profile` are emptied, and the chain still holds.
AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", _LONG, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    Column("id", String(36), nullable=False),
    Column("at", BigInteger, nullable=False),  # microseconds since 1970, in UTC
    Column("tenant", String(200), nullable=False),
    Column("event", String(16), nullable=False),
    Column("service", String(200), nullable=False),
    Column("instance", String(36), nullable=False),
    Column("body", String),  # the details as canonical JSON; null once purged
    Column("body_digest", String(64), nullable=False),
    Column("link", String(64), nullable=False),
    Column("profile", LargeBinary),  # Fernet token, only if the operator asks for it; the digest of what it holds is in the body
    UniqueConstraint("id", name="audit_once"),
    Index("audit_of", "tenant", "instance"),
    Index("audit_when", "at"),
)

#: Where the audit ends. One row; who appends locks it.
AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("link", String(64), nullable=False),
    Column("count", BigInteger, nullable=False),
)

#: One row for each token that was used, until it expires. A jti may be a token of its own kind, so its sha256 is kept.
JTI = Table(
    "jti",
    METADATA,
    Column("client", String(200), primary_key=True),
    Column("jti", String(64), primary_key=True),
    Column("until", BigInteger, nullable=False),  # seconds since 1970, in UTC
    Index("jti_until", "until"),
)

#: Which revision of `migrations` the tables are. Alembic's own table, named here so that a new store needs no Alembic.
VERSION = Table("alembic_version", METADATA, Column("version_num", String(32), nullable=False))
VERSION.append_constraint(PrimaryKeyConstraint(VERSION.c.version_num, name="alembic_version_pkc"))
