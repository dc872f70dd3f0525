"""Any JSON API, by a description: a vendor without a module is a page of YAML."""

from daemon.sources.http_json.source import HttpJson

__all__ = ["HttpJson"]
