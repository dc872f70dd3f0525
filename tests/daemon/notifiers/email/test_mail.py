from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.notifier import Receipt
from daemon.notifiers.email.mail import address, mail, message_id
from daemon.wording import wording
from daemon.wording.form import plain
from rules.alert import Change
from tests.make import AT, VOICE, letter

SENDER = "Meterwatch <meterwatch@example.com>"
TO = ("a@example.com", "B <b@example.com>")


def parsed(told, sender=SENDER):
    return message_from_bytes(mail(told, sender, TO).as_bytes(), policy=default)


def test_a_mail_has_a_text_and_a_page():
    post = parsed(letter())
    text, page = post.iter_parts()

    assert post.get_content_type() == "multipart/alternative"
    assert text.get_content() == f"{plain(wording(letter()))}\n"
    assert page.get_content_type() == "text/html"
    assert "Agatha" in page.get_content()


def test_the_headers_say_what_and_from_whom():
    post = parsed(letter())

    assert post["Subject"] == wording(letter()).title
    assert post["From"] == SENDER
    assert post["To"] == "a@example.com, B <b@example.com>"


def test_no_holiday_notice_answers_it_and_filters_can_tell_it():
    post = parsed(letter())

    assert post["Auto-Submitted"] == "auto-generated"
    assert post["X-Auto-Response-Suppress"] == "All"
    assert post["List-Id"] == "Meterwatch alerts <meterwatch.example.com>"


def test_the_same_letter_is_the_same_mail_to_the_last_byte():
    assert mail(letter(), SENDER, TO).as_bytes() == mail(letter(), SENDER, TO).as_bytes()


def test_another_letter_has_another_message_id():
    other = letter(key="another")

    assert message_id(letter(), SENDER) != message_id(other, SENDER)
    assert message_id(letter(), SENDER).endswith("@example.com>")
    assert message_id(letter(), SENDER).startswith("<meterwatch-12-")


def test_its_date_is_the_letters_own_however_often_it_is_tried():
    assert parsedate_to_datetime(parsed(letter(owed_at=AT))["Date"]) == AT


def test_an_end_is_threaded_under_its_beginning():
    opened = Receipt(SENDER, str(mail(letter(), SENDER, TO)["Message-ID"]))
    post = parsed(letter(Change.RESOLVED, receipt=opened))

    assert post["In-Reply-To"] == post["References"] == opened.id
    assert post["Subject"] == f"Resolved: {wording(letter()).title}"


def test_what_is_worse_is_threaded_too_and_says_so_once():
    opened = Receipt(SENDER, str(mail(letter(), SENDER, TO)["Message-ID"]))
    post = parsed(letter(Change.WORSENED, receipt=opened))

    assert post["In-Reply-To"] == post["References"] == opened.id
    assert post["Subject"].startswith("Worse: Agatha, sona_speech_1: 60 minutes")


def test_a_withdrawal_says_so_in_its_subject():
    assert parsed(letter(Change.WITHDRAWN))["Subject"].startswith("Withdrawn: Agatha")


def test_a_first_mail_is_no_reply():
    assert parsed(letter())["In-Reply-To"] is None
    assert parsed(letter())["References"] is None


def test_a_long_domain_leaves_the_thread_whole():
    sender = f"meterwatch@{'long.' * 30}example.com"
    opened = Receipt(sender, message_id(letter(), sender))
    raw = mail(letter(Change.RESOLVED, receipt=opened), sender, TO).as_bytes(policy=default)

    assert f"\nIn-Reply-To: {opened.id}\n".encode() in raw
    assert f"\nReferences: {opened.id}\n".encode() in raw


def test_a_name_beyond_ascii_survives_the_journey():
    post = parsed(letter(names={VOICE: "Ágatha 🎙"}))

    assert post["Subject"].startswith("Ágatha 🎙, ")
    assert "Ágatha 🎙" in next(post.iter_parts()).get_content()
    assert mail(letter(names={VOICE: "Ágatha 🎙"}), SENDER, TO).as_bytes().isascii()


@pytest.mark.parametrize("length", range(1, 80, 3))
def test_a_subject_of_any_length_begins_at_its_beginning(length):
    name = "Agatha"[:length].ljust(length, "y")
    raw = mail(letter(names={VOICE: name}), SENDER, TO).as_bytes(policy=default)

    assert f"\nSubject: {name}, sona_speech_1: 41.2".encode() in raw


def test_a_subject_ends_somewhere():
    assert len(mail(letter(names={VOICE: "x" * 900}), SENDER, TO)["Subject"]) <= 180


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_no_name_can_add_a_header(name):
    post = parsed(letter(names={VOICE: f"{name}\r\nBcc: evil@example.com"}))

    assert post["Bcc"] is None
    assert post["From"] == SENDER


@pytest.mark.parametrize(
    ("sender", "found"),
    [(SENDER, "meterwatch@example.com"), ("a@example.com", "a@example.com"), ("nobody", "nobody")],
)
def test_the_address_is_what_servers_are_told(sender, found):
    assert address(sender) == found
