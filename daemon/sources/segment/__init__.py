"""Segment: API calls by day, for every source or for the whole workspace."""

from daemon.sources.segment.source_calls import SegmentSourceCalls
from daemon.sources.segment.workspace_calls import SegmentWorkspaceCalls

__all__ = ["SegmentSourceCalls", "SegmentWorkspaceCalls"]
