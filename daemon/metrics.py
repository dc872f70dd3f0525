"""Every metric of the daemon, its name and its meaning, in one list."""

from collections.abc import Collection, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Info, disable_created_metrics


class Metrics:
    """Counted in `poll`, `deliver`, `schedule` and, by way of `app`, governor and recorders."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.build = Info("meterwatch_build", "The running version.", registry=self.registry)
        self.polls = Counter(
            "meterwatch_polls",
            "Polls of a source, by how they ended: answered, failed, refused.",
            ["source", "result"],
            registry=self.registry,
        )
        self.good_poll_at = Gauge(
            "meterwatch_source_last_success_timestamp_seconds",
            "When a source was last read whole.",
            ["source"],
            registry=self.registry,
        )
        self.open_bucket_at = Gauge(
            "meterwatch_source_open_bucket_timestamp_seconds",
            "Where the first bucket of a source that still fills begins: all before is judged.",
            ["source"],
            registry=self.registry,
        )
        self.events = Counter(
            "meterwatch_events",
            "Changes of alerts that people should hear of.",
            ["rule", "change"],
            registry=self.registry,
        )
        self.letters = Counter(
            "meterwatch_letters",
            "Tries to deliver letters, by how they ended: sent, postponed, unknown, failed.",
            ["destination", "result"],
            registry=self.registry,
        )
        self.calls = Counter(
            "meterwatch_calls",
            "Calls to vendors, by how they ended; resting: not made, since the account rests.",
            ["account", "outcome"],
            registry=self.registry,
        )
        self.recordings = Counter(
            "meterwatch_recordings",
            "Days looked at by a recorder, by what became of them.",
            ["recorder", "result"],
            registry=self.registry,
        )
        self.heartbeats = Counter(
            "meterwatch_heartbeats",
            "Heartbeats, by what came of them: told, withheld, lost.",
            ["result"],
            registry=self.registry,
        )
        self.reload_ok = Gauge(
            "meterwatch_last_reload_ok",
            "Whether the configuration could be used when it was read last.",
            registry=self.registry,
        )
        self.ticks_failed = Counter(
            "meterwatch_ticks_failed",
            "Ticks that ended in an error of our own; the log has it.",
            ["job"],
            registry=self.registry,
        )

    def keep_only(self, **names: Collection[str]) -> None:
        """Forget what was counted of sources, recorders and destinations that are gone: a moment
        that no longer moves looks like a source that is no longer read."""
        by: Mapping[str, Sequence[Counter | Gauge]] = {
            "source": (self.polls, self.good_poll_at, self.open_bucket_at),
            "recorder": (self.recordings,),
            "destination": (self.letters,),
        }
        for label, kept in names.items():
            for metric in by[label]:
                told = [one.labels for each in metric.collect() for one in each.samples]
                for labels in told:
                    if labels[label] not in kept:
                        metric.remove(*labels.values())

    def called(self, account: str, outcome: str) -> None:
        self.calls.labels(account, outcome).inc()


def build_metrics(version: str) -> Metrics:
    disable_created_metrics()  # type: ignore[no-untyped-call]
    metrics = Metrics()
    metrics.build.info({"version": version})
    metrics.reload_ok.set(1)
    return metrics
