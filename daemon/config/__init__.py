"""The one door from a configuration file to a frozen `Config`, or to every complaint at once."""

from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from daemon.config.bridge import complaints_of
from daemon.config.checks import (
    dangling,
    uncounted,
    unmeant,
    unpriced,
    unreadable,
    unrecordable,
)
from daemon.config.complaints import Complaint, ConfigError, Malformed, Position, refusal
from daemon.config.document import Document, read_document
from daemon.config.misrouted import lost, misinhibited, mislabelled, misrouted
from daemon.config.models import Shelves, grammar
from daemon.config.references import References
from daemon.config.schema import schema_of
from daemon.config.settings import Config
from daemon.config.syntax import LARGEST
from daemon.notifiers import NOTIFIERS
from daemon.recorders import RECORDERS
from daemon.sources import SOURCES
from rules.kinds import KINDS

__all__ = ["SHELVES", "Config", "ConfigError", "Shelves", "load", "parse", "schema"]

SHELVES = Shelves(SOURCES, NOTIFIERS, KINDS, RECORDERS)

_CHECKS = (
    unrecordable,
    unmeant,
    unreadable,
    uncounted,
    misrouted,
    misinhibited,
    mislabelled,
    unpriced,
)
"""What can be seen only once everything has its type."""


def load(path: Path, references: References) -> Config:
    """The configuration in a file, or `ConfigError`."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        found = Complaint(Position(1, 1), (), f"the file cannot be read: {error.strerror}")
    else:
        return parse(raw, str(path), references)
    raise refusal(str(path), [found])


def parse(
    text: str | bytes, name: str, references: References, shelves: Shelves = SHELVES
) -> Config:
    """The configuration in a text, or `ConfigError`; `name` stands before every complaint."""
    try:
        document = read_document(text, references)
    except Malformed as malformed:
        found = [malformed.complaint]
    else:
        config, found = _checked(document, shelves)
        if config is not None:
            return config
    raise refusal(name, found)


def schema(shelves: Shelves = SHELVES) -> str:
    """The JSON Schema of the configuration, as it stands in config.schema.json."""
    return schema_of(shelves)


def _without_what_lacks(config: Config, document: Document) -> Config:
    """Sources that are optional are kept, and it is known of them that nothing can be asked."""
    lacking = document.lacking
    feeds = (replace(feed, lacks=lacking.get(feed.name)) for feed in config.feeds)
    return replace(config, feeds=tuple(feeds))


def _checked(document: Document, shelves: Shelves) -> tuple[Config | None, list[Complaint]]:
    rules_of = grammar(shelves)
    found = [*document.complaints, *dangling(document), *lost(document)]
    root = None
    try:
        root = rules_of.root.model_validate(document.data)
    except ValidationError as error:
        found += complaints_of(error, document, rules_of)
    if root is None or found:
        return None, found
    config = _without_what_lacks(root.config(), document)
    for check in _CHECKS:
        found += check(document, config)
    return (None if found else config), found
