"""The page that shows people our messages shows what is really said."""

from dataclasses import replace
from pathlib import Path

from daemon.message import Wording
from daemon.wording import wording
from daemon.wording.form import plain
from rules.alert import Change
from rules.health import (
    BLIND,
    BROKEN,
    CHANGED,
    CROWDED,
    LEFT_OUT,
    REFUSED,
    REFUSED_READER,
    REVISED,
    UNUSABLE,
    messages_to,
    reader_of,
    reading_of,
)
from rules.rule import Severity
from rules.series import Series
from rules.verdict import Part, Why
from tests.daemon.wording.shown import NEW
from tests.daemon.wording.told import DAY, low_credits, of_a_source, of_a_sum
from tests.make import VOICE, letter

PAGE = Path(__file__).parents[3] / "docs" / "messages.md"

KEY = (
    "voices: GET /v1/usage answered 401: Invalid API key; "
    "the key was refused, check sources.voices.key"
)
CERTIFICATE = (
    "voices: GET /v1/usage: https://supertoneapi.com:443: "
    "the certificate expired; who runs the host must renew it"
)
GONE = (
    "voices: GET /v1/voice-usage answered 200: "
    "its contract has changed: `usages[].total_minutes_used` is gone"
)
UNIT = (
    "voices: all 8 series are about 60 times what they were since Fri 20 Nov 13:00 UTC: "
    "has its unit changed?; "
    "if the numbers are right, set sources.voices.check_units: false until they are usual"
)
CROWD = "240 more were told than the 10,000 series that are kept apart."
REVISION = "voices says 20 minutes more than was recorded."
REFUSAL = "billing: POST /1.0/kb/usages answered 400: no such subscription; check recorders.billing"
TOKEN = (
    "slack answered token_revoked for the channel C0123456789: "
    "put a new bot token (xoxb-…) in `token`"
)
NOBODY = "550 5.1.1 no such user"
MISSING = "config.yaml:9:3: rules.noon: missing key 'above'"
PARTS = (
    *(Part("language", "ko", 303, 10), Part("language", "en", 71, 23)),
    *(Part("voice_id", VOICE, 323, 3), Part("voice_id", "ben", 51, 30)),
)


def test_the_documentation_shows_what_is_really_said():
    opened = letter(
        summary="Somebody may be using our key.", runbook="https://wiki.example.com/voices"
    )
    why = Why("4,200 credits, below the limit of 5,000 credits")
    spent = replace(low_credits(why=why), alert=13, severity=Severity.CRITICAL)
    new = (NEW[name] for name in ("fired", "removed", "withdrawn", "digest", "later"))
    told = (
        *(opened, spent, of_a_sum(*PARTS), letter(Change.WORSENED)),
        *(NEW[name] for name in ("acknowledged", "reminded", "escalated")),
        *(letter(Change.RESOLVED), *new),
        of_a_source(BLIND, KEY),
        of_a_source(BLIND, CERTIFICATE),
        of_a_source(BLIND, KEY, Change.RESOLVED),
        of_a_source(LEFT_OUT, "voices: environment variable 'SUPERTONE_API_KEY' is not set"),
        of_a_source(CHANGED, GONE),
        of_a_source(CHANGED, UNIT),
        of_a_source(CROWDED, CROWD, series=Series("voices", "series", ())),
        of_a_source(REVISED, REVISION, series=DAY, expected=100, found=120),
        of_a_source(REFUSED, REFUSAL, series=DAY),
        of_a_source(BROKEN, TOKEN, series=messages_to("ops-slack")),
        of_a_source(REFUSED_READER, NOBODY, series=reader_of("ops-mail", "kim@example.com")),
        of_a_source(UNUSABLE, MISSING, series=reading_of("the configuration")),
    )

    said = [one if isinstance(one, Wording) else wording(one) for one in told]

    assert PAGE.read_text().split("```")[1::2] == [f"\n{plain(one)}\n" for one in said]
