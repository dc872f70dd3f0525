"""The shelf: every vendor that can be asked, by the name a configuration knows it by."""

from collections.abc import Mapping

from daemon.source import Source
from daemon.sources.supertone import SupertoneCredits, SupertoneUsage, SupertoneVoiceUsage

SOURCES: Mapping[str, type[Source]] = {
    "supertone.usage": SupertoneUsage,
    "supertone.voice_usage": SupertoneVoiceUsage,
    "supertone.credits": SupertoneCredits,
}
