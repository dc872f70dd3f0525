"""Kill Bill: what was used of subscriptions, read and recorded."""

from daemon.sources.killbill.usage import KillBillUsage

__all__ = ["KillBillUsage"]
