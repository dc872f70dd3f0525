import pytest

from daemon.notifiers.slack.buttons import Button, Press, buttons, press_in
from rules.alert import Change
from tests.make import letter


def labels(*letters):
    block = buttons(letters)
    return None if block is None else [one["text"]["text"] for one in block.to_dict()["elements"]]


def pressed(**action):
    given = {"action_id": "meterwatch_silence_1h", "value": "12|team|two", "action_ts": "1.5"}
    return {
        "type": "block_actions",
        "user": {"id": "U1", "username": "anna"},
        "container": {"channel_id": "C1", "message_ts": "1.0"},
        "actions": [given | action],
    }


@pytest.mark.parametrize("change", [Change.OPENED, Change.WORSENED, Change.REMINDED])
def test_an_alert_that_goes_on_has_four(change):
    assert labels(letter(change)) == [
        "Acknowledge",
        "Silence 1 h",
        "Silence 1 day",
        "This was expected",
    ]


def test_what_is_acknowledged_need_not_be_again():
    assert labels(letter(Change.ACKNOWLEDGED)) == [
        "Silence 1 h",
        "Silence 1 day",
        "This was expected",
    ]


@pytest.mark.parametrize("change", [Change.RESOLVED, Change.WITHDRAWN])
def test_an_alert_that_is_over_has_none(change):
    assert labels(letter(change)) is None


def test_a_message_about_none_has_none():
    assert labels() is None


def test_under_several_there_is_one_for_all_that_nobody_looks_after():
    several = [letter(alert=number) for number in range(34)]
    kept, over = letter(Change.ACKNOWLEDGED, alert=50), letter(Change.RESOLVED, alert=51)

    assert labels(*several, kept, over) == ["Acknowledge all 34"]
    assert labels(several[3], kept, over) == ["Acknowledge alert 3"]
    assert labels(kept, over) is None
    assert labels(over, letter(Change.WITHDRAWN)) is None


def test_of_thousands_no_number_is_in_the_button():
    thousands = [letter(alert=number) for number in range(5000)]
    [button] = buttons(thousands).to_dict()["elements"]

    assert (button["text"]["text"], button["value"]) == ("Acknowledge all 5,000", "all|team")
    assert button["style"] == "primary"


def test_a_press_for_all_says_under_which_message():
    payload = pressed(action_id="meterwatch_acknowledge_all", value="all|team")
    press = press_in(payload)

    assert (press.button, press.alert) == (Button.ACKNOWLEDGE_ALL, None)
    assert (press.destination, press.channel, press.message) == ("team", "C1", "1.0")


def test_in_a_thread_the_message_is_the_one_the_thread_is_about():
    """A line of the thread that the channel is shown too has a place of its own."""
    payload = pressed()
    payload["container"] |= {"message_ts": "1.7", "thread_ts": "1.0"}

    assert (press_in(payload).message, press_in(payload).thread) == ("1.0", "1.0")


def test_a_press_says_what_is_asked_of_which_alert_and_by_whom():
    assert press_in(pressed()) == Press(
        "1.5 U1 meterwatch_silence_1h 12|team|two",
        Button.SILENCE_HOUR,
        "team|two",
        12,
        "U1",
        "anna",
        "C1",
        "1.0",
    )


def test_a_name_that_hides_text_is_cleaned():
    payload = pressed()
    payload["user"]["username"] = "an\u202ena\n<!channel>"

    assert press_in(payload).name == "anna <!channel>"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "view_submission"},
        {"type": "block_actions"},
        pressed() | {"actions": []},
        pressed() | {"user": None},
        pressed(action_id="somebody_elses"),
        pressed(action_id=None),
        pressed(value="none"),
        pressed(value="all|team"),
        pressed() | {"container": {"channel_id": "C1", "type": "view"}},
        pressed(value=None),
    ],
)
def test_what_is_no_press_of_ours_is_none(payload):
    assert press_in(payload) is None
