"""Fastly: what an account and its services used, as running totals of the month."""

from daemon.sources.fastly.service_usage import FastlyServiceUsage
from daemon.sources.fastly.usage_metrics import FastlyUsageMetrics

__all__ = ["FastlyServiceUsage", "FastlyUsageMetrics"]
