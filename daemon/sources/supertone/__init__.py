"""Supertone: minutes of generated speech, and the credits left to pay for it."""

from daemon.sources.supertone.credits import SupertoneCredits
from daemon.sources.supertone.usage import SupertoneUsage
from daemon.sources.supertone.voice_usage import SupertoneVoiceUsage

__all__ = ["SupertoneCredits", "SupertoneUsage", "SupertoneVoiceUsage"]
