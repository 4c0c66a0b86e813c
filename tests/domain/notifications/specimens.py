"""One notification of every kind about the same few things, so that its mails can be compared."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from classbell.domain.notifications.content import content_for
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_changes import with_changes
from classbell.domain.notifications.template import as_text, fill_html, fill_line
from classbell.domain.scheduling.desired import SessionPicture
from classbell.domain.scheduling.mailed import told_facts
from classbell.domain.scheduling.picture import picture_of
from classbell.ports.bundle import Ports
from classbell.ports.errors import VerdictKind
from classbell.storage.models import (
    Account,
    Catalog,
    ConnectInvitation,
    CourseSession,
    Incident,
    Message,
    Notification,
    OperatorAlarm,
    Person,
    PersonLink,
    Room,
    SessionInstructor,
)
from tests.support import (
    NOW,
    a_catalog,
    a_connected_account,
    a_person,
    a_provider,
    a_session,
    fake_ports,
)

FORMER_ROOM, ROOM = "harbour@contoso.example", "meadow@contoso.example"
START = datetime(2026, 12, 7, 8, 0, tzinfo=UTC)
SESSION_ID = UUID("5e551000-0000-4000-8000-000000000001")
COPENHAGEN = "Europe/Copenhagen"


@dataclass
class World:
    """What all specimens are about: a catalog, its account, a session that was moved, people."""

    ports: Ports = field(default_factory=fake_ports)
    catalog: Catalog = field(init=False)
    account: Account = field(init=False)
    session: CourseSession = field(init=False)
    learner: Person = field(init=False)

    def __post_init__(self) -> None:
        self.catalog = a_catalog()
        self.account = a_connected_account(self.ports, self.catalog)
        for address, name in ((FORMER_ROOM, "Harbour"), (ROOM, "Meadow")):
            Room.objects.create(
                organisation=self.catalog.organisation,
                address=address,
                name=name,
                refreshed_at=NOW,
            )
        self.session = a_session(
            self.catalog,
            id=SESSION_ID,
            starts_at=START,
            room_address=ROOM,
            meeting_url="https://meet.contoso.example/fire",
            cancel_message="The instructor is ill.\nWe are sorry.",
        )
        for name in ("Zoé Dubois", "Jonas Weber"):
            SessionInstructor.objects.create(session=self.session, person=a_person(name))
        self.learner = a_person("Ana Sørensen")

    def notification(self, kind: Kind) -> Notification:
        """Write one notification of a kind, for the learner."""
        makers: dict[str, Callable[[], dict[str, str]]] = {
            "application_refused": lambda: self._alarm("application_refused"),
            "application_secret_expiring": lambda: self._alarm("secret", "14"),
            "connect_invitation": self._connect_invitation,
            "connection_lost": self._incident,
            "connection_lost_still": self._incident,
            "connection_restored": self._incident,
            "email_provider_refused": self._provider_alarm,
            "operator_trouble": lambda: self._alarm("trouble"),
            "sign_in_link": self._sign_in_link,
        }
        context = makers.get(kind.name, lambda: self._about_session(kind.name))()
        return Notification.objects.create(
            organisation=self.catalog.organisation,
            catalog=self.catalog,
            kind=kind.name,
            context=context,
            audience=[self.learner.pk.hex],
            audience_size=1,
            created_at=NOW,
            due_at=NOW,
            expires_at=kind.expires_at(context, NOW),
        )

    def forget(self) -> None:
        """Let go of what only one notification was about."""
        CourseSession.objects.exclude(pk=SESSION_ID).delete()
        for model in (Incident, OperatorAlarm, ConnectInvitation, PersonLink):
            model.objects.all().delete()

    def _about_session(self, kind: str) -> dict[str, str]:
        context = {"session": str(SESSION_ID), "sequence": "1"}
        other = a_session(self.catalog, "FIRE-2", title="Session 2", starts_at=START + DAY)
        more = {
            "enrolment_cancelled": {"ended": "place"},
            "held_mail_waiting": {"waiting": "12", "oldest": NOW.isoformat()},
            "invitation_dead": {"former": str(self.account.pk), "account": str(self.account.pk)},
            "people_message": {"subject": "Cake", "text": "There is cake.\nIn the kitchen."},
            "room_declined": {"room": ROOM},
            "webhook_off": {
                "webhook": "3eb00c00-0000-4000-8000-000000000001",
                "webhook_name": "Intranet",
            },
            "room_moved": {"former": FORMER_ROOM, "room": ROOM},
            "session_message": {
                "subject": "Bring a pen",
                "text": "Please bring a pen.\nThank you.",
            },
            "session_needs_choosing": {
                "open": str(other.pk),
                "until": other.starts_at.isoformat(),
            },
        }
        before, now = (told_facts(picture) for picture in self._pictures())
        changed = with_changes(context, before, now) if kind.endswith("_changed") else context
        return changed | more.get(kind, {})

    def _pictures(self) -> tuple[SessionPicture, SessionPicture]:
        """Return the session as it was, and as it is."""
        now = picture_of(self.session, self.account)
        before = replace(
            now,
            title="First session",
            starts_at=now.starts_at - DAY,
            ends_at=now.ends_at - DAY,
            room_name="Harbour",
            teams_meeting=True,
            meeting_url="",
            join_url="https://teams.microsoft.com/l/1",
        )
        return before, now

    def _alarm(self, subject: str, code: str = "AADSTS7000222") -> dict[str, str]:
        alarm = OperatorAlarm.objects.create(
            subject=subject,
            code=code,
            explanation="The client secret runs out.",
            opened_at=NOW,
        )
        return {"alarm": str(alarm.pk)}

    def _provider_alarm(self) -> dict[str, str]:
        provider = a_provider(self.ports, self.catalog.organisation)
        return self._alarm(f"acs:{provider.pk}", "401")

    def _incident(self) -> dict[str, str]:
        a_provider(self.ports, self.catalog.organisation)
        self.catalog.connection.fall_over = True
        self.catalog.connection.save()
        incident = Incident.objects.create(
            account=self.account,
            verdict=VerdictKind.SIGN_IN_AGAIN.value,
            code="AADSTS50173",
            explanation="The password was changed.",
            opened_at=NOW,
        )
        return {"incident": str(incident.pk), "released": "12"}

    def _connect_invitation(self) -> dict[str, str]:
        invitation = ConnectInvitation(
            catalog=self.catalog,
            person=a_person("Mai Nielsen"),
            address="learning@contoso.example",
            token_hash="hash",
            created_at=NOW,
            expires_at=NOW + timedelta(days=7),
        )
        place = f"connect_invitation.token:{invitation.pk}"
        invitation.sealed_token = self.ports.cipher.seal(b"TOKEN", bound_to=place)
        invitation.save()
        return {"invitation": str(invitation.pk)}

    def _sign_in_link(self) -> dict[str, str]:
        link = PersonLink.objects.create(
            person=self.learner,
            token_hash="hash",
            created_at=NOW,
            expires_at=NOW + timedelta(days=7),
        )
        sealed = self.ports.cipher.seal(b"TOKEN", bound_to=f"person_link.token:{link.pk}")
        return {
            "person": str(self.learner.pk),
            "link": str(link.pk),
            "sealed_token": base64.b64encode(sealed).decode(),
        }


DAY = timedelta(days=1)


def written(world: World, kind: Kind, notification: Notification, language: str) -> str:
    """Return what the learner reads in a language: subject, HTML before the layout, plain text."""
    content = content_for(world.ports, kind, notification, Reader(language, COPENHAGEN))
    message = Message(
        notification=notification,
        person=world.learner,
        address=world.learner.address,
        name=world.learner.name,
        language=language,
    )
    values = {**content.values, **kind.personal(world.ports, notification, message)}
    html = fill_html(content.message, values)
    return f"{fill_line(content.subject, values)}\n\n{html}\n\n{as_text(html)}\n"
