"""Names that one block uses and another must have."""

from collections.abc import Iterator, Mapping

from daemon.config.complaints import Complaint, Path, shown, unlike
from daemon.config.document import Document, blocks
from daemon.config.settings import Config
from daemon.recorder import the_one
from rules.recorded import Unfinished


def dangling(document: Document) -> Iterator[Complaint]:
    """Sources and destinations that rules and recorders name and nobody configured.

    It reads the document rather than what was made of it, so that it speaks even where another
    block is broken.
    """
    for section, name, block in _speakers(document):
        path: Path = (section, name)
        yield from _absent(document, "source", (*path, "source"), block.get("source"))
        tell = block.get("tell")
        if isinstance(tell, list):
            for index, each in enumerate(tell):
                yield from _absent(document, "destination", (*path, "tell", index), each)
        else:
            yield from _absent(document, "destination", (*path, "tell"), tell)


def unrecordable(document: Document, config: Config) -> Iterator[Complaint]:
    """Recorders of what no day can be made of, as far as sources say beforehand what they tell."""
    feeds = {feed.name: feed for feed in config.feeds}
    for ledger in config.ledgers:
        declared = feeds[ledger.source].source.metrics(ledger.source)
        if not any(ledger.metric in (None, metric.name) for metric in declared):
            continue
        try:
            the_one(ledger, declared)
        except Unfinished as error:
            path = document.known(("recorders", ledger.name, "metric"))
            yield Complaint(document.block(path), path, str(error))


def unmeant(document: Document, config: Config) -> Iterator[Complaint]:
    """Rules that would never judge anything, or would hold a balance and its burn to one limit."""
    feeds = {feed.name: feed for feed in config.feeds}
    for rule in config.rules:
        declared = feeds[rule.source].source.metrics(rule.source)
        names = [metric.name for metric in declared]
        path = document.known(("rules", rule.name, "metric"))
        if rule.metric is not None and rule.metric not in names:
            why = f"no such metric {shown(rule.metric)} of {rule.source}"
            yield Complaint(document.block(path), path, why + unlike(rule.metric, names))
        elif rule.metric is None and len({metric.measure for metric in declared}) > 1:
            why = f"{rule.source} tells of {', '.join(names)}; say which of them as metric"
            yield Complaint(document.block(path), path, why)


def _speakers(document: Document) -> Iterator[tuple[str, str, dict[str, object]]]:
    """The blocks that name others, with their section and name."""
    for section in ("rules", "recorders"):
        for name, block in blocks(document, section):
            yield section, name, block


def _absent(document: Document, what: str, path: Path, name: object) -> Iterator[Complaint]:
    known = document.at((f"{what}s",))
    known = {} if known is None else known
    if isinstance(name, str) and isinstance(known, Mapping) and name not in known:
        message = f"no such {what} {shown(name)}{unlike(name, known)}"
        yield Complaint(document.values[path], path, message)
