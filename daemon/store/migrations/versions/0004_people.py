"""What people do about alerts, what destinations are like, and letters told together."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("alert") as alert:
        alert.add_column(sa.Column("acknowledged_at", sa.BigInteger()))
        alert.add_column(sa.Column("acknowledged_by", sa.Text()))
    with op.batch_alter_table("letter") as letter:
        letter.alter_column("alert_id", existing_type=sa.BigInteger(), nullable=True)
        letter.add_column(sa.Column("group", sa.Text(), nullable=False, server_default=""))
        letter.add_column(sa.Column("held", sa.Text()))
        letter.add_column(sa.Column("message", sa.Text()))
        letter.add_column(sa.Column("lost", sa.Integer(), nullable=False, server_default="0"))
        letter.drop_column("claimed_until")
        letter.create_index("ix_letter_destination_receipt_id", ["destination", "receipt_id"])
    op.execute("UPDATE letter SET state = 'failed' WHERE state = 'buried'")
    _make_destinations()
    _make_silences()
    _make_acts()
    op.create_table(
        "rule",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule"),
    )
    op.create_table(
        "report",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("period", sa.String(32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "period", name="pk_report"),
    )


def _make_destinations() -> None:
    op.create_table(
        "destination",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.Column("resume_at", sa.BigInteger()),
        sa.Column("failing_since", sa.BigInteger()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text()),
        sa.Column("checked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("name", name="pk_destination"),
    )


def _make_silences() -> None:
    op.create_table(
        "silence",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silence"),
        sqlite_autoincrement=True,
    )


def _make_acts() -> None:
    op.create_table(
        "act",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("via", sa.String(16), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("alert_id", NUMBER),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_act"),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_act_alert_id"),
    )
    op.create_index("ix_act_alert_id", "act", ["alert_id"])
    op.create_index("ix_act_at", "act", ["at"])
