import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from daemon.message import Fact, Table, Tone
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    DestinationDown,
    Receipt,
)
from daemon.notifiers.pagerduty import LARGEST, PagerDuty
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.sandbox.pagerduty import PagerDutyStandIn, State
from daemon.secret import Secret
from rules.alert import Change
from rules.rule import Severity
from tests.make import letter, message

KEY = Secret("0123456789abcdef0123456789abcdef")


@pytest.fixture
def pager():
    return PagerDutyStandIn()


@asynccontextmanager
async def waking(pager, http, key=KEY):
    async with serve(pager.app()) as url:
        notifier = PagerDuty(key, url)
        yield lambda told: notifier.send(http, told)


async def failure(pager, http, key=KEY):
    async with waking(pager, http, key) as send:
        with pytest.raises(DeliveryError) as error:
            await send(message(letter()))
    return error.value


def states(pager):
    return [one.state for one in pager.incidents]


async def test_an_alert_is_one_incident_from_its_beginning_to_its_end(pager, http):
    seen = []
    async with waking(pager, http) as send:
        receipt = await send(message(letter()))
        seen += states(pager)
        for change in (Change.ACKNOWLEDGED, Change.WORSENED, Change.RESOLVED):
            assert await send(message(letter(change), receipt=receipt)) == receipt
            seen += states(pager)

    assert seen == [State.TRIGGERED, State.ACKNOWLEDGED, State.ACKNOWLEDGED, State.RESOLVED]
    assert [one["event_action"] for one in pager.incidents[0].log] == [
        "trigger",
        "acknowledge",
        "trigger",
        "resolve",
    ]


async def test_the_event_says_what_whoever_is_woken_must_know(pager, http):
    async with waking(pager, http) as send:
        await send(message(letter(runbook="https://wiki.example/spikes")))
    [event] = pager.incidents[0].log

    assert event["payload"]["summary"].startswith("Agatha")
    assert event["payload"]["severity"] == "warning"
    assert event["payload"]["source"] == "supertone"
    assert event["payload"]["class"] == "voice-spike"
    assert event["payload"]["custom_details"]["Usual"]
    assert event["links"] == [{"href": "https://wiki.example/spikes", "text": "Runbook"}]


async def test_what_was_over_before_it_could_be_told_is_opened_and_closed(pager, http):
    """FAULTS 43: never an end alone, and never nothing."""
    async with waking(pager, http) as send:
        await send(message(letter(Change.RESOLVED, heard=False)))

    assert states(pager) == [State.RESOLVED]
    assert len(pager.incidents[0].log) == 2


async def test_an_alert_that_opens_anew_is_a_new_incident(pager, http):
    async with waking(pager, http) as send:
        receipt = await send(message(letter()))
        await send(message(letter(Change.WITHDRAWN), receipt=receipt))
        await send(message(letter(alert=13), key="another"))

    assert states(pager) == [State.RESOLVED, State.TRIGGERED]


async def test_what_may_have_arrived_is_said_again_and_wakes_nobody_twice(pager, http):
    """FAULTS 39."""
    pager.answers.canned.extend([None, Canned(202, "half", cut=True)])
    async with waking(pager, http) as send:
        await send(message(letter()))
        with pytest.raises(DeliveryUnknown):
            await send(message(letter()))
        await send(message(letter()))

    assert len(pager.incidents) == 1


async def test_a_group_is_one_incident_as_grave_as_its_gravest_until_all_are_over(pager, http):
    both = [letter(), letter(alert=13, severity=Severity.CRITICAL)]
    over = [letter(Change.RESOLVED), letter(Change.RESOLVED, alert=13)]
    async with waking(pager, http) as send:
        receipt = await send(message(*both))
        await send(message(over[0], both[1], receipt=receipt))
        half = states(pager)
        await send(message(*over, receipt=receipt))

    assert pager.incidents[0].log[0]["payload"]["severity"] == "critical"
    assert half == [State.TRIGGERED]
    assert states(pager) == [State.RESOLVED]


@pytest.mark.parametrize("severity", Severity)
async def test_each_severity_is_one_that_pagerduty_knows(pager, http, severity):
    async with waking(pager, http) as send:
        await send(message(letter(severity=severity)))

    assert pager.incidents[0].log[0]["payload"]["severity"] == severity.value


async def test_a_title_is_cut_and_an_event_kept_below_what_is_taken(pager, http):
    told = message(letter())
    facts = tuple(Fact(f"{number}", "ä" * 5000) for number in range(300))
    words = replace(told.wording, title="x" * 5000, facts=facts)
    async with waking(pager, http) as send:
        await send(replace(told, wording=words))
    [event] = pager.incidents[0].log

    assert len(event["payload"]["summary"]) == 1024
    assert len(json.dumps(event)) < LARGEST
    assert event["payload"]["custom_details"] == {"left out": "more than PagerDuty takes"}


async def test_news_and_the_rows_of_a_table_are_told(pager, http):
    told = message(letter())
    table = Table("", ("What",), (("Agatha",), ("Bella", "late")))
    words = replace(told.wording, news="It is worse", tables=(table,))
    async with waking(pager, http) as send:
        await send(replace(told, wording=words))
    details = pager.incidents[0].log[0]["payload"]["custom_details"]

    assert details["News"] == "It is worse"
    assert (details["Alert 1"], details["Alert 2"]) == ("Agatha", "Bella, late")


@pytest.mark.parametrize(
    ("canned", "kind"),
    [
        (Canned(429, "slow"), DeliveryError),
        (Canned(500), DeliveryError),
        (Canned(400, '{"errors": ["\'event_action\' is missing"]}'), DeliveryRefused),
        (Canned(404), DestinationDown),
    ],
)
async def test_an_answer_that_is_no_yes_says_what_to_do(pager, http, canned, kind):
    pager.answers.canned.append(canned)

    assert type(await failure(pager, http)) is kind


@pytest.mark.parametrize("key", ["short", "f" * 32])
async def test_a_key_that_is_none_waits_for_a_person(http, key):
    """FAULTS 36: and is found by a look beforehand."""
    pager = PagerDutyStandIn(keys=frozenset({KEY.reveal()}))
    error = await failure(pager, http, Secret(key))
    async with serve(pager.app()) as url:
        with pytest.raises(DestinationDown):
            await PagerDuty(Secret(key), url).probe(http)

    assert type(error) is DestinationDown
    assert str(error).endswith("check `routing_key`")
    assert key not in str(error)


async def test_a_look_leaves_nothing_there(pager, http):
    async with serve(pager.app()) as url:
        assert (await PagerDuty(KEY, url).probe(http)).startswith("takes events")

    assert pager.incidents == []


async def test_a_test_wakes_and_a_report_does_not(pager, http):
    async with waking(pager, http) as send:
        assert isinstance(await send(message()), Receipt)
        with pytest.raises(DeliveryRefused, match="report"):
            await send(message(tone=Tone.REPORT))

    assert states(pager) == [State.TRIGGERED]
    assert pager.incidents[0].log[0]["payload"]["severity"] == "info"


def test_it_hears_of_an_acknowledgement_and_wants_an_address():
    assert PagerDuty.follows
    with pytest.raises(ValueError, match=r"^url: expected"):
        PagerDuty(KEY, "events.pagerduty.com")
