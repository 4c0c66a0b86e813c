"""The delivery log: filters in the address, one message's story, sending again, export."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.lanes import lane_for, system_lane
from classbell.storage.models import (
    Lane,
    LaneKind,
    Message,
    NotificationContent,
)
from tests.acceptance.web.conftest import Visitor
from tests.domain.people import Cast
from tests.messages import a_message, a_try
from tests.support import NOW, a_person, a_session

pytestmark = pytest.mark.django_db

LOG = "/catalogs/academy/delivery"
HOUR = timedelta(hours=1)


def test_each_row_says_who_took_it_and_never_that_it_was_delivered(
    owner: Visitor, cast: Cast, lane: Lane
) -> None:
    acs = lane_for(LaneKind.ACS, "resource", organisation_id=cast.catalog.organisation_id)
    for one in (lane, acs, system_lane()):
        a_try(a_message(cast.catalog, "accepted"), one)
    page = owner.get(LOG)
    for words in (
        "Accepted by Microsoft 365 Microsoft 365 account",
        "Accepted by Azure Azure Communication Services",
        "Accepted by the mail server Mail server of the installation",
    ):
        assert words in page.words
    assert "Delivered" not in page.words
    Message.objects.update(state="delivered")
    assert "Delivered" in owner.get(LOG).words


def test_messages_are_marked_only_where_one_could_go_again(
    owner: Visitor, cast: Cast, lane: Lane
) -> None:
    a_try(a_message(cast.catalog, "accepted"), lane)
    page = owner.get(LOG)
    assert "Mark" not in page.words
    assert "Send again" not in page.buttons
    a_try(a_message(cast.catalog, "failed", name="Zoe"), lane)
    page = owner.get(LOG)
    assert "Mark" in page.words
    assert "Send again" in page.buttons
    boxes = [
        given["aria-label"] for _tag, given in page.elements if given.get("type") == "checkbox"
    ]
    assert boxes == ["Mark Enrolment confirmed to Zoe"]


def test_chips_count_up_to_a_thousand_and_keep_the_filters(owner: Visitor, cast: Cast) -> None:
    first = a_message(cast.catalog, "accepted")
    Message.objects.bulk_create(
        Message(
            organisation=cast.catalog.organisation,
            catalog=cast.catalog,
            notification_id=first.notification_id,
            address=f"reader.{number}@contoso.example",
            state="accepted",
            due_at=NOW,
            expires_at=NOW,
            created_at=NOW,
        )
        for number in range(1_000)
    )
    page = owner.get(f"{LOG}?period=7")
    assert "Sent 1,000+" in page.words
    assert "All 1,000+" in page.words
    assert "Waiting 0" in page.words
    assert f"{LOG}?status=failed&period=7" in page.links()


def test_what_is_tried_again_has_a_chip_of_its_own(owner: Visitor, cast: Cast) -> None:
    a_message(cast.catalog, "queued", name="Fresh One")
    a_message(cast.catalog, "queued", name="Patient One", attempt=1, reason="Microsoft was away.")
    page = owner.get(f"{LOG}?status=retrying")
    assert "Trying again 1" in page.words
    assert "Waiting 2" in page.words
    assert "Microsoft was away." in page.words
    assert "Fresh One" not in page.words


def test_period_route_and_kind_stand_in_the_address(owner: Visitor, cast: Cast, lane: Lane) -> None:
    old = a_message(cast.catalog, "accepted", created_at=NOW - timedelta(days=8), name="Old One")
    new = a_message(cast.catalog, "failed", kind="session_invitation", name="New One")
    a_try(old, lane)
    for query, shown, hidden in (
        ("period=7", "New One", "Old One"),
        ("route=mailbox", "Old One", "New One"),
        ("kind=session_invitation", "New One", "Old One"),
        ("status=failed&period=30", "New One", "Old One"),
    ):
        page = owner.get(f"{LOG}?{query}")
        assert shown in page.words, query
        assert hidden not in page.words, query
    assert new.name in owner.get(f"{LOG}?period=999&route=pigeon&kind=none").words


def test_a_letter_alone_is_not_searched_for(owner: Visitor, cast: Cast) -> None:
    a_message(cast.catalog, "accepted", name="Ole Bang")
    page = owner.get(f"{LOG}?q=x")
    assert "Type at least two letters." in page.words
    assert "Ole Bang" in page.words


def test_what_is_tried_again_says_so(owner: Visitor, cast: Cast, lane: Lane) -> None:
    message = a_message(cast.catalog, "queued", reason="Microsoft is busy.")
    a_try(message, lane, "refused")
    assert "Trying again Microsoft is busy." in owner.get(LOG).words


def test_a_message_tells_its_story(owner: Visitor, cast: Cast, lane: Lane) -> None:
    session = a_session(cast.catalog)
    message = a_message(
        cast.catalog, "queued", due_at=NOW + HOUR, context={"session": str(session.pk)}
    )
    a_try(
        message,
        lane,
        "refused",
        at=NOW - 2 * HOUR,
        verdict="throttled",
        code="TooManyRequests",
        explanation="Too many requests.",
        request_id="request-1",
    )
    a_try(message, lane, "unknown", at=NOW - HOUR, verdict="unknown", recipients=500)
    page = owner.get(f"{LOG}/{message.pk}")
    story = page.words
    steps = [
        "Written down",
        "Microsoft asked for a pause Too many requests.",
        "Route: Microsoft 365 account",
        "request-1",
        "TooManyRequests",
        "Uncertain Sent together with 499 others.",
        "Next try",
        "in 1 hour",
    ]
    places = [story.find(step) for step in steps[:-1]]
    assert -1 not in places, dict(zip(steps, places, strict=False))
    assert places == sorted(places)
    assert "Fire safety, Session 1" in story


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("session_invitation", "are sent again by themselves"),
        ("enrolment_confirmed", "are not sent again by themselves"),
    ],
)
def test_a_message_says_what_follows_from_nobody_knowing(
    owner: Visitor, cast: Cast, lane: Lane, kind: str, words: str
) -> None:
    message = a_message(cast.catalog, "unknown", kind=kind)
    a_try(message, lane, "unknown")
    page = owner.get(f"{LOG}/{message.pk}")
    assert words in page.words
    assert "Send again" in page.buttons


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("expired", "Expired It came too late to be of use."),
        ("not_sent", "Not sent No account was connected"),
        ("held", "Held Waits until its route works again."),
        ("bounced", "Returned"),
        ("failed", "Failed What this message is about was deleted."),
    ],
)
def test_what_came_of_it_without_a_try_stands_in_the_story(
    owner: Visitor, cast: Cast, state: str, words: str
) -> None:
    reason = "What this message is about was deleted." if state == "failed" else ""
    message = a_message(cast.catalog, state, settled_at=NOW, reason=reason)
    story = owner.get(f"{LOG}/{message.pk}").words.split("What happened")[1]
    assert words in story


def test_a_message_shows_what_it_says(owner: Visitor, cast: Cast, lane: Lane) -> None:
    message = a_message(cast.catalog, "accepted", name="Anna <b>Berg</b>")
    assert "Its text is made when it is sent." in owner.get(f"{LOG}/{message.pk}").words
    a_try(message, lane)
    assert "Its text was not kept." in owner.get(f"{LOG}/{message.pk}").words
    NotificationContent.objects.create(
        notification_id=message.notification_id,
        language="en",
        time_zone="UTC",
        subject="Welcome, {PERSON NAME}",
        message="<p>Hello {PERSON NAME},</p><script>alert(1)</script><p>{PLACE}</p>",
        values={"PLACE": "Room <1>"},
        created_at=NOW,
    )
    page = owner.get(f"{LOG}/{message.pk}")
    assert "Subject Welcome, Anna <b>Berg</b>" in page.words
    assert "Room <1>" in page.words
    assert "<script>alert" not in page.html
    assert "<b>Berg" not in page.html


def test_messages_of_others_are_not_found(owner: Visitor, cast: Cast) -> None:
    theirs = a_message(cast.other_catalog, "failed", name="Somebody Else")
    for number in (theirs.pk, 10**30):
        page = owner.get(f"{LOG}/{number}")
        assert page.status == 404
        assert "Somebody Else" not in page.html


def test_the_log_says_how_long_it_is_kept(owner: Visitor, cast: Cast) -> None:
    assert "Messages are kept for 365 days." in owner.get(LOG).words


def test_somebody_with_an_old_address_is_found_by_the_new_one(owner: Visitor, cast: Cast) -> None:
    anna = a_person("Anna Berg")
    a_message(cast.catalog, "accepted", person=anna, address="anna.old@contoso.example")
    assert "anna.old@contoso.example" in owner.get(f"{LOG}?q=anna.berg@").words
    assert "name and the address they have today" in owner.get(f"{LOG}?q=anna.old@").words
