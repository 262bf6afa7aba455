"""Revision 2: the audit and its head, and the tokens that were used. Nothing of revision 1 is changed, so its code still runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
_TEXT = sa.String


def upgrade() -> None:
    long = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    texts = (("tenant", 200), ("event", 16), ("service", 200), ("instance", 36))
    op.create_table(
        "audit",
        sa.Column("seq", long, primary_key=True, autoincrement=False),
        sa.Column("id", _TEXT(36), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(name, _TEXT(size), nullable=False) for name, size in texts),
        sa.Column("body", _TEXT),
        sa.Column("body_digest", _TEXT(64), nullable=False),
        sa.Column("link", _TEXT(64), nullable=False),
        sa.Column("profile", sa.LargeBinary),
        sa.UniqueConstraint("id", name="audit_once"),
    )
    op.create_index("audit_of", "audit", ["tenant", "instance"])
    op.create_index("audit_when", "audit", ["at"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("link", _TEXT(64), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "jti",
        sa.Column("client", _TEXT(200), primary_key=True),
        sa.Column("jti", _TEXT(64), primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_index("jti_until", "jti", ["until"])
