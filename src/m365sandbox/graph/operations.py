"""The table of what Graph answers here: method, path, permissions and handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from m365sandbox.graph import (
    answering,
    attachments,
    calendars,
    delta,
    events,
    folders,
    mail,
    messages,
    online_meetings,
    places,
    profile,
    schedule,
    subscriptions,
)
from m365sandbox.graph.call import Answer, Call

# Functions of collections; without this they would pass for ids where they are not answered.
_FUNCTIONS: Final = frozenset({"delta", "microsoft.graph.delta"})
Handler = Callable[[Call], Answer | Awaitable[Answer]]
Area = Literal["directory", "mailbox", "places", "meetings", "subscriptions"]

_READ: Final = (
    "Calendars.ReadBasic",
    "Calendars.Read",
    "Calendars.ReadWrite",
    "Calendars.Read.Shared",
    "Calendars.ReadWrite.Shared",
)
_WRITE: Final = ("Calendars.ReadWrite", "Calendars.ReadWrite.Shared")
_PROFILE: Final = ("User.Read", "User.ReadBasic.All", "User.Read.All", "User.ReadWrite")
_LICENCES: Final = (
    "LicenseAssignment.Read.All",
    "User.Read",
    "User.Read.All",
    "Directory.Read.All",
)
_SETTINGS: Final = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
_SEND: Final = ("Mail.Send", "Mail.Send.Shared")
_READ_MAIL: Final = ("Mail.Read", "Mail.ReadWrite")
_WRITE_MAIL: Final = ("Mail.ReadWrite",)
_READ_MEETINGS: Final = ("OnlineMeetings.Read", "OnlineMeetings.ReadWrite")
_WRITE_MEETINGS: Final = ("OnlineMeetings.ReadWrite",)
_PLACES: Final = ("Place.Read.All", "Place.ReadWrite.All")


@dataclass(frozen=True)
class Operation:
    """One thing Graph answers; `permissions` are alternatives, least privileged first."""

    method: str
    path: str
    area: Area
    permissions: tuple[str, ...]
    handler: Handler

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """Return the parts of the path."""
        return tuple(self.path.strip("/").split("/"))


def _of_a_person() -> list[tuple[str, str, Area, tuple[str, ...], Handler]]:
    """Return what is asked below /me and below /users/{user-id}."""
    rows: list[tuple[str, str, Area, tuple[str, ...], Handler]] = [
        ("GET", "", "directory", _PROFILE, profile.get_person),
        ("GET", "/licenseDetails", "directory", _LICENCES, profile.list_licences),
        ("GET", "/mailboxSettings", "mailbox", _SETTINGS, profile.get_settings),
        ("GET", "/mailboxSettings/{setting}", "mailbox", _SETTINGS, profile.get_setting),
        ("POST", "/sendMail", "mailbox", _SEND, mail.send),
        ("POST", "/microsoft.graph.sendMail", "mailbox", _SEND, mail.send),
        ("GET", "/calendars", "mailbox", _READ, calendars.list_calendars),
        ("GET", "/calendar", "mailbox", _READ, calendars.get_calendar),
        ("GET", "/calendars/{calendar-id}", "mailbox", _READ, calendars.get_calendar),
    ]
    for below in ("", "/calendar", "/calendars/{calendar-id}"):
        one = f"{below}/events/{{event-id}}"
        rows += [
            ("GET", f"{below}/events", "mailbox", _READ, events.list_events),
            ("POST", f"{below}/events", "mailbox", _WRITE, events.create_event),
            ("GET", one, "mailbox", _READ, events.get_event),
            ("PATCH", one, "mailbox", _WRITE, events.change_event),
            ("DELETE", one, "mailbox", _WRITE, events.delete_event),
            ("GET", f"{one}/instances", "mailbox", _READ, events.list_instances),
            ("GET", f"{below}/calendarView", "mailbox", _READ, events.calendar_view),
        ]
        for name in ("", "microsoft.graph."):
            view = f"{below}/calendarView/{name}delta"
            rows += [
                ("GET", view, "mailbox", _READ, delta.calendar_view_delta),
                ("GET", f"{below}/events/{name}delta", "mailbox", _READ, delta.events_delta),
                ("POST", f"{one}/{name}cancel", "mailbox", _WRITE, events.cancel_event),
                ("POST", f"{one}/{name}forward", "mailbox", _WRITE, answering.forward_event),
                ("POST", f"{one}/{name}accept", "mailbox", _WRITE, answering.accept_event),
                ("POST", f"{one}/{name}decline", "mailbox", _WRITE, answering.decline_event),
                (
                    "POST",
                    f"{one}/{name}tentativelyAccept",
                    "mailbox",
                    _WRITE,
                    answering.tentatively_accept_event,
                ),
            ]
            if below:
                path = f"{below}/{name}getSchedule"
                rows.append(("POST", path, "mailbox", _READ, schedule.get_schedule))
    return [*rows, *_of_mail(), *_of_meetings()]


def _of_meetings() -> list[tuple[str, str, Area, tuple[str, ...], Handler]]:
    """Return what is asked about Teams meetings."""
    every, one = "/onlineMeetings", "/onlineMeetings/{onlineMeeting-id}"
    read, write, make = _READ_MEETINGS, _WRITE_MEETINGS, online_meetings.create_or_get_meeting
    return [
        ("GET", every, "meetings", read, online_meetings.list_meetings),
        ("POST", every, "meetings", write, online_meetings.create_meeting),
        ("POST", f"{every}/createOrGet", "meetings", write, make),
        ("POST", f"{every}/microsoft.graph.createOrGet", "meetings", write, make),
        ("GET", one, "meetings", read, online_meetings.get_meeting),
        ("PATCH", one, "meetings", write, online_meetings.change_meeting),
        ("DELETE", one, "meetings", write, online_meetings.delete_meeting),
    ]


def _of_mail() -> list[tuple[str, str, Area, tuple[str, ...], Handler]]:
    """Return what is asked about messages, folders and files."""
    one, folder = "/messages/{message-id}", "/mailFolders/{mailFolder-id}"
    files = f"{one}/attachments"
    rows: list[tuple[str, str, Area, tuple[str, ...], Handler]] = [
        ("GET", "/messages", "mailbox", _READ_MAIL, messages.list_messages),
        ("POST", "/messages", "mailbox", _WRITE_MAIL, messages.create_draft),
        ("GET", one, "mailbox", _READ_MAIL, messages.get_message),
        ("PATCH", one, "mailbox", _WRITE_MAIL, messages.change_message),
        ("DELETE", one, "mailbox", _WRITE_MAIL, messages.delete_message),
        ("GET", "/mailFolders", "mailbox", _READ_MAIL, folders.list_folders),
        ("GET", folder, "mailbox", _READ_MAIL, folders.get_folder),
        ("GET", f"{folder}/messages", "mailbox", _READ_MAIL, messages.list_messages_of_folder),
        ("GET", files, "mailbox", _READ_MAIL, attachments.list_attachments),
        ("POST", files, "mailbox", _WRITE_MAIL, attachments.add_attachment),
        ("GET", f"{files}/{{attachment-id}}", "mailbox", _READ_MAIL, attachments.get_attachment),
    ]
    for name in ("", "microsoft.graph."):
        session = f"{files}/{name}createUploadSession"
        rows += [
            ("POST", f"{one}/{name}send", "mailbox", _SEND, messages.send_draft),
            ("POST", f"{one}/{name}move", "mailbox", _WRITE_MAIL, messages.move_message),
            ("POST", session, "mailbox", _WRITE_MAIL, attachments.create_upload_session),
        ]
    return rows


def _of_places() -> list[Operation]:
    rows: list[Operation] = []
    for name in ("microsoft.graph.room", "graph.room"):
        rows.append(Operation("GET", f"/places/{name}", "places", _PLACES, places.list_rooms))
        lists = f"/places/{name}list"
        rows.append(Operation("GET", lists, "places", _PLACES, places.list_room_lists))
        inner = f"/places/{{place-id}}/{name}list/rooms"
        rows.append(Operation("GET", inner, "places", _PLACES, places.list_rooms_of_list))
        for cast, handler in ((name, places.get_room), (f"{name}list", places.get_room_list)):
            path = f"/places/{{place-id}}/{cast}"
            rows.append(Operation("GET", path, "places", _PLACES, handler))
    rows.append(Operation("GET", "/places/{place-id}", "places", _PLACES, places.get_place))
    return rows


def _of_subscriptions() -> list[Operation]:
    one = "/subscriptions/{subscription-id}"
    rows: list[tuple[str, str, Handler]] = [
        ("GET", "/subscriptions", subscriptions.list_subscriptions),
        ("POST", "/subscriptions", subscriptions.create_subscription),
        ("GET", one, subscriptions.get_subscription),
        ("PATCH", one, subscriptions.renew_subscription),
        ("DELETE", one, subscriptions.delete_subscription),
        ("POST", f"{one}/reauthorize", subscriptions.reauthorize),
        ("POST", f"{one}/microsoft.graph.reauthorize", subscriptions.reauthorize),
    ]
    return [Operation(method, path, "subscriptions", (), answer) for method, path, answer in rows]


OPERATIONS: Final[tuple[Operation, ...]] = (
    *(
        Operation(method, f"{root}{path}", area, permissions, handler)
        for root in ("/me", "/users/{user-id}")
        for method, path, area, permissions, handler in _of_a_person()
    ),
    *_of_places(),
    *_of_subscriptions(),
)


_BY_LENGTH: Final[dict[int, list[Operation]]] = {}
for _operation in OPERATIONS:
    _BY_LENGTH.setdefault(len(_operation.segments), []).append(_operation)


def find(method: str, segments: list[str]) -> tuple[Operation | None, dict[str, str], list[str]]:
    """Return the operation a request asks for, its parameters, and the methods of its path.

    Segments are compared without regard to capitalisation, as the service does.
    """
    allowed: list[str] = []
    found: Operation | None = None
    parameters: dict[str, str] = {}
    for operation in _BY_LENGTH.get(len(segments), ()):
        given = _match(operation.segments, segments)
        if given is None:
            continue
        allowed.append(operation.method)
        if found is None and operation.method == method:
            found, parameters = operation, given
    return found, parameters, sorted(set(allowed))


def _match(pattern: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    for expected, given in zip(pattern, segments, strict=True):
        if expected.startswith("{") and given.lower() not in _FUNCTIONS:
            parameters[expected.strip("{}")] = given
        elif expected.lower() != given.lower():
            return None
    return parameters
