"""The buttons under an alert, or under many, and what Slack tells of one that was pressed."""

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
    ACKNOWLEDGE_ALL = "acknowledge_all"
    """Under a message that speaks of several: all of them."""


LABELS: Mapping[Button, str] = {
    Button.ACKNOWLEDGE: "Acknowledge",
    Button.SILENCE_HOUR: "Silence 1 h",
    Button.SILENCE_DAY: "Silence 1 day",
    Button.EXPECTED: "This was expected",
}
"""Of those under a single alert."""
_ALL = "all"
"""In place of an alert's number: a button holds 2,000 characters, and not thousands of numbers."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button that somebody pressed, as Slack tells it. Nothing of it was checked yet."""

    id: str
    """The same however often Slack tells of it."""
    button: Button
    destination: str
    """Whose message it stands under."""
    alert: int | None
    """None: all that the message speaks of."""
    user: str
    """The id of whoever pressed it, such as U0123456789."""
    name: str
    """What people call them."""
    channel: str
    message: str
    """The `ts` of the message it stands under; in a thread, of the message the thread is about."""
    thread: str | None = None
    """The message whose thread it was pressed in, where it was in one."""


def buttons(letters: Sequence[Letter]) -> ActionsBlock | None:
    """Those under a message: of several alerts one for all; none once there is nothing to do."""
    going = [one for one in letters if is_live(one.event.alert)]
    left = [one for one in going if one.event.change is not Change.ACKNOWLEDGED]
    if len(letters) == 1 and going:
        wanted = [one for one in LABELS if left or one is not Button.ACKNOWLEDGE]
        return ActionsBlock(elements=[_of_one(one, going[0]) for one in wanted])
    return ActionsBlock(elements=[_of_all(left)]) if left else None


def press_in(payload: Mapping[str, Any]) -> Press | None:
    """A press of one of our buttons; None: something else happened in Slack."""
    if payload.get("type") != "block_actions":
        return None
    try:
        action, user, container = payload["actions"][0], payload["user"], payload["container"]
        button = Button(action["action_id"].removeprefix(WHOSE))
        alert, _, destination = action["value"].partition("|")
        thread = container.get("thread_ts")
        return Press(
            id=f"{action['action_ts']} {user['id']} {action['action_id']} {action['value']}",
            button=button,
            destination=destination,
            alert=None if button is Button.ACKNOWLEDGE_ALL else int(alert),
            user=user["id"],
            name=one_line(str(user.get("username") or user.get("name") or user["id"]), NAME),
            channel=container["channel_id"],
            message=thread or container["message_ts"],
            thread=thread,
        )
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        return None


def _of_one(button: Button, letter: Letter) -> ButtonElement:
    return _element(button, LABELS[button], f"{letter.alert}|{letter.destination}")


def _of_all(left: Sequence[Letter]) -> ButtonElement:
    """Of all that are left: what else the message speaks of is over, or somebody looks after it."""
    alone = f"Acknowledge alert {left[0].alert}"
    label = alone if len(left) == 1 else f"Acknowledge all {len(left):,}"
    return _element(Button.ACKNOWLEDGE_ALL, label, f"{_ALL}|{left[0].destination}")


def _element(button: Button, label: str, value: str) -> ButtonElement:
    return ButtonElement(
        text=PlainTextObject(text=label),
        action_id=f"{WHOSE}{button.value}",
        value=value,
        style="primary" if button in (Button.ACKNOWLEDGE, Button.ACKNOWLEDGE_ALL) else None,
    )
