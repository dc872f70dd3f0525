"""Text as it may stand in Slack: nothing a vendor wrote can mention, link or ping."""

from bisect import bisect_right
from itertools import accumulate

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(text: str, longest: int) -> str:
    """Text with Slack's three control characters made harmless, cut without splitting an entity.

    https://docs.slack.dev/messaging/formatting-message-text#escaping

    >>> escape("<!channel> Q&A", 100)
    '&lt;!channel&gt; Q&amp;A'
    >>> escape("<<<<", 9)
    '&lt;&lt;…'
    """
    safe = [ENTITIES.get(char, char) for char in text]
    ends = list(accumulate(len(piece) for piece in safe))
    if not ends or ends[-1] <= longest:
        return "".join(safe)
    return "".join(safe[: bisect_right(ends, longest - 1)]) + "…"


class Room:
    """How much more may be said in one message. Whoever asks first is served first."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, text: str, longest: int) -> str:
        """The text, escaped; cut where it is too long, and nothing once the room is used up."""
        if self.left <= 1:
            return ""
        cut = escape(text, min(longest, self.left))
        self.left -= len(cut)
        return cut
