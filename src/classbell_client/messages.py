"""What is told in a catalog and what became of it, as types and as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from classbell_client.in_catalog import InCatalog
from classbell_client.models import PersonGiven, Progress, SentNotification, Session, shown_as
from classbell_client.transport import Answer


class RecipientsGiven(TypedDict, total=False):
    """Roles, and people by id beside them."""

    roles: Sequence[str]
    people: Sequence[str]


class TextGiven(TypedDict, total=False):
    """The catalog's own words; None for the product's."""

    subject: str | None
    message: str | None


class TemplateFields(TypedDict, total=False):
    """Everything that is customised of a notification; what is left out is the product's."""

    to: RecipientsGiven | None
    cc: RecipientsGiven
    reminder_days: Sequence[int] | None
    texts: Mapping[str, TextGiven]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one person."""

    id: int
    notification_id: str
    kind: str
    session_id: str | None
    address: str
    name: str
    state: str
    route: str
    attempts: int
    reason: str
    reason_code: str
    created_at: str
    due_at: str
    expires_at: str
    settled_at: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of notification as it is in force; ``etag`` names this state of it."""

    kind: str
    title: str
    on: bool
    version: int
    to: Mapping[str, list[str]]
    cc: Mapping[str, list[str]]
    reminder_days: list[int]
    variables: list[str]
    texts: Mapping[str, Mapping[str, Any]]
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the record of who did what."""

    id: int
    at: str
    actor: str
    action: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    source: str


class Telling(InCatalog):
    """What can be told in a catalog, and what can be known of it afterwards."""

    def write_to(
        self, people: Sequence[PersonGiven], *, subject: str, text: str
    ) -> SentNotification:
        """Write the same to up to 50,000 people; it is sent once however often it is repeated."""
        return self._write({"people": list(people), "subject": subject, "text": text})

    def write_to_learners(self, session: Session, *, subject: str, text: str) -> SentNotification:
        """Write the same to everybody who is enrolled in a session."""
        return self._write({"session_id": session.id, "subject": subject, "text": text})

    def notifications(self, *, kind: str = "") -> Iterator[SentNotification]:
        """Read what was told, newest first, or only one kind of it."""
        pages = self._transport.pages(f"{self._here}/notifications", kind=kind)
        return (shown_as(SentNotification, one) for one in pages)

    def progress(self, notification: SentNotification) -> Progress:
        """Read how far a notification has come."""
        address = f"{self._here}/notifications/{notification.id}"
        return shown_as(Progress, self._transport.send("GET", address).body)

    def deliveries(self, *, state: str = "", kind: str = "", since: str = "") -> Iterator[Delivery]:
        """Read what became of messages, newest first.

        Args:
            state: only those in it, such as ``failed``.
            kind: only messages of this kind of notification.
            since: only those written then or later, with its offset from UTC.
        """
        pages = self._transport.pages(
            f"{self._here}/deliveries", state=state, kind=kind, since=since
        )
        return (shown_as(Delivery, one) for one in pages)

    def delivery(self, message_id: int) -> Delivery:
        """Read what became of one message."""
        answer = self._transport.send("GET", f"{self._here}/deliveries/{message_id}")
        return shown_as(Delivery, answer.body)

    def send_again(self, deliveries: Sequence[Delivery], *, also_doubtful: bool = False) -> int:
        """Send messages again that failed, came back or have expired.

        Args:
            deliveries: which.
            also_doubtful: those too that may have arrived, so that readers may get them twice.

        Returns:
            How many are queued by this; those that cannot go again stay as they are.
        """
        body = {"ids": [one.id for one in deliveries], "also_doubtful": also_doubtful}
        answer = self._transport.send("POST", f"{self._here}/deliveries/send-again", body=body)
        return int(answer.body["queued"])

    def templates(self) -> list[Template]:
        """Read every kind of notification that the catalog can change."""
        found = self._transport.send("GET", f"{self._here}/templates").body
        return [shown_as(Template, one) for one in found["items"]]

    def template(self, kind: str) -> Template:
        """Read what one kind of notification says, to whom it goes and whether it goes at all."""
        return _template(self._transport.send("GET", f"{self._here}/templates/{kind}"))

    def replace_template(self, template: Template, **fields: Unpack[TemplateFields]) -> Template:
        """Customise a notification so and no further, unless it was changed since it was read."""
        return self._change(template, "PUT", fields)

    def switch_template(self, template: Template, *, on: bool) -> Template:
        """Switch a notification on or off, unless it was changed since it was read."""
        return self._change(template, "PATCH", {"on": on})

    def reset_template(self, template: Template) -> Template:
        """Let a notification say again what the product says, unless it was changed meanwhile."""
        return self._change(template, "DELETE", None)

    def audit(self, *, action: str = "") -> Iterator[Act]:
        """Read who did what, newest first; ``action`` is its beginning, such as ``session.``."""
        pages = self._transport.pages(f"{self._here}/audit", action=action)
        return (shown_as(Act, one) for one in pages)

    def _change(self, template: Template, method: str, body: object) -> Template:
        address = f"{self._here}/templates/{template.kind}"
        return _template(self._transport.send(method, address, body=body, if_match=template.etag))

    def _write(self, body: Mapping[str, object]) -> SentNotification:
        answer = self._transport.send("POST", f"{self._here}/notifications", body=body)
        return shown_as(SentNotification, answer.body)


def _template(answer: Answer) -> Template:
    return shown_as(Template, {**answer.body, "etag": answer.etag})
