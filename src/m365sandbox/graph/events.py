"""Events: https://learn.microsoft.com/graph/api/resources/event."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from m365sandbox.calendars.model import Event
from m365sandbox.calendars.series import spread
from m365sandbox.errors import GraphError
from m365sandbox.graph.calendars import check_calendar
from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.errors import bad_request, item_not_found
from m365sandbox.graph.event_input import (
    check_period,
    check_series,
    creation_only,
    first_day,
    read_event,
)
from m365sandbox.graph.event_view import event_view, extended_view, preference_applied
from m365sandbox.graph.identifiers import item_id, matches
from m365sandbox.graph.odata import apply, chosen
from m365sandbox.graph.parameters import (
    action_parameters,
    optional_text,
    parsed_moment,
)
from m365sandbox.mailboxes.model import Address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from m365sandbox.calendars.model import Attendee
    from m365sandbox.calendars.recurrence import Recurrence

PAGE: Final = 10
_LONGEST_VIEW: Final = timedelta(days=1825)
_TYPE: Final = "microsoft.graph.event"
_PROPERTIES: Final = "singleValueExtendedProperties"


def list_events(call: Call) -> Answer:
    """Answer the events of a calendar."""
    check_calendar(call)
    return _listed(call, call.world.calendars.of(call.person.address), "events")


def calendar_view(call: Call) -> Answer:
    """Answer the events that take time between two moments."""
    check_calendar(call)
    start, end = window_of(call)
    found = call.world.calendars.between(call.person.address, start, end)
    return _listed(call, found, "calendarView")


def list_instances(call: Call) -> Answer:
    """Answer the occurrences of a series that take time between two moments."""
    event = _event(call)
    start, end = window_of(call)
    found = sorted(spread(event, start, end), key=lambda one: one.start)
    return _listed(call, found, f"events('{call.parameters['event-id']}')/instances")


def get_event(call: Call) -> Answer:
    """Answer one event."""
    return _shown(call, _event(call), 200)


def create_event(call: Call) -> Answer:
    """Create an event and invite its attendees."""
    check_calendar(call)
    given = call.json_object()
    changes = read_event(given) | creation_only(given)
    missing = [name for name in ("start", "end") if name not in changes]
    if missing:
        text = f"The property '{missing[0]}' is required when creating the entity."
        raise bad_request(text, "ErrorPropertyValidationFailure")
    start, end = cast("datetime", changes["start"]), cast("datetime", changes["end"])
    check_period(start, end, is_all_day=changes.get("is_all_day") is True)
    series = cast("Recurrence | None", changes.get("recurrence"))
    if series is not None:
        check_series(start, series, is_all_day=changes.get("is_all_day") is True)
    _check_transaction(call, changes)
    now = call.world.now()
    organizer = Address(call.person.address, call.person.display_name)
    event = Event(call.person.address, organizer, start, end, now, now)
    for name, value in changes.items():
        setattr(event, name, value)
    event.attendees = _others(event.attendees, organizer.address)
    call.world.calendars.organising.create(event, call.person)
    answer = _shown(call, event, 201)
    location = (
        f"{call.base}/users('{call.person.oid}')/events('{answer.body and answer.body['id']}')"
    )
    return Answer(201, answer.body, {**answer.headers, "Location": location})


def change_event(call: Call) -> Answer:
    """Change members of an event; If-Match keeps two writers apart."""
    event = whole(call)
    _check_match(call, event)
    changes = read_event(call.json_object(), event.start_zone)
    if not event.is_organizer:
        # An attendee's copy keeps what the organiser says; only their own members change.
        own = {"show_as", "is_reminder_on", "reminder_minutes", "categories", "sensitivity"}
        changes = {name: value for name, value in changes.items() if name in own | {"extended"}}
    if changes.get("is_online_meeting") is not True:
        changes.pop("is_online_meeting", None)
    if not event.is_draft:
        changes.pop("is_draft", None)
    if "extended" in changes:
        changes["extended"] = event.extended | cast("dict[str, str]", changes["extended"])
    if "attendees" in changes:
        given = cast("list[Attendee]", changes["attendees"])
        changes["attendees"] = _others(given, event.organizer.address)
    start = cast("datetime", changes.get("start", event.start))
    end = cast("datetime", changes.get("end", event.end))
    if {"start", "end", "is_all_day"} & changes.keys():
        check_period(start, end, is_all_day=changes.get("is_all_day", event.is_all_day) is True)
    _fit_series(event, changes, start)
    call.world.calendars.organising.change(event, changes, call.person)
    return _shown(call, event, 200)


def _fit_series(event: Event, changes: JsonObject, start: datetime) -> None:
    """Hold a changed series to its start; a series whose start moved begins on the new day."""
    series = cast("Recurrence | None", changes.get("recurrence", event.recurrence))
    if series is None:
        return
    is_all_day = changes.get("is_all_day", event.is_all_day) is True
    if "recurrence" in changes:
        check_series(start, series, is_all_day=is_all_day)
    elif "start" in changes:
        day = first_day(start, series, is_all_day=is_all_day)
        if series.end is not None and series.end < day:
            text = "The recurrence pattern does not have any occurrence in its range."
            raise bad_request(text, "ErrorRecurrenceHasNoOccurrence")
        changes["recurrence"] = replace(series, start=day)


def delete_event(call: Call) -> Answer:
    """Delete an event; the attendees of an organiser's meeting are told that it is off."""
    event = whole(call)
    _check_match(call, event)
    call.world.calendars.organising.delete(event)
    return Answer(204)


