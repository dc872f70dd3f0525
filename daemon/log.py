"""How the daemon writes its log: a line for people, or JSON for machines."""

import json
import logging
import sys
from collections.abc import Mapping
from copy import copy
from datetime import UTC, datetime
from enum import StrEnum

_PRIORITY = {"DEBUG": 7, "INFO": 6, "WARNING": 4, "ERROR": 3, "CRITICAL": 2}


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class _Text(logging.Formatter):
    """`14:00:05 INFO poll: …`; under systemd the priority instead, the journal has the time."""

    def __init__(self, *, journal: bool) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        record = copy(record)  # others may read it after us
        record.name = record.name.removeprefix("daemon.")
        text = super().format(record)
        if not self._journal:
            return text
        priority = _PRIORITY.get(record.levelname, 6)
        return f"<{priority}>{record.name}: {record.getMessage()}" + _trace(self, record)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def set_up_log(format_: LogFormat, level: str, environment: Mapping[str, str]) -> None:
    """Send every log line of the process to standard error, in one form."""
    journal = "JOURNAL_STREAM" in environment
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if format_ is LogFormat.JSON else _Text(journal=journal))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in (
        "apscheduler",
        "alembic",
        "aiosqlite",
        "aiohttp.access",
        "mail.log",
        "slack_sdk",
    ):
        logging.getLogger(chatty).setLevel(logging.ERROR)


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return "\n" + formatter.formatException(record.exc_info) if record.exc_info else ""
