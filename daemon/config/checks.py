"""Names that one block uses and another must have."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from daemon.beside import meters
from daemon.config.complaints import Complaint, Path, shown, unlike
from daemon.config.document import Document, blocks
from daemon.config.settings import Config
from daemon.recorder import the_one
from daemon.source import Feed
from rules.kind import Counts, Meter
from rules.measured import uncountable
from rules.period import Period
from rules.ratio import undividable
from rules.recorded import Unfinished
from rules.rule import Rule
from rules.series import Measure, Metric
from rules.words import span

BESIDE = (("over_source", "over"), ("usage_source", "usage_metric"))
"""The keys of rules that name a source, and its metric, to read beside their own."""


def dangling(document: Document) -> Iterator[Complaint]:
    """Sources and destinations that rules, recorders and plans name and nobody configured.

    It reads the document rather than what was made of it, so that it speaks even where another
    block is broken.
    """
    for section, name, block in _speakers(document):
        path: Path = (section, name)
        keys = ("source", *(each for each, _ in BESIDE)) if section == "rules" else ("source",)
        for key in keys:
            yield from absent(document, "source", (*path, key), block.get(key))
        yield from _absentees(document, "destination", (*path, "tell"), block.get("tell"))
        yield from _absentees(document, "source", (*path, "sources"), block.get("sources"))


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


def unreadable(document: Document, config: Config) -> Iterator[Complaint]:
    """Rules that read a metric beside their own which is not there, or cannot be divided by."""
    feeds = {feed.name: feed for feed in config.feeds}
    for rule in config.rules:
        for meter in meters(rule):
            source = meter.source or rule.source
            declared = feeds[source].source.metrics(source)
            key = _metric_key(document, rule)
            why = _unread(meter, key, source, declared) or _unfit(rule, meter, feeds)
            if why is not None:
                path = document.known(("rules", rule.name, key))
                yield Complaint(document.block(path), path, why)


def uncounted(document: Document, config: Config) -> Iterator[Complaint]:
    """Rules that count by a period what is not added up, or is not remembered for so long."""
    feeds = {feed.name: feed for feed in config.feeds}
    for rule in config.rules:
        period = rule.kind.period if isinstance(rule.kind, Counts) else None
        if period is None:
            continue
        found = [uncountable(each, period) for each in _own(rule, feeds)]
        path = document.known(("rules", rule.name, "per"))
        for why in filter(None, [*found, _forgotten(period, feeds[rule.source])]):
            yield Complaint(document.block(path), path, why)


def _forgotten(period: Period, feed: Feed) -> str | None:
    """Why a period would only ever be known in part, if it would."""
    longest, known = period.longest(), feed.history
    if longest <= known:
        return None
    days = -(-longest // timedelta(days=1))
    return (
        f"a {period.words()} may last {span(longest)}, and only the last {span(known)} of "
        f"{feed.name} are looked at; give sources.{feed.name} a history of {days}d or more"
    )


def _own(rule: Rule, feeds: Mapping[str, Feed]) -> Sequence[Metric]:
    """The metrics that a rule judges."""
    declared = feeds[rule.source].source.metrics(rule.source)
    return [metric for metric in declared if rule.metric in (None, metric.name)]


def _unread(meter: Meter, key: str, source: str, declared: Sequence[Metric]) -> str | None:
    names = [metric.name for metric in declared]
    if meter.metric is not None and meter.metric not in names:
        return f"no such metric {shown(meter.metric)} of {source}{unlike(meter.metric, names)}"
    if meter.metric is None and len(names) > 1:
        return f"{source} tells of {', '.join(names)}; say which of them as {key}"
    return None


def _unfit(rule: Rule, meter: Meter, feeds: Mapping[str, Feed]) -> str | None:
    """Why what is divided by does not fit what is divided, if it does not."""
    source = meter.source or rule.source
    period = rule.kind.period if isinstance(rule.kind, Counts) else None
    theirs = feeds[source].source.metrics(source)
    pairs = ((one, other) for one in _own(rule, feeds) for other in theirs if meter.awaited)
    found = (undividable(one, other, period) for one, other in pairs if other.name == meter.metric)
    return next(filter(None, found), None)


def _metric_key(document: Document, rule: Rule) -> str:
    """The key that names the metric a rule reads, or would."""
    block = ("rules", rule.name)
    keys = [pair for pair in BESIDE if any((*block, key) in document.values for key in pair)]
    return keys[0][1]


def _speakers(document: Document) -> Iterator[tuple[str, str, dict[str, object]]]:
    """The blocks that name others, with their section and name."""
    for section in ("rules", "recorders", "planned", "reports"):
        for name, block in blocks(document, section):
            yield section, name, block


def unpriced(document: Document, config: Config) -> Iterator[Complaint]:
    """Prices of what no source tells of, or of what is no amount and so costs nothing."""
    metrics = [m for feed in config.feeds for m in feed.source.metrics(feed.name)]
    amounts = [metric for metric in metrics if metric.measure is Measure.AMOUNT]
    known = {name for one in amounts for name in (one.source, f"{one.source}/{one.name}")}
    for report in config.reports:
        for name in report.asked.prices:
            if name not in known:
                path = document.known(("reports", report.name, "prices", name))
                why = f"no source or source/metric {shown(name)} that counts amounts"
                yield Complaint(document.block(path), path, why + unlike(name, known))


def _absentees(document: Document, what: str, path: Path, names: object) -> Iterator[Complaint]:
    """One name, or a list of them."""
    if isinstance(names, list):
        for index, each in enumerate(names):
            yield from absent(document, what, (*path, index), each)
    else:
        yield from absent(document, what, path, names)


def absent(document: Document, what: str, path: Path, name: object) -> Iterator[Complaint]:
    """A name of a source or a destination, where nobody configured one."""
    known = document.at((f"{what}s",))
    known = {} if known is None else known
    if isinstance(name, str) and isinstance(known, Mapping) and name not in known:
        message = f"no such {what} {shown(name)}{unlike(name, known)}"
        yield Complaint(document.values[path], path, message)
