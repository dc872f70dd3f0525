"""What Slack's answers mean: again later, or a person must act and how."""

import re
from collections.abc import Mapping
from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from daemon.http.breakage import Kind, breakage
from daemon.notifier import DeliveryError, DeliveryRefused, DeliveryUnknown, DestinationDown

# The codes are those of https://docs.slack.dev/reference/methods/chat.postMessage and
# .../chat.update, and for webhooks https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
UNFIT = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_payload",
        "msg_blocks_too_long",
        "msg_too_long",
    }
)
"""The layout is at fault; the same words without it may pass."""

GONE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "block_mismatch",
        "channel_not_found",
        "is_inactive",
    }
)
"""This message cannot be edited, or not any more."""

SHUT = frozenset(
    {
        "cannot_reply_to_message",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
    }
)
"""Nothing can be said in this thread, whatever else can be in its channel."""

PERHAPS = frozenset({"fatal_error", "internal_error"})
"""Slack broke off: part of the work may be done."""

FRESH_BOT = "put a new bot token (xoxb-…) in `token`"
SCOPES = "give the app the scope chat:write and install it to the workspace again"
FRESH_APP = "put a new app-level token (xapp-…, with the scope connections:write) in `app_token`"
NEW_WEBHOOK = "make a new incoming webhook and put its address in `url`"
ADMINS = "ask the workspace's admins to let the app post there"
ACCEPT = "invite the bot: /invite @its-name, typed in the channel"
CHANNEL = "check the id in `channel` (in Slack: channel name > About > Channel ID); {invite}"

ADVICE: Mapping[str, str] = {
    "not_authed": FRESH_BOT,
    "invalid_auth": FRESH_BOT,
    "account_inactive": FRESH_BOT,
    "token_revoked": FRESH_BOT,
    "token_expired": FRESH_BOT,
    "not_allowed_token_type": FRESH_BOT,
    "missing_scope": SCOPES,
    "no_permission": SCOPES,
    "team_access_not_granted": SCOPES,
    "channel_not_found": CHANNEL.format(invite="if it is private, " + ACCEPT),
    "not_in_channel": ACCEPT,
    "is_archived": "unarchive the channel or choose another",
    "is_inactive": "unarchive the channel or choose another",
    "channel_is_archived": "unarchive the channel or choose another",
    "restricted_action": ADMINS,
    "restricted_action_read_only_channel": ADMINS,
    "restricted_action_thread_only_channel": ADMINS,
    "ekm_access_denied": ADMINS,
    "access_denied": ADMINS,
    "accesslimited": ADMINS,
    "enterprise_is_restricted": ADMINS,
    "two_factor_setup_required": ADMINS,
    "action_prohibited": ADMINS,
    "posting_to_general_channel_denied": ADMINS,
    "user_not_found": NEW_WEBHOOK,
    "no_service": NEW_WEBHOOK,
    "no_service_id": NEW_WEBHOOK,
    "no_active_hooks": NEW_WEBHOOK,
    "no_team": NEW_WEBHOOK,
    "team_disabled": NEW_WEBHOOK,
    "invalid_token": NEW_WEBHOOK,
}

ODD = (
    SlackClientError,
    aiohttp.ClientError,
    OSError,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)
"""What a call may end in, answers that are not Slack's included."""

AGAIN_SOONEST = timedelta(seconds=1)
AGAIN_LATEST = timedelta(hours=1)


def failure(code: str | None, status: int, headers: Mapping[str, str], to: str) -> DeliveryError:
    """The error to raise for an answer that is not a yes. `to` says whom we asked, for people."""
    what = f"slack answered {code or f'HTTP {status}'} for {to}"
    if code is not None and code in ADVICE:
        return DestinationDown(f"{what}: {ADVICE[code]}")
    if code in UNFIT:
        return DeliveryRefused(f"{what}, even as plain text: report it, with the rule's name")
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return DeliveryError(f"{what}: too many messages at once", _retry_after(headers))
    if code is None and 300 <= status < 500:
        return DestinationDown(f"{what}, which no Slack says: check `url` and any proxy between")
    if status >= 500 or code in PERHAPS:
        return DeliveryUnknown(what, _retry_after(headers))
    # A code nobody foresaw is tried again until the letter is too old, rather than lost at once.
    return DeliveryError(what, _retry_after(headers))


def refusal(error: SlackApiError, to: str) -> DeliveryError:
    """What an answer with ok: false means."""
    # Where the body was no JSON, slack_sdk hands over aiohttp's response instead of its own.
    answer = error.response
    status: int = getattr(answer, "status_code", 0) or getattr(answer, "status", 0)
    if status == 200 and "ok" not in _data(error):
        return DeliveryUnknown("slack answered something that is not its API's")
    return failure(code_of(error), status, getattr(answer, "headers", {}), to)


def broken(error: aiohttp.ClientError | OSError) -> DeliveryError:
    """What a connection that did not hold means: whether the message may have arrived all the
    same, and whether a person must act. The words are our own: aiohttp's may quote an address."""
    found = breakage(error)
    if found.kind is Kind.REFUSED:
        return DestinationDown(f"slack was not reached: {found.words}")
    if found.kind is Kind.UNREACHED:
        return DeliveryError(f"slack was not reached: {found.words}")
    return DeliveryUnknown(f"slack broke off: {found.words}")


def code_of(error: SlackApiError) -> str | None:
    return code_in(_data(error).get("error"))


def _data(error: SlackApiError) -> Mapping[str, object]:
    data = getattr(error.response, "data", None)
    return data if isinstance(data, dict) else {}


def code_in(answer: object) -> str | None:
    """Slack's word for what was wrong; None for anything else, which may hold what we sent."""
    return answer if isinstance(answer, str) and re.fullmatch(r"[a-z_]{2,60}", answer) else None


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    told = headers.get("Retry-After", "")
    if not told.isascii() or not told.isdigit():
        return None
    # Cut before counting: a million digits are still a number, and no timedelta.
    return min(max(timedelta(seconds=int(told[:6])), AGAIN_SOONEST), AGAIN_LATEST)
