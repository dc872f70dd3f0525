"""Segment's sources, and the stand-in that answers them."""

from collections.abc import Mapping

from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.segment import SegmentSourceCalls, SegmentWorkspaceCalls
from tests.daemon.sources.segment.workspace import TOKEN, stand_in
from tests.daemon.sources.stand import Stand


def _stand(kind: type[SegmentSourceCalls | SegmentWorkspaceCalls]) -> Stand:
    def source(url: str) -> Source:
        return kind(token=Secret(TOKEN), url=url)

    return Stand(stand_in, source, (TOKEN,), "token")


STANDS: Mapping[str, Stand] = {
    "segment.source_calls": _stand(SegmentSourceCalls),
    "segment.workspace_calls": _stand(SegmentWorkspaceCalls),
}
