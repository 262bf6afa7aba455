"""Revision 1: feedback, shown, unmapped, salt. A store of before there were migrations has some of them already, which stay as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
_TEXT = sa.String


def upgrade() -> None:
    _feedback()
    _shown()
    op.create_table(
        "unmapped",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, _TEXT(size), nullable=False) for name, size in (("tenant", 200), ("place", 16), ("system", 200), ("code", 64))),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("count", "first_seen", "last_seen")),
        sa.UniqueConstraint("tenant", "place", "system", "code", name="unmapped_once"),
        if_not_exists=True,
    )
    op.create_table(
        "salt", sa.Column("id", sa.Integer, primary_key=True), sa.Column("value", sa.LargeBinary, nullable=False), if_not_exists=True
    )


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("tenant", _TEXT(200), nullable=False),
        sa.Column("service", _TEXT(200), nullable=False),
        sa.Column("card", _TEXT(256), nullable=False),
        sa.Column("outcome", _TEXT(16), nullable=False),
        sa.Column("timestamp", _TEXT(40), nullable=False),
        sa.Column("skewed", sa.Boolean, nullable=False),
        sa.Column("suggestions", _TEXT, nullable=False),
        sa.Column("reason_system", _TEXT(256), nullable=False),
        sa.Column("reason_code", _TEXT(256), nullable=False),
        sa.Column("reason_display", _TEXT(256), nullable=False),
        sa.Column("comment", sa.LargeBinary),
        sa.Column("comment_withheld", sa.Boolean, nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant", "service", "card", "outcome", "timestamp", name="feedback_once"),
        if_not_exists=True,
    )


def _shown() -> None:
    op.create_table(
        "shown",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("tenant", _TEXT(200), nullable=False),
        sa.Column("service", _TEXT(200), nullable=False),
        sa.Column("card", _TEXT(36), nullable=False),
        sa.Column("patient", _TEXT(64), nullable=False),
        sa.Column("encounter", _TEXT(64), nullable=False),
        sa.Column("orders", _TEXT, nullable=False),
        sa.Column("topic", _TEXT(24), nullable=False),
        sa.Column("family", _TEXT(24), nullable=False),
        sa.Column("indicator", _TEXT(16), nullable=False),
        sa.Column("shown_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", _TEXT(16), nullable=False),
        sa.Column("reason", _TEXT(32), nullable=False),
        sa.Column("settled_at", sa.BigInteger),
        sa.UniqueConstraint("tenant", "card", name="shown_once"),
        if_not_exists=True,
    )
    op.create_index("shown_to", "shown", ["tenant", "patient", "shown_at"], if_not_exists=True)
    op.create_index("shown_when", "shown", ["shown_at"], if_not_exists=True)
