"""The store's tables, in SQLAlchemy Core. Nothing is read or written here."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

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
