"""The members a client relies on in each answer of Graph, although the description spares them all.

Microsoft's description lets every member of every resource be absent. These lists say what must be
there, resource by resource, so that a missing member fails where a client would fail.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

# A dot goes into an object, [] into each member of a list; null counts as there, and ends the way.
USER = ("id", "displayName", "mail", "userPrincipalName", "givenName", "surname")
LICENCE = (
    "id", "skuId", "skuPartNumber", "servicePlans[].servicePlanId",
    "servicePlans[].servicePlanName", "servicePlans[].provisioningStatus",
    "servicePlans[].appliesTo",
)  # fmt: skip
MAILBOX_SETTINGS = (
    "userPurpose", "timeZone", "language.locale", "language.displayName", "dateFormat",
    "timeFormat", "workingHours.daysOfWeek", "workingHours.startTime", "workingHours.endTime",
    "workingHours.timeZone.name", "automaticRepliesSetting.status",
    "delegateMeetingMessageDeliveryOptions",
)  # fmt: skip
CALENDAR = (
    "id", "name", "owner.name", "owner.address", "canEdit", "canShare", "canViewPrivateItems",
    "isDefaultCalendar", "isRemovable", "isTallyingResponses", "allowedOnlineMeetingProviders",
    "defaultOnlineMeetingProvider", "hexColor", "color", "changeKey",
)  # fmt: skip
EVENT = (
    "id", "@odata.etag", "changeKey", "iCalUId", "webLink", "subject", "body.contentType",
    "body.content", "bodyPreview", "start.dateTime", "start.timeZone", "end.dateTime",
    "end.timeZone", "originalStartTimeZone", "originalEndTimeZone", "isAllDay", "type",
    "seriesMasterId", "recurrence", "organizer.emailAddress.address",
    "organizer.emailAddress.name", "isOrganizer", "responseStatus.response", "responseStatus.time",
    "attendees[].type", "attendees[].status.response", "attendees[].status.time",
    "attendees[].emailAddress.address", "attendees[].emailAddress.name", "location.displayName",
    "locations[].displayName", "isOnlineMeeting", "onlineMeetingProvider", "onlineMeetingUrl",
    "onlineMeeting.joinUrl", "hideAttendees", "responseRequested", "allowNewTimeProposals",
    "isCancelled", "isDraft", "showAs", "sensitivity", "importance", "categories",
    "hasAttachments", "isReminderOn", "reminderMinutesBeforeStart", "createdDateTime",
    "lastModifiedDateTime",
)  # fmt: skip
ROOM = (
    "id", "displayName", "emailAddress", "capacity", "bookingType", "building", "floorNumber",
    "floorLabel", "label", "isWheelChairAccessible", "audioDeviceName", "videoDeviceName",
    "displayDeviceName", "nickname", "phone", "tags", "address.street", "address.city",
    "address.state", "address.postalCode", "address.countryOrRegion", "geoCoordinates",
)  # fmt: skip
ROOM_LIST = ("id", "displayName", "emailAddress", "phone", "address", "geoCoordinates")
PLACE = ("id", "displayName", "@odata.type")
SCHEDULE = (
    "scheduleId", "availabilityView", "scheduleItems[].status", "scheduleItems[].start.dateTime",
    "scheduleItems[].start.timeZone", "scheduleItems[].end.dateTime",
    "scheduleItems[].end.timeZone",
)  # fmt: skip
MESSAGE = (
    "id", "@odata.etag", "changeKey", "createdDateTime", "lastModifiedDateTime", "receivedDateTime",
    "sentDateTime", "hasAttachments", "internetMessageId", "subject", "bodyPreview", "importance",
    "parentFolderId", "conversationId", "isRead", "isDraft", "webLink", "categories",
    "body.contentType", "body.content", "sender.emailAddress.address", "from.emailAddress.address",
    "toRecipients[].emailAddress.address", "ccRecipients[].emailAddress.address",
    "bccRecipients[].emailAddress.address", "replyTo[].emailAddress.address", "flag.flagStatus",
)  # fmt: skip
FOLDER = (
    "id", "displayName", "parentFolderId", "childFolderCount", "unreadItemCount", "totalItemCount",
)  # fmt: skip
ATTACHMENT = (
    "@odata.type", "id", "name", "contentType", "size", "isInline", "contentId", "contentBytes",
    "lastModifiedDateTime",
)  # fmt: skip
UPLOAD_SESSION = ("uploadUrl", "expirationDateTime", "nextExpectedRanges")
MEETING = (
    "id", "joinWebUrl", "subject", "startDateTime", "endDateTime", "creationDateTime",
    "participants.organizer.upn", "participants.organizer.identity.user.id",
    "participants.attendees[].role", "lobbyBypassSettings.scope", "allowedPresenters",
    "joinMeetingIdSettings.joinMeetingId", "chatInfo.threadId",
)  # fmt: skip
SUBSCRIPTION = (
    "id", "resource", "applicationId", "changeType", "clientState", "notificationUrl",
    "lifecycleNotificationUrl", "expirationDateTime", "creatorId", "latestSupportedTlsVersion",
)  # fmt: skip
BATCH = ("responses[].id", "responses[].status", "responses[].headers")

_ONE_EVENT = r"(/calendars?(/[^/]+)?)?/events/(?!delta$)[^/]+"
_EVENTS = r"(/calendars?(/[^/]+)?)?/(events|calendarView|events/[^/]+/instances)"
_ONE_MESSAGE = r"/messages/[^/]+"
_CAST = r"(microsoft\.)?graph\.room"
# Which answer is what: method, path below /me or a user, members of one, whether it is a list.
_OF_A_PERSON: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("GET", "", USER, False),
    ("GET", "/licenseDetails", LICENCE, True),
    ("GET", "/mailboxSettings", MAILBOX_SETTINGS, False),
    ("GET", "/mailboxSettings/(userPurpose|timeZone|dateFormat|timeFormat)", ("value",), False),
    ("GET", "/calendars", CALENDAR, True),
    ("GET", "/calendar", CALENDAR, False),
    ("GET", "/calendars/[^/]+", CALENDAR, False),
    ("GET", _EVENTS, EVENT, True),
    ("POST", r"(/calendars?(/[^/]+)?)?/events", EVENT, False),
    ("GET", r"(/mailFolders/[^/]+)?/messages", MESSAGE, True),
    ("POST", "/messages", MESSAGE, False),
    ("GET", _ONE_MESSAGE, MESSAGE, False),
    ("PATCH", _ONE_MESSAGE, MESSAGE, False),
    ("POST", rf"{_ONE_MESSAGE}/(microsoft\.graph\.)?move", MESSAGE, False),
    ("GET", "/mailFolders", FOLDER, True),
    ("GET", "/mailFolders/[^/]+", FOLDER, False),
    ("GET", rf"{_ONE_MESSAGE}/attachments", ATTACHMENT, True),
    ("POST", rf"{_ONE_MESSAGE}/attachments", ATTACHMENT, False),
    ("GET", rf"{_ONE_MESSAGE}/attachments/[^/]+", ATTACHMENT, False),
    (
        "POST",
        rf"{_ONE_MESSAGE}/attachments/(microsoft\.graph\.)?createUploadSession",
        UPLOAD_SESSION,
        False,
    ),
    ("GET", "/onlineMeetings", MEETING, True),
    ("POST", "/onlineMeetings(/createOrGet)?", MEETING, False),
    ("GET", "/onlineMeetings/[^/]+", MEETING, False),
    ("PATCH", "/onlineMeetings/[^/]+", MEETING, False),
    ("GET", _ONE_EVENT, EVENT, False),
    ("PATCH", _ONE_EVENT, EVENT, False),
    ("POST", r"/calendars?(/[^/]+)?/getSchedule", SCHEDULE, True),
)
_PERSON = r"/(me|users/[^/]+)"
ANSWERS: tuple[tuple[str, re.Pattern[str], tuple[str, ...], bool], ...] = (
    *(
        (method, re.compile(f"{_PERSON}{path}", re.IGNORECASE), members, is_list)
        for method, path, members, is_list in _OF_A_PERSON
    ),
    ("GET", re.compile(f"/places/{_CAST}", re.IGNORECASE), ROOM, True),
    ("GET", re.compile(f"/places/{_CAST}list", re.IGNORECASE), ROOM_LIST, True),
    ("GET", re.compile(f"/places/[^/]+/{_CAST}list/rooms", re.IGNORECASE), ROOM, True),
    ("GET", re.compile(f"/places/[^/]+/{_CAST}", re.IGNORECASE), ROOM, False),
    ("GET", re.compile(f"/places/[^/]+/{_CAST}list", re.IGNORECASE), ROOM_LIST, False),
    ("GET", re.compile("/places/[^/]+", re.IGNORECASE), PLACE, False),
    ("GET", re.compile("/subscriptions", re.IGNORECASE), SUBSCRIPTION, True),
    ("POST", re.compile("/subscriptions", re.IGNORECASE), SUBSCRIPTION, False),
    ("GET", re.compile("/subscriptions/[^/]+", re.IGNORECASE), SUBSCRIPTION, False),
    ("PATCH", re.compile("/subscriptions/[^/]+", re.IGNORECASE), SUBSCRIPTION, False),
    ("POST", re.compile(r"/\$batch", re.IGNORECASE), BATCH, False),
)


def missing_members(method: str, url: str, status: int, body: Any) -> list[str]:
    """Return the members an answer should have and has not.

    Args:
        method: The request's method.
        url: Its address below the version, with its query.
        status: The answer's status; only successes are judged.
        body: The answer's JSON, or None.
    """
    parts = urlsplit(url)
    found = _answer(method, parts.path.rstrip("/"))
    if found is None or status not in {200, 201} or "select" in parts.query.lower():
        return _keys_only(parts.query, body) if status in {200, 201} else []
    members, is_list = found
    if body is None:
        return ["the body"]
    lacking = [] if "@odata.context" in body or "responses" in body else ["@odata.context"]
    if not is_list:
        return [*lacking, *(path for path in members if not all(_there(body, path)))]
    if "value" not in body:
        return [*lacking, "value"]
    return lacking + [
        f"value[{number}].{path}"
        for number, one in enumerate(body["value"])
        for path in members
        if not all(_there(one, path))
    ]


def _answer(method: str, path: str) -> tuple[tuple[str, ...], bool] | None:
    for wanted, pattern, members, is_list in ANSWERS:
        if wanted == method and pattern.fullmatch(path):
            return members, is_list
    return None


def _keys_only(query: str, body: Any) -> list[str]:
    """Return the selected members that are missing where a query names the members it wants."""
    asked = parse_qs(query).get("$select", [])
    listed = [name.partition("/")[0] for one in asked for name in one.split(",")]
    names = {name.strip().lower() for name in listed} - {"*", ""}
    if not names or not isinstance(body, Mapping):
        return []
    entities = body["value"] if isinstance(body.get("value"), list) else [body]
    return [
        name for one in entities for name in sorted(names - {str(member).lower() for member in one})
    ]


def _there(value: Any, path: str) -> Iterator[bool]:
    """Yield for each place a path leads to whether something is there."""
    name, _, rest = path.partition(".") if not path.startswith("@") else (path, "", "")
    is_list = name.endswith("[]")
    name = name.removesuffix("[]")
    if not isinstance(value, Mapping) or name not in value:
        yield False
        return
    inner = value[name]
    if inner is None or not rest:
        yield True
        return
    for one in inner if is_list else [inner]:
        yield from _there(one, rest)
