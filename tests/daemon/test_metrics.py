"""Every metric says what it counts, under a name of ours."""

from prometheus_client import generate_latest

from daemon.metrics import build_metrics


def test_every_metric_bears_our_name_and_has_a_meaning() -> None:
    families = list(build_metrics("1.2.3").registry.collect())

    assert families
    assert all(family.name.startswith("meterwatch_") for family in families)
    assert all(family.documentation.endswith(".") for family in families)


def test_no_metric_doubles_itself_with_the_time_it_was_made() -> None:
    metrics = build_metrics("1.2.3")
    metrics.polls.labels("voices", "answered").inc()

    assert b"_created" not in generate_latest(metrics.registry)


def test_two_daemons_in_one_process_count_apart() -> None:
    one, other = build_metrics("1"), build_metrics("1")
    one.polls.labels("voices", "answered").inc()
    labels = {"source": "voices", "result": "answered"}

    assert one.registry.get_sample_value("meterwatch_polls_total", labels) == 1
    assert other.registry.get_sample_value("meterwatch_polls_total", labels) is None
