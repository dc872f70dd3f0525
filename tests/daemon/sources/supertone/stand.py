"""Supertone's sources, and the stand-in that answers them."""

from collections.abc import Mapping

from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.supertone import SupertoneCredits, SupertoneUsage, SupertoneVoiceUsage
from tests.daemon.sources.stand import Stand
from tests.daemon.sources.vendor import KEY, stand_in


def _stand(kind: type[SupertoneCredits | SupertoneUsage | SupertoneVoiceUsage]) -> Stand:
    def source(url: str) -> Source:
        return kind(key=Secret(KEY), url=url)

    return Stand(stand_in, source, (KEY,))


STANDS: Mapping[str, Stand] = {
    "supertone.usage": _stand(SupertoneUsage),
    "supertone.voice_usage": _stand(SupertoneVoiceUsage),
    "supertone.credits": _stand(SupertoneCredits),
}
