"""Any server that answers PromQL: Prometheus, Mimir, Thanos, VictoriaMetrics."""

from daemon.sources.prometheus.source import Prometheus

__all__ = ["Prometheus"]
