"""Delta queries: what changed since last time: https://learn.microsoft.com/graph/api/event-delta."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from m365sandbox.calendars.series import spread
from m365sandbox.calendars.zones import YEARS
from m365sandbox.errors import GraphError
from m365sandbox.graph.calendars import check_calendar
from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.event_view import event_view, preference_applied
from m365sandbox.graph.events import PAGE, boundary, window_of
from m365sandbox.graph.identifiers import item_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from m365sandbox.calendars.journal import Journal
    from m365sandbox.calendars.model import Event

# A token lives as long as the service remembers; no page says how long that is.
_LIFE: Final = timedelta(days=30)
_REFUSED: Final = ("$filter", "$orderby", "$search", "$select", "$expand", "$skip", "$top")
# Of events that no window bounds, the service tells these members only, for speed.
_FEW: Final = ("@odata.etag", "id", "type", "start", "end")


@dataclass(frozen=True)
class Token:
    """How far a caller knows a calendar, and what they follow of it.

    `number` is the latest change they know. In a first round `began` is the latest change when it
    began: what was gone by then the caller never knew. Later rounds tell of everything gone.
    """

    owner: str
    journal: str
    generation: int
    issued: datetime
    number: int = 0
    began: int = 0
    start: datetime | None = None
    end: datetime | None = None
    is_view: bool = True


_TOKEN: Final = TypeAdapter(Token)


def calendar_view_delta(call: Call) -> Answer:
    """Answer what changed of the events between two moments, at first all of them."""
    return _round(call, is_view=True)


def events_delta(call: Call) -> Answer:
    """Answer what changed of all events, at first all of them."""
    return _round(call, is_view=False)


def _round(call: Call, *, is_view: bool) -> Answer:
    check_calendar(call)
    journal = call.world.calendars.journal(call.person.address)
    token = _given(call, journal, is_view=is_view) or _first(call, journal, is_view=is_view)
    size = call.page_size(PAGE)
    number, items = token.number, list[JsonObject]()
    is_complete = True
    for changed, key in journal.since(token.number):
        if len(items) >= size:
            is_complete = False
            break
        items += _told(call, token, changed, key)
        number = changed
    following = replace(token, number=number, issued=call.world.now())
    if is_complete:
        link, text = "deltaLink", _written(replace(following, number=journal.last, began=0))
    else:
        link, text = "nextLink", _written(following)
    name = "$deltatoken" if is_complete else "$skiptoken"
    path = call.path.partition("?")[0]
    body: JsonObject = {
        "@odata.context": call.context("Collection(event)"),
        "value": items,
        f"@odata.{link}": f"{call.base}{path}?{urlencode({name: text}, safe='$')}",
    }
    applied = preference_applied(call).get("Preference-Applied")
    kept = "odata.track-changes" if applied is None else f"odata.track-changes, {applied}"
    return Answer(200, body, {"Preference-Applied": kept})


def _first(call: Call, journal: Journal, *, is_view: bool) -> Token:
    """Return where a caller who knows nothing begins; the window stays in every later token."""
    query = call.query
    used = (query.condition, query.order, None, query.select, query.expand, query.skip, query.top)
    refused = [name for name, value in zip(_REFUSED, used, strict=True) if value]
    if refused:
        text = (
            "The following parameters are not supported with change tracking over the "
            f"'{'CalendarView' if is_view else 'Events'}' resource: '{', '.join(refused)}'."
        )
        raise bad_request(text, "ErrorInvalidUrlQuery")
    token = Token(
        owner=call.person.oid,
        journal=journal.name,
        generation=journal.generation,
        issued=call.world.now(),
        began=journal.last,
        is_view=is_view,
    )
    if is_view:
        start, end = window_of(call)
        return replace(token, start=start, end=end)
    if "startdatetime" in query.others:
        return replace(token, start=boundary(call, "startDateTime"))
    return token


def _given(call: Call, journal: Journal, *, is_view: bool) -> Token | None:
    """Return the token of a link that was given out, or None for a first call.

    Raises:
        GraphError: 400 when it is none of this collection's, 410 when the service has forgotten it.
    """
    others = call.query.others
    text = others.get("$deltatoken") or others.get("$skiptoken")
    if text is None:
        return None
    token = _read(text)
    if token is None or token.owner != call.person.oid or token.is_view != is_view:
        raise bad_request("Badly formed token.", "BadRequest")
    is_known = (token.journal, token.generation) == (journal.name, journal.generation)
    if is_known and call.world.now() - token.issued <= _LIFE:
        return token
    begin = f"{call.base}{call.path.partition('?')[0]}"
    if token.start is not None:
        begin += f"?{urlencode(_window_again(token))}"
    raise GraphError(
        410,
        "SyncStateNotFound",
        f"The sync state generation is not found; generation={token.generation};"
        f"[highest={journal.generation}].",
        headers={"Location": begin},
    )


def _window_again(token: Token) -> dict[str, str]:
    both = {"startDateTime": token.start, "endDateTime": token.end}
    return {name: one.isoformat() for name, one in both.items() if one is not None}


def _told(call: Call, token: Token, changed: int, key: str) -> Iterator[JsonObject]:
    """Yield what a caller is told of an event that changed."""
    event = call.world.calendars.whole(call.person.address, key)
    seen = [] if event is None else _within(token, event)
    for one in seen:
        view = event_view(call, one)
        yield view if token.is_view else {name: view[name] for name in _FEW}
    if not seen and changed > token.began:
        # The service tells of everything outside the window as if it were deleted, known to the
        # caller or not: https://github.com/microsoftgraph/microsoft-graph-docs/issues/6599
        identity = item_id(call.person.oid, key, immutable=call.wants_immutable_ids)
        yield {"id": identity, "@removed": {"reason": "deleted"}}


def _within(token: Token, event: Event) -> list[Event]:
    """Return the event, or the occurrences of a series, as far as the token follows them."""
    if token.start is not None and token.end is not None:
        return sorted(spread(event, token.start, token.end), key=lambda one: one.start)
    is_past = token.start is not None and event.recurrence is None and event.end <= token.start
    return [] if is_past else [event]


def _written(token: Token) -> str:
    raw = _TOKEN.dump_json(token)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str) -> Token | None:
    """Return the token a text stands for, or None."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        token = _TOKEN.validate_json(raw)
    except (binascii.Error, ValueError, ValidationError):
        return None
    moments = [one for one in (token.issued, token.start, token.end) if one is not None]
    is_whole = all(one.tzinfo is not None and one.year in YEARS for one in moments)
    return token if is_whole else None
