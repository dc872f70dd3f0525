"""What the app may do in its channel, asked before it is needed."""

from collections.abc import Collection, Iterator

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from daemon.notifier import DestinationDown
from daemon.notifiers.slack.answers import ADVICE, SCOPES, code_of
from daemon.text import one_line

HISTORY = "channels:history (groups:history in a private channel)"
EVERYWHERE = "chat:write.public"
UNREAD = "uninvited it cannot look before it repeats a message, nor bring a file"


async def survey(client: AsyncWebClient, channel: str, *, buttons: bool) -> str:
    """Says what was found, in a sentence; raises what `send` would where nothing can be sent."""
    answer = await client.auth_test()
    scopes = _scopes(answer)
    if scopes is not None and "chat:write" not in scopes:
        found = one_line(", ".join(sorted(scopes)), 200)
        raise DestinationDown(f"the token has the scopes {found!r}: {SCOPES}")
    who, team = one_line(str(answer.get("user"))), one_line(str(answer.get("team")))
    where = await _channel(client, channel, scopes or ())
    lacks = "".join(f"; {one}" for one in _lacking(scopes))
    pressed = "; buttons are listened to" if buttons else ""
    return f"signed in to {team} as {who}, {where}{pressed}{lacks}"


async def _channel(client: AsyncWebClient, channel: str, scopes: Collection[str]) -> str:
    """Where the app may not ask for channels, only a message shows."""
    try:
        found = (await client.conversations_info(channel=channel)).get("channel") or {}
    except SlackApiError as error:
        if code_of(error) != "missing_scope":
            raise
        return "only a message shows if it may post (the scope channels:read would, too)"
    name = one_line(str(found.get("name") or channel), 80)
    if found.get("is_archived"):
        raise DestinationDown(f"{channel} (#{name}) is archived: {ADVICE['is_archived']}")
    # A direct conversation has no members to be one of.
    if found.get("is_member") is False and not found.get("is_im"):
        if EVERYWHERE in scopes and not found.get("is_private"):
            return f"it may post to #{name}, and is not in it: {UNREAD}"
        raise DestinationDown(f"the bot is not in {channel} (#{name}): {ADVICE['not_in_channel']}")
    return f"in #{name}"


def _scopes(answer: AsyncSlackResponse) -> Collection[str] | None:
    """Slack names a token's scopes in a header; one that stands in for it may not."""
    told = answer.headers.get("x-oauth-scopes")
    return None if told is None else {one.strip() for one in told.split(",")}


def _lacking(scopes: Collection[str] | None) -> Iterator[str]:
    if scopes is None:
        return
    if "files:write" not in scopes:
        yield "without the scope files:write there are no charts and no files"
    if not {"channels:history", "groups:history"} & set(scopes):
        yield f"without {HISTORY} it may repeat a message, and says so"