def cancel_event(call: Call) -> Answer:
    """Cancel a meeting, with a word to the attendees; only its organiser can."""
    event = whole(call)
    given = action_parameters(call.json_object() if call.body else {}, ("comment",))
    comment = optional_text(given.get("comment"))
    if not event.is_organizer:
        text = "Your request can't be completed. You need to be an organizer to cancel a meeting."
        raise GraphError(400, "ErrorCalendarIsNotOrganizer", text)
    call.world.calendars.organising.cancel(event, comment)
    return Answer(202)


def _others(attendees: list[Attendee], organizer: str) -> list[Attendee]:
    """Return the attendees besides the organiser, who cannot be invited to their own meeting."""
    return [one for one in attendees if one.key != organizer.lower()]


def _event(call: Call) -> Event:
    check_calendar(call)
    event = call.world.calendars.find(call.person.address, call.item_key())
    if event is None:
        raise item_not_found()
    return event


def whole(call: Call) -> Event:
    """Return the event to act on; a single occurrence cannot be changed here.

    Raises:
        GraphError: 405 for an occurrence.
    """
    event = _event(call)
    if event.series_key is not None:
        text = "This sandbox changes and answers whole series, not single occurrences."
        raise GraphError(405, "Request_BadRequest", text, headers={"Allow": "GET"})
    return event


def window_of(call: Call) -> tuple[datetime, datetime]:
    """Return the two moments a view is asked for between.

    Raises:
        GraphError: 400 when one is missing or malformed, or the view is too long.
    """
    start, end = (boundary(call, name) for name in ("startDateTime", "endDateTime"))
    if end < start:
        text = "The end of the calendar view is earlier than its start."
        raise bad_request(text, "ErrorInvalidParameter")
    if end - start > _LONGEST_VIEW:
        text = (
            "Your request can't be completed. The range between the start and end dates is greater "
            f"than the allowed range. Maximum number of days: {_LONGEST_VIEW.days}"
        )
        raise bad_request(text, "ErrorInvalidRequest")
    return start, end


def boundary(call: Call, name: str) -> datetime:
    """Return a moment that stands in the query.

    Raises:
        GraphError: 400 when it is missing or malformed.
    """
    text = call.query.others.get(name.lower())
    if not text:
        problem = f"This request requires a time window specified by the query string '{name}'."
        raise bad_request(problem, "ErrorInvalidParameter")
    # In a query, a plus sign of an offset arrives as a space.
    return parsed_moment(text.replace(" ", "+"), None, name)


def _check_transaction(call: Call, changes: JsonObject) -> None:
    given = changes.get("transaction_id")
    if given is None:
        return
    existing = call.world.calendars.by_transaction(call.person.address, str(given))
    if existing is not None:
        identity = item_id(call.person.oid, existing.key, immutable=call.wants_immutable_ids)
        raise GraphError(
            400,
            "ErrorDuplicateTransactionId",
            "Your request can't be completed. The TransactionId has already been used to create "
            "a different event.",
            annotations={"@event.existingEventId": identity},
        )


def _check_match(call: Call, event: Event) -> None:
    given = call.headers.get("if-match")
    if given is not None and not matches(given, event.key, event.version):
        raise GraphError(
            412,
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed "
            "in the request does not match the current change key for the item.",
        )


def _shown(call: Call, event: Event, status: int) -> Answer:
    view = _expanded(call, event, event_view(call, event))
    context = call.context(f"users('{call.person.oid}')/events/$entity")
    body = {"@odata.context": context, **chosen(call.query, view, _TYPE)}
    return Answer(status, body, preference_applied(call))


def _listed(call: Call, events: Sequence[Event], name: str) -> Answer:
    by_id: dict[str, Event] = {}
    entities: list[JsonObject] = []
    for event in events:
        view = event_view(call, event)
        by_id[str(view["id"])] = event
        # Filters see extended properties whether or not the answer is to carry them.
        entities.append({**view, _PROPERTIES: extended_view(event)})
    page = apply(call.query, entities, call.page_size(PAGE))
    items: list[JsonObject] = []
    for entity in page.items:
        event = by_id[str(entity["id"])]
        bare = {key: value for key, value in entity.items() if key != _PROPERTIES}
        items.append(chosen(call.query, _expanded(call, event, bare), _TYPE))
    answer = call.collection(f"users('{call.person.oid}')/{name}", page, items)
    return Answer(200, answer.body, preference_applied(call))


def _expanded(call: Call, event: Event, view: JsonObject) -> JsonObject:
    for expansion in call.query.expand:
        if expansion.name.lower() not in {_PROPERTIES.lower(), "attachments", "calendar"}:
            text = f"Could not find a property named '{expansion.name[:60]}' on type '{_TYPE}'."
            raise bad_request(text)
        if expansion.name.lower() == _PROPERTIES.lower():
            condition = expansion.condition
            kept = [
                one for one in extended_view(event) if condition is None or condition.holds(one)
            ]
            if kept:
                view = {**view, _PROPERTIES: kept}
    return view
