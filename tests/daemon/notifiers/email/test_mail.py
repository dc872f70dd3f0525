import re
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.message import File
from daemon.notifier import Message, Receipt
from daemon.notifiers.email.mail import address, mail, message_id
from daemon.wording import wording
from daemon.wording.form import REPEATED, plain
from rules.alert import Change
from tests.make import AT, VOICE, letter, message

SENDER = "Meterwatch <meterwatch@example.com>"
TO = ("a@example.com", "B <b@example.com>")


PICTURE = File("chart.png", "41.2 minutes on Friday", b"\x89PNG")
TABLE = File("shares.csv", "Who used it", b"voice,minutes\n")


def parsed(told, sender=SENDER, **fields):
    carried = told if isinstance(told, Message) else message(told, **fields)
    return message_from_bytes(mail(carried, sender, TO).as_bytes(), policy=default)


def opened_in(sender=SENDER):
    return Receipt(sender, message_id(message(letter()), sender))


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
    def made():
        drawn = message(letter(), pictures=(PICTURE, PICTURE), files=(TABLE,))
        return mail(drawn, SENDER, TO).as_bytes()

    assert made() == made()


def test_another_letter_has_another_message_id():
    first, other = message(letter()), message(letter(key="another"))

    assert message_id(first, SENDER) != message_id(other, SENDER)
    assert message_id(first, SENDER).endswith("@example.com>")
    assert message_id(first, SENDER).startswith("<meterwatch-12-")


def test_a_mail_about_several_alerts_bears_the_number_of_none():
    several = message(letter(), letter(key="another", alert=13))

    assert re.fullmatch(r"<meterwatch-\w{24}@example\.com>", message_id(several, SENDER))


def test_its_date_is_the_letters_own_however_often_it_is_tried():
    assert parsedate_to_datetime(parsed(letter(owed_at=AT))["Date"]) == AT


def test_an_end_is_threaded_under_its_beginning():
    opened = opened_in()
    post = parsed(letter(Change.RESOLVED), receipt=opened)

    assert post["In-Reply-To"] == post["References"] == opened.id
    assert post["Subject"] == f"Resolved: {wording(letter()).title}"


def test_what_is_worse_is_threaded_too_and_says_so_once():
    opened = opened_in()
    post = parsed(letter(Change.WORSENED), receipt=opened)

    assert post["In-Reply-To"] == post["References"] == opened.id
    assert post["Subject"].startswith("Worse: Agatha, sona_speech_1: 60 minutes")


def test_a_withdrawal_says_so_in_its_subject():
    assert parsed(letter(Change.WITHDRAWN))["Subject"].startswith("Withdrawn: Agatha")


def test_what_was_over_before_it_was_told_says_both_in_its_subject():
    told = letter(Change.RESOLVED, heard=False)

    assert parsed(told)["Subject"].startswith("Fired and over: Agatha, sona_speech_1: 41.2 min")


def test_several_alerts_are_counted_in_the_subject():
    several = message(letter(), letter(Change.RESOLVED, key="b", alert=13))

    assert parsed(several)["Subject"] == "1 of 2 alerts of voice-spike still goes on"


def test_where_it_is_wished_all_mails_of_an_alert_have_one_subject():
    stories = [message(letter(change)) for change in Change]
    one = {mail(each, SENDER, TO, one_subject=True)["Subject"] for each in stories}
    several = message(letter(), letter(key="b", alert=13))

    assert one == {"Alert 12: voice-spike, Agatha, sona_speech_1"}
    assert mail(several, SENDER, TO, one_subject=True)["Subject"] == "2 alerts of voice-spike"


def test_a_picture_is_inside_the_page_and_described():
    post = parsed(letter(), pictures=(PICTURE,))
    text, drawn = post.iter_parts()
    page, picture = drawn.iter_parts()
    cid = picture["Content-ID"].strip("<>")

    assert drawn.get_content_type() == "multipart/related"
    assert text.get_content_type() == "text/plain"
    assert (picture.get_content_type(), picture.get_content()) == ("image/png", b"\x89PNG")
    assert picture.get_content_disposition() == "inline"
    assert f'<img src="cid:{cid}" alt="41.2 minutes on Friday"' in page.get_content()


def test_files_are_attached_under_their_names():
    post = parsed(message(files=(TABLE, File("notes", "Anything", b"\x00"))))
    body, table, notes = post.iter_parts()

    assert body.get_content_type() == "multipart/alternative"
    assert (table.get_content_type(), table.get_filename()) == ("text/csv", "shares.csv")
    assert table.get_content() == "voice,minutes\n"
    assert notes.get_content_type() == "application/octet-stream"
    assert table.get_content_disposition() == "attachment"


def test_no_two_parts_share_a_boundary():
    post = parsed(letter(), pictures=(PICTURE,), files=(TABLE,))
    bounds = [part.get_boundary() for part in post.walk() if part.is_multipart()]

    assert len(set(bounds)) == 3


def test_what_may_be_a_repeat_says_so_in_text_and_page_under_the_same_id():
    first, again = parsed(letter()), parsed(letter(), repeats=True)

    assert again["Message-ID"] == first["Message-ID"]
    assert all(REPEATED in part.get_content() for part in again.iter_parts())
    assert not any(REPEATED in part.get_content() for part in first.iter_parts())


def test_a_report_is_a_mail_too():
    post = parsed(message())

    assert post["Subject"] == "A test message: nothing happened"
    assert "Test</p>" in list(post.iter_parts())[1].get_content()


def test_a_first_mail_is_no_reply():
    assert parsed(letter())["In-Reply-To"] is None
    assert parsed(letter())["References"] is None


def test_a_long_domain_leaves_the_thread_and_the_lists_name_whole():
    host = f"{'long.' * 30}example.com"
    sender = f"meterwatch@{host}"
    opened = opened_in(sender)
    told = message(letter(Change.RESOLVED), receipt=opened)
    raw = mail(told, sender, TO).as_bytes(policy=default)

    assert f"\nIn-Reply-To: {opened.id}\n".encode() in raw
    assert f"\nReferences: {opened.id}\n".encode() in raw
    assert f"\nMessage-ID: {message_id(told, sender)}\n".encode() in raw
    assert f"\nList-Id: Meterwatch alerts <meterwatch.{host}>\n".encode() in raw


def test_a_name_beyond_ascii_survives_the_journey():
    post = parsed(letter(names={VOICE: "Ágatha 🎙"}))

    assert post["Subject"].startswith("Ágatha 🎙, ")
    assert "Ágatha 🎙" in next(post.iter_parts()).get_content()
    assert mail(message(letter(names={VOICE: "Ágatha 🎙"})), SENDER, TO).as_bytes().isascii()


@pytest.mark.parametrize("length", range(1, 80, 3))
def test_a_subject_of_any_length_begins_at_its_beginning(length):
    name = "Agatha"[:length].ljust(length, "y")
    raw = mail(message(letter(names={VOICE: name})), SENDER, TO).as_bytes(policy=default)

    assert f"\nSubject: {name}, sona_speech_1: 41.2".encode() in raw


def test_a_subject_ends_somewhere():
    assert len(mail(message(letter(names={VOICE: "x" * 900})), SENDER, TO)["Subject"]) <= 180


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
