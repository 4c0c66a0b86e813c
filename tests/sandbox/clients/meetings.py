"""Meetings as msgraph-sdk writes them, for the tests about calendars."""

from msgraph.generated.models.attendee import Attendee
from msgraph.generated.models.attendee_type import AttendeeType
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

from tests.sandbox.clients.support import Client

ZOE = "zoe.dubois@contoso.example"
HALL = "auditorium@contoso.example"
PROPERTY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name SessionId"


def at(hour: int, zone: str = "UTC") -> DateTimeTimeZone:
    return DateTimeTimeZone(date_time=f"2026-12-01T{hour:02}:00:00", time_zone=zone)


def guest(address: str, kind: AttendeeType = AttendeeType.Required) -> Attendee:
    return Attendee(email_address=EmailAddress(address=address, name=address), type=kind)


def meeting(**members: object) -> Event:
    event = Event(
        subject="Fire safety",
        body=ItemBody(content_type=BodyType.Html, content="<p>Bring your badge.</p>"),
        start=at(9),
        end=at(11),
    )
    for name, value in members.items():
        setattr(event, name, value)
    return event


def created(client: Client, **members: object) -> Event:
    event = client.wait(client.graph.me.events.post(meeting(**members)))
    assert event is not None
    return event


def read(client: Client, event: Event) -> Event:
    found = client.wait(client.graph.me.events.by_event_id(str(event.id)).get())
    assert found is not None
    return found


def only_copy(client: Client) -> Event:
    listed = client.wait(client.graph.me.events.get())
    assert listed is not None
    (copy,) = listed.value or []
    return copy


def refusal(error: ODataError) -> tuple[int | None, str | None]:
    return error.response_status_code, error.error.code if error.error else None
