"""The buttons under an alert, and what Slack tells of one that was pressed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, PlainTextObject

from daemon.letter import Letter
from daemon.text import one_line
from rules.alert import Change, is_live

NAME = 60
WHOSE = "meterwatch_"


class Button(StrEnum):
    """What a person can do about an alert where they read of it."""

    ACKNOWLEDGE = "acknowledge"
    SILENCE_HOUR = "silence_1h"
    SILENCE_DAY = "silence_1d"
    EXPECTED = "expected"


LABELS: Mapping[Button, str] = {
    Button.ACKNOWLEDGE: "Acknowledge",
    Button.SILENCE_HOUR: "Silence 1 h",
    Button.SILENCE_DAY: "Silence 1 day",
    Button.EXPECTED: "This was expected",
}


@dataclass(frozen=True, slots=True)
class Press:
    """A button that somebody pressed, as Slack tells it. Nothing of it was checked yet."""

    id: str
    """The same however often Slack tells of it."""
    button: Button
    destination: str
    """Whose message it stands under."""
    alert: int
    user: str
    """The id of whoever pressed it, such as U0123456789."""
    name: str
    """What people call them."""
    channel: str
    thread: str | None = None
    """The message whose thread it was pressed in, where it was in one."""


def buttons(letters: Sequence[Letter]) -> ActionsBlock | None:
    """Those under a message: none once its alert is over, and none where it speaks of several."""
    if len(letters) != 1 or not is_live(letters[0].event.alert):
        return None
    letter = letters[0]
    acknowledged = letter.event.change is Change.ACKNOWLEDGED
    wanted = [one for one in Button if not (acknowledged and one is Button.ACKNOWLEDGE)]
    return ActionsBlock(elements=[_element(one, letter) for one in wanted])


def press_in(payload: Mapping[str, Any]) -> Press | None:
    """A press of one of our buttons; None: something else happened in Slack."""
    if payload.get("type") != "block_actions":
        return None
    try:
        action, user, container = payload["actions"][0], payload["user"], payload["container"]
        alert, _, destination = action["value"].partition("|")
        return Press(
            id=f"{action['action_ts']} {user['id']} {action['action_id']} {action['value']}",
            button=Button(action["action_id"].removeprefix(WHOSE)),
            destination=destination,
            alert=int(alert),
            user=user["id"],
            name=one_line(str(user.get("username") or user.get("name") or user["id"]), NAME),
            channel=container["channel_id"],
            thread=container.get("thread_ts"),
        )
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        return None


def _element(button: Button, letter: Letter) -> ButtonElement:
    return ButtonElement(
        text=PlainTextObject(text=LABELS[button]),
        action_id=f"{WHOSE}{button.value}",
        value=f"{letter.alert}|{letter.destination}",
        style="primary" if button is Button.ACKNOWLEDGE else None,
    )
