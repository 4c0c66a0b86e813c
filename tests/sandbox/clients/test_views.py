"""msgraph-sdk reads calendars: views, series, free and busy time, calendars by name."""

from datetime import date, timedelta

import pytest

pytest.importorskip("msgraph", reason="not installed; run make clients-test")

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from msgraph.generated.models.attendee_type import AttendeeType
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.day_of_week import DayOfWeek
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_type import EventType
from msgraph.generated.models.free_busy_status import FreeBusyStatus
from msgraph.generated.models.patterned_recurrence import PatternedRecurrence
from msgraph.generated.models.recurrence_pattern import RecurrencePattern
from msgraph.generated.models.recurrence_pattern_type import RecurrencePatternType
from msgraph.generated.models.recurrence_range import RecurrenceRange
from msgraph.generated.models.recurrence_range_type import RecurrenceRangeType
from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import (
    GetSchedulePostRequestBody,
)
from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import (
    CalendarViewRequestBuilder,
)
from msgraph.generated.users.item.events.item.instances.instances_request_builder import (
    InstancesRequestBuilder,
)
from msgraph_core.tasks.page_iterator import PageIterator

from m365sandbox.testing import Sandbox
from tests.sandbox.clients.meetings import (
    HALL,
    at,
    created,
    guest,
    meeting,
)
from tests.sandbox.clients.support import Client


def test_the_view_in_a_zone_and_its_pages(organiser: Client) -> None:
    for _ in range(12):
        created(organiser)
    headers = HeadersCollection()
    headers.add("Prefer", 'outlook.timezone="Romance Standard Time"')
    headers.add("Prefer", 'outlook.body-content-type="text"')
    wanted = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(
        start_date_time="2026-12-01T00:00:00Z", end_date_time="2026-12-02T00:00:00Z", top=5
    )
    asked = RequestConfiguration(query_parameters=wanted, headers=headers)
    page = organiser.wait(organiser.graph.me.calendar_view.get(request_configuration=asked))
    assert page is not None
    (first, *_) = page.value or []
    assert first.start is not None
    assert first.start.date_time == "2026-12-01T10:00:00.0000000"
    assert first.start.time_zone == "Romance Standard Time"
    assert first.body is not None
    assert first.body.content_type is BodyType.Text
    seen: list[str] = []

    def see(one: Event) -> bool:
        seen.append(str(one.id))
        return True

    pages = PageIterator(page, organiser.graph.request_adapter)
    organiser.wait(pages.iterate(see))
    assert len(set(seen)) == 12


def test_free_and_busy_time_with_an_error_of_its_own(
    organiser: Client, live_sandbox: Sandbox
) -> None:
    created(organiser, attendees=[guest(HALL, AttendeeType.Resource)])
    live_sandbox.control.advance(timedelta(seconds=30))
    asked = GetSchedulePostRequestBody(
        schedules=[HALL, "ghost@contoso.example"],
        start_time=at(8),
        end_time=at(12),
        availability_view_interval=30,
    )
    found = organiser.wait(organiser.graph.me.calendar.get_schedule.post(asked))
    assert found is not None
    hall, ghost = found.value or []
    assert hall.availability_view == "00222200"
    assert [one.status for one in hall.schedule_items or []] == [FreeBusyStatus.Busy]
    assert ghost.error is not None
    assert ghost.error.response_code == "ErrorMailRecipientNotFound"


def test_events_of_a_named_calendar(organiser: Client) -> None:
    calendar = organiser.wait(organiser.graph.me.calendar.get())
    assert calendar is not None
    one = organiser.graph.me.calendars.by_calendar_id(str(calendar.id))
    event = organiser.wait(one.events.post(meeting()))
    assert event is not None
    wanted = {"start_date_time": "2026-12-01T00:00:00Z", "end_date_time": "2026-12-02T00:00:00Z"}
    view = one.calendar_view
    parameters = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(**wanted)
    asked = RequestConfiguration(query_parameters=parameters)
    found = organiser.wait(view.get(request_configuration=asked))
    assert found is not None
    assert [item.id for item in found.value or []] == [event.id]
    default = organiser.wait(organiser.graph.me.calendar.calendar_view.get(asked))
    assert default is not None
    assert len(default.value or []) == 1


def test_a_series_and_its_occurrences(organiser: Client) -> None:
    pattern = RecurrencePattern(
        type=RecurrencePatternType.Weekly, interval=1, days_of_week=[DayOfWeek.Tuesday]
    )
    bounds = RecurrenceRange(
        type=RecurrenceRangeType.Numbered, start_date=date(2026, 12, 1), number_of_occurrences=3
    )
    event = created(organiser, recurrence=PatternedRecurrence(pattern=pattern, range=bounds))
    assert event.type is EventType.SeriesMaster
    wanted = InstancesRequestBuilder.InstancesRequestBuilderGetQueryParameters(
        start_date_time="2026-12-01T00:00:00Z", end_date_time="2027-12-01T00:00:00Z"
    )
    asked = RequestConfiguration(query_parameters=wanted)
    one = organiser.graph.me.events.by_event_id(str(event.id))
    found = organiser.wait(one.instances.get(request_configuration=asked))
    assert found is not None
    assert {item.type for item in found.value or []} == {EventType.Occurrence}
    assert [str(item.start.date_time)[:10] for item in found.value or [] if item.start] == [
        "2026-12-01", "2026-12-08", "2026-12-15",
    ]  # fmt: skip
