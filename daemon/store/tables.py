"""The tables, in one screen."""

import sqlalchemy as sa

from daemon.store.moment import Moment

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# Counted up by the database; SQLite does so for INTEGER keys alone.
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

source = sa.Table(
    "source",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("polled_at", Moment, nullable=False),
    sa.Column("good_at", Moment),
    sa.Column("failing_since", Moment),
    sa.Column("failure", sa.Text),
    # What is odd about its answers and no error, a sentence a line.
    sa.Column("notes", sa.Text, nullable=False, server_default=""),
)

account = sa.Table(
    "account",
    metadata,
    # A vendor's host and the digest of a key: all sources with that key share it.
    sa.Column("name", sa.String(128), primary_key=True),
    # Calls by slots of a few seconds, as JSON: what of this minute's allowance is spent.
    sa.Column("spent", sa.Text, nullable=False),
    # Nobody calls before this moment; the reason stands beside it.
    sa.Column("resume_at", Moment),
    sa.Column("reason", sa.Text),
    # Failures in a row: each makes the next wait longer.
    sa.Column("failures", sa.Integer, nullable=False),
)

panel = sa.Table(
    "panel",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("metric", sa.String(64), nullable=False),
    sa.Column("width_ms", sa.BigInteger, nullable=False),
    sa.Column("offset_ms", sa.BigInteger, nullable=False),
    sa.Column("unit", sa.String(64), nullable=False),
    sa.Column("measure", sa.String(16), nullable=False),
    sa.Column("absent", sa.String(16), nullable=False),
    # Grows by one with every change; tells a replica what its memory of the panel lacks.
    sa.Column("version", sa.BigInteger, nullable=False),
    # Where the first bucket that still fills begins.
    sa.Column("open_at", Moment),
    sa.UniqueConstraint("source", "metric", "width_ms", "offset_ms"),
)

series = sa.Table(
    "series",
    metadata,
    sa.Column("panel_id", sa.ForeignKey("panel.id"), primary_key=True),
    # Which of the packed numbers of a bucket is this one's.
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("labels", sa.Text, nullable=False),
    sa.Column("first_at", Moment, nullable=False),
    sa.UniqueConstraint("panel_id", "labels"),
)

