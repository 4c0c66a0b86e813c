"""msgraph-sdk organises meetings: rooms, Teams, changes, answers, cancellations."""

from datetime import timedelta

import pytest

pytest.importorskip("msgraph", reason="not installed; run make clients-test")

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from msgraph.generated.models.attendee_type import AttendeeType
from msgraph.generated.models.event import Event
from msgraph.generated.models.location import Location
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.online_meeting_provider_type import OnlineMeetingProviderType
from msgraph.generated.models.response_type import ResponseType
from msgraph.generated.models.single_value_legacy_extended_property import (
    SingleValueLegacyExtendedProperty,
)
from msgraph.generated.users.item.events.events_request_builder import EventsRequestBuilder
from msgraph.generated.users.item.events.item.accept.accept_post_request_body import (
    AcceptPostRequestBody,
)
from msgraph.generated.users.item.events.item.cancel.cancel_post_request_body import (
    CancelPostRequestBody,
)
from msgraph.generated.users.item.events.item.decline.decline_post_request_body import (
    DeclinePostRequestBody,
)
from msgraph.generated.users.item.events.item.tentatively_accept.tentatively_accept_post_request_body import (  # noqa: E501 -- one name
    TentativelyAcceptPostRequestBody,
)

from m365sandbox.testing import Sandbox
from tests.sandbox.clients.meetings import (
    HALL,
    PROPERTY,
    ZOE,
    created,
    guest,
    only_copy,
    read,
    refusal,
)
from tests.sandbox.clients.support import Client, Clients


def test_a_teams_meeting_in_a_room(organiser: Client, live_sandbox: Sandbox) -> None:
    event = created(
        organiser,
        attendees=[guest(ZOE), guest(HALL, AttendeeType.Resource)],
        location=Location(display_name="Auditorium", location_email_address=HALL),
        is_online_meeting=True,
        online_meeting_provider=OnlineMeetingProviderType.TeamsForBusiness,
        hide_attendees=True,
        allow_new_time_proposals=False,
        transaction_id="session-4711-v1",
        single_value_extended_properties=[
            SingleValueLegacyExtendedProperty(id=PROPERTY, value="4711")
        ],
    )
    assert event.is_organizer is True
    assert event.online_meeting is not None
    assert str(event.online_meeting.join_url).startswith("https://teams.microsoft.com/l/")
    assert event.transaction_id == "session-4711-v1"
    live_sandbox.control.advance(timedelta(seconds=30))
    answers = {
        str(one.email_address.address): one.status.response
        for one in read(organiser, event).attendees or []
        if one.email_address and one.status
    }
    assert answers == {ZOE: ResponseType.None_, HALL: ResponseType.Accepted}


def test_the_same_transaction_is_created_once(organiser: Client) -> None:
    first = created(organiser, transaction_id="once")
    with pytest.raises(ODataError) as refused:
        created(organiser, transaction_id="once")
    assert refusal(refused.value) == (400, "ErrorDuplicateTransactionId")
    assert only_copy(organiser).id == first.id


def test_an_event_is_found_by_its_extended_property(organiser: Client) -> None:
    created(organiser)
    event = created(
        organiser,
        single_value_extended_properties=[
            SingleValueLegacyExtendedProperty(id=PROPERTY, value="4711")
        ],
    )
    condition = f"ep/id eq '{PROPERTY}' and ep/value eq '4711'"
    wanted = EventsRequestBuilder.EventsRequestBuilderGetQueryParameters(
        filter=f"singleValueExtendedProperties/any(ep: {condition})",
        expand=[f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"],
        select=["id", "subject"],
    )
    asked = RequestConfiguration(query_parameters=wanted)
    found = organiser.wait(organiser.graph.me.events.get(request_configuration=asked))
    assert found is not None
    (only,) = found.value or []
    assert only.id == event.id
    assert [one.value for one in only.single_value_extended_properties or []] == ["4711"]


def test_a_change_with_the_right_etag_and_with_an_old_one(organiser: Client) -> None:
    event = created(organiser)
    one = organiser.graph.me.events.by_event_id(str(event.id))
    headers = HeadersCollection()
    headers.add("If-Match", str(event.additional_data["@odata.etag"]))
    asked = RequestConfiguration(headers=headers)
    changed = organiser.wait(one.patch(Event(subject="Moved"), request_configuration=asked))
    assert changed is not None
    assert changed.subject == "Moved"
    with pytest.raises(ODataError) as refused:
        organiser.wait(one.patch(Event(subject="Again"), request_configuration=asked))
    assert refusal(refused.value) == (412, "ErrorIrresolvableConflict")


def test_people_answer(organiser: Client, clients: Clients) -> None:
    event = created(organiser, attendees=[guest(ZOE)])
    zoe = clients.person(ZOE)
    copy = only_copy(zoe)
    one = zoe.graph.me.events.by_event_id(str(copy.id))
    zoe.wait(
        one.tentatively_accept.post(
            TentativelyAcceptPostRequestBody(comment="Perhaps", send_response=True)
        )
    )
    zoe.wait(one.accept.post(AcceptPostRequestBody(comment="Yes", send_response=True)))
    (guest_of,) = read(organiser, event).attendees or []
    assert guest_of.status is not None
    assert guest_of.status.response is ResponseType.Accepted
    zoe.wait(one.decline.post(DeclinePostRequestBody(send_response=False)))
    (guest_of,) = read(organiser, event).attendees or []
    assert guest_of.status is not None
    # The organiser learns nothing of an answer that was not sent.
    assert guest_of.status.response is ResponseType.Accepted
    with pytest.raises(ODataError) as refused:
        organiser.wait(
            organiser.graph.me.events.by_event_id(str(event.id)).accept.post(
                AcceptPostRequestBody()
            )
        )
    assert refusal(refused.value)[0] == 400


def test_cancelling_tells_everybody_and_is_for_organisers(
    organiser: Client, clients: Clients, live_sandbox: Sandbox
) -> None:
    event = created(organiser, attendees=[guest(ZOE)])
    zoe = clients.person(ZOE)
    theirs = zoe.graph.me.events.by_event_id(str(only_copy(zoe).id))
    with pytest.raises(ODataError) as refused:
        zoe.wait(theirs.cancel.post(CancelPostRequestBody(comment="No")))
    assert refusal(refused.value) == (400, "ErrorCalendarIsNotOrganizer")
    one = organiser.graph.me.events.by_event_id(str(event.id))
    organiser.wait(one.cancel.post(CancelPostRequestBody(comment="Burst pipe")))
    assert live_sandbox.control.received(ZOE)[-1]["subject"] == "Canceled: Fire safety"
    with pytest.raises(ODataError) as refused:
        organiser.wait(one.delete())
    assert refusal(refused.value) == (404, "ErrorItemNotFound")


def test_deleting(organiser: Client) -> None:
    event = created(organiser)
    organiser.wait(organiser.graph.me.events.by_event_id(str(event.id)).delete())
    listed = organiser.wait(organiser.graph.me.calendar.events.get())
    assert listed is not None
    assert listed.value == []
