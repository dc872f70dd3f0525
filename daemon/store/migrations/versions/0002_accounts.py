"""Accounts that are governed, running totals, recordings, and notes about a source."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("source", sa.Column("notes", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "account",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("spent", sa.Text(), nullable=False),
        sa.Column("resume_at", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_account"),
    )
    op.create_table(
        "standing",
        sa.Column("panel_id", NUMBER, nullable=False),
        sa.Column("period_start", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name="fk_standing_panel_id"),
        sa.PrimaryKeyConstraint("panel_id", "period_start", "at", name="pk_standing"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recording",
        sa.Column("recorder", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("amount", sa.Text()),
        sa.Column("key", sa.String(128)),
        sa.Column("revised", sa.Text()),
        sa.Column("panel_id", sa.BigInteger()),
        sa.Column("version", sa.BigInteger()),
        sa.Column("owed_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("failure", sa.Text()),
        sa.PrimaryKeyConstraint("recorder", "day", name="pk_recording"),
    )