bucket = sa.Table(
    "bucket",
    metadata,
    sa.Column("panel_id", sa.ForeignKey("panel.id"), primary_key=True),
    sa.Column("start", Moment, primary_key=True),
    # One little-endian float64 a series, by position. NaN, and what is past the end: not told.
    sa.Column("packed", sa.LargeBinary, nullable=False),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

standing = sa.Table(
    "standing",
    metadata,
    sa.Column("panel_id", sa.ForeignKey("panel.id"), primary_key=True),
    sa.Column("period_start", Moment, primary_key=True),
    # The moment the totals are true of; never after the period's end.
    sa.Column("at", Moment, primary_key=True),
    # The moment they were asked for.
    sa.Column("told_at", Moment, nullable=False),
    # Packed like a bucket: a running total a series, by position.
    sa.Column("packed", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

revision = sa.Table(
    "revision",
    metadata,
    sa.Column("panel_id", sa.ForeignKey("panel.id"), primary_key=True),
    sa.Column("start", Moment, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("revised_at", Moment, primary_key=True),
    sa.Column("before", sa.Float, nullable=False),
    sa.Column("after", sa.Float),
    sqlite_with_rowid=False,
)

name = sa.Table(
    "name",
    metadata,
    sa.Column("label", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
)

judged = sa.Table(
    "judged",
    metadata,
    sa.Column("rule", sa.String(64), primary_key=True),
    sa.Column("panel_id", sa.ForeignKey("panel.id"), primary_key=True),
    # The first bucket this rule has not yet judged as closed.
    sa.Column("since", Moment, nullable=False),
)

alert = sa.Table(
    "alert",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("rule", sa.String(64), nullable=False),
    sa.Column("series", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("phase", sa.String(16), nullable=False),
    sa.Column("ended_at", Moment),
    # The whole alert as JSON; the columns above are what queries need of it.
    sa.Column("body", sa.Text, nullable=False),
    # What a person did about it; not in the body, which every poll writes anew.
    sa.Column("acknowledged_at", Moment),
    sa.Column("acknowledged_by", sa.Text),
    sa.UniqueConstraint("rule", "series", "since"),
    sa.Index(None, "rule", "phase"),
)

rule = sa.Table(
    "rule",
    metadata,
    # What stays when the name changes, and the name its alerts are kept by.
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
)

planned = sa.Table(
    "planned",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("end", Moment, nullable=False),
    # None: every source.
    sa.Column("source", sa.String(64)),
    # Label to patterns, as JSON.
    sa.Column("where", sa.Text, nullable=False),
    sa.Column("marked_at", Moment, nullable=False),
    sa.Column("marked_by", sa.Text, nullable=False),
    # Counted up for good: a number that was seen never comes to mean another mark.
    sqlite_autoincrement=True,
)

recording = sa.Table(
    "recording",
    metadata,
    sa.Column("recorder", sa.String(64), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    # Whether a person named the day; the others follow one another from the first on.
    sa.Column("asked", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    # Frozen before it is sent, as it is sent: whatever the source says later, this was recorded.
    sa.Column("amount", sa.Text),
    # What it is recorded under; the same however often it is sent.
    sa.Column("key", sa.String(128)),
    # What the source says now, where that differs and people were told.
    sa.Column("revised", sa.Text),
    # The newest of the source's numbers it was last compared with: a panel, and its version.
    sa.Column("panel_id", sa.BigInteger),
    sa.Column("version", sa.BigInteger),
    sa.Column("owed_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    # Tries of which nobody knows whether they arrived.
    sa.Column("lost", sa.Integer, nullable=False),
    sa.Column("claimed_until", Moment),
    sa.Column("settled_at", Moment),
    sa.Column("failure", sa.Text),
)

letter = sa.Table(
    "letter",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    # None: a circular, which is about no alert.
    sa.Column("alert_id", sa.ForeignKey("alert.id")),
    sa.Column("destination", sa.String(64), nullable=False),
    sa.Column("change", sa.String(16), nullable=False),
    # The event and all that a message needs beside it, frozen when it was owed.
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("owed_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    # What agrees in this, for one destination, is told in one message; empty: by itself.
    sa.Column("group", sa.Text, nullable=False, server_default=""),
    # Why it is not sent yet, or never was: a silence, quiet hours.
    sa.Column("held", sa.Text),
    # The key of the message that carries it, from the first try on.
    sa.Column("message", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False),
    # Tries of which nobody knows whether they arrived.
    sa.Column("lost", sa.Integer, nullable=False, server_default="0"),
    sa.Column("settled_at", Moment),
    sa.Column("failure", sa.Text),
    sa.Column("receipt_place", sa.Text),
    sa.Column("receipt_id", sa.Text),
    sa.Index(None, "state", "due_at"),
    sa.Index(None, "alert_id", "destination"),
    sa.Index(None, "destination", "receipt_id"),
)

destination = sa.Table(
    "destination",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    # Whose letters somebody carries until then: one carrier for each place.
    sa.Column("claimed_until", Moment),
    # Nothing is sent there before this moment.
    sa.Column("resume_at", Moment),
    sa.Column("failing_since", Moment),
    # Failures in a row, and the last of them.
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("failure", sa.Text),
    # When it was last asked whether it would take a message.
    sa.Column("checked_at", Moment),
)

silence = sa.Table(
    "silence",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("start", Moment, nullable=False),
    # Where it ends, or was ended.
    sa.Column("end", Moment, nullable=False),
    # Label to patterns, as JSON.
    sa.Column("match", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    # Counted up for good: a number that was seen never comes to mean another silence.
    sqlite_autoincrement=True,
)

act = sa.Table(
    "act",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    # A person, as they are known where they did it; and where that was.
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("via", sa.String(16), nullable=False),
    sa.Column("what", sa.String(16), nullable=False),
    sa.Column("alert_id", sa.ForeignKey("alert.id")),
    # The rest of it, in words.
    sa.Column("words", sa.Text, nullable=False),
    sa.Index(None, "alert_id"),
    sa.Index(None, "at"),
)

report = sa.Table(
    "report",
    metadata,
    # A report is made once for each of its periods, whoever gets there first.
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("period", sa.String(32), primary_key=True),
    sa.Column("made_at", Moment, nullable=False),
)
