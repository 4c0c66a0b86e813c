"""What the domain says in English is known at the door, with its values, and said otherwise."""

from __future__ import annotations

import pytest
from django.utils.translation import gettext, override

from classbell.domain.connections.remedies import SIGN_IN
from classbell.ports.bundle import Ports
from classbell.ports.errors import VerdictKind
from classbell.storage.models import Connection, HealthEvent, Person
from classbell.web import translated as door
from classbell.web.translated import translated
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.test_lost import lose
from tests.domain.people import Cast
from tests.support import NOW, a_session

VALUE = "Xy7"
"""A value that is in no message."""


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Rooms that are listed: 12.", "Aufgelistete Räume: 12."),
        (
            "Microsoft gave no answer. (ErrorTimeout)",
            "Microsoft hat nicht geantwortet. (ErrorTimeout)",
        ),
        (
            "The account's calendar can be edited. Nothing can be sent as this account.",
            (
                "Der Kalender des Kontos kann bearbeitet werden. "
                "Als dieses Konto kann nichts gesendet werden."
            ),
        ),
        (
            "Room {x} is a guest in {0} and has no mailbox there.",
            "Room {x} ist Gast in {0} und hat dort kein Postfach.",
        ),
        (
            "«Fire {x}» has 1 of 3 seats left, and 2 people need one.",
            "„Fire {x}“ hat noch 1 von 3 Plätzen frei, und 2 Personen brauchen einen.",
        ),
        (
            (
                "Not checked, because the permission MailboxSettings.Read is not granted. "
                "Judged by its licence, it is a user's."
            ),
            (
                "Nicht geprüft, weil die Berechtigung MailboxSettings.Read nicht gewährt ist. "
                "Nach der Lizenz zu urteilen, ist es das einer Person."
            ),
        ),
        (
            "The connection is lost. The account's password has expired. Mail waits.",
            "Die Verbindung ist verloren. Das Kennwort des Kontos ist abgelaufen. E-Mails warten.",
        ),
        (
            (
                "Classbell can also reach boss@x.example: send as it. Either it lies in the scope, "
                "or a role is assigned, or consented to in Entra ID, without one."
            ),
            (
                "Classbell kann auch boss@x.example erreichen: als dieses Postfach senden. "
                "Entweder liegt es im Bereich, oder eine Rolle ist ohne Bereich zugewiesen oder in "
                "Entra ID ohne einen genehmigt."
            ),
        ),
        (
            (
                "Microsoft granted less than was asked for. Missing: Mail.Send, to send "
                "notifications. Missing: New.Scope. Granted: User.Read."
            ),
            (
                "Microsoft hat weniger gewährt, als angefragt wurde. Es fehlt: Mail.Send (Zweck: "
                "Benachrichtigungen senden). Es fehlt: New.Scope. Gewährt: User.Read."
            ),
        ),
        ("There is no variable {COURSE} here.", "Die Variable {COURSE} gibt es hier nicht."),
        (
            (
                "Co-organisers and lobby could not be set: Microsoft gave no reason. "
                "(ErrorX) The meeting itself stands; Classbell tries again."
            ),
            (
                "Mitorganisatoren und Wartebereich konnten nicht festgelegt werden: Microsoft hat "
                "keinen Grund genannt. (ErrorX) Die Besprechung selbst besteht; Classbell versucht "
                "es erneut."
            ),
        ),
        ("A sentence that only Microsoft says.", "A sentence that only Microsoft says."),
        ("", ""),
    ],
)
def test_sentences_are_known_whole_in_parts_and_with_their_values(
    english: str, german: str
) -> None:
    with override("de-AT"):
        assert translated(english) == german
    with override("en"):
        assert translated(english) == english


def test_what_is_translated_already_stays() -> None:
    with override("ja"):
        once = translated(SIGN_IN.text)
        assert once != SIGN_IN.text
        assert translated(once) == once


@pytest.mark.django_db
def test_a_loss_is_explained_in_the_readers_language(
    ports: Ports, cast: Cast, connected: Connection
) -> None:
    Person.objects.filter(pk=cast.owner.pk).update(language="de")
    lose(ports, connected, VerdictKind.ADMIN_NEEDED, "AADSTS53003")
    page = a_visitor(cast.owner).get("/catalogs/academy")
    assert "Bitten Sie einen Microsoft 365-Administrator, die Richtlinie so zu ändern" in page.words
    assert "Wer das tun kann: Ihr Microsoft 365-Administrator." in page.words


@pytest.fixture
def german(cast: Cast) -> Visitor:
    """The admin of the catalog, who reads German."""
    Person.objects.filter(pk=cast.owner.pk).update(language="de")
    return a_visitor(cast.owner)


@pytest.mark.django_db
def test_errors_of_pages_and_fields_are_said_in_the_readers_language(
    german: Visitor, cast: Cast
) -> None:
    a_session(cast.catalog)
    page = german.get("/catalogs/none")
    assert "In Ihrer Organisation gibt es keinen Katalog „none“." in page.words
    typed = {"course": "FIRE", "code": "F2", "title": "A", "time_zone": "Europe/Copenhagen"}
    times = {"starts": "2027-03-01T18:00", "ends": "2027-03-01T17:00"}
    page = german.post("/catalogs/academy/sessions/new", typed | times)
    assert "Der Termin endet, bevor er beginnt." in page.words
    page = german.post("/catalogs/academy/sessions/new", typed | times | {"time_zone": "Bonn"})
    assert "„Bonn“ ist nicht der Name einer Zeitzone." in page.words


@pytest.mark.django_db
def test_the_record_and_the_history_are_told_in_the_readers_language(
    german: Visitor, connected: Connection
) -> None:
    page = german.get("/catalogs/academy/audit")
    assert "Rolle gegeben" in page.words
    assert connected.account is not None
    HealthEvent.objects.create(
        account=connected.account,
        at=NOW,
        name="consent_changed",
        detail="Granted now: Mail.Send. Not granted any more: Place.Read.All.",
    )
    page = german.get("/catalogs/academy/connection")
    assert "Berechtigungen geändert" in page.words
    assert "Jetzt gewährt: Mail.Send. Nicht mehr gewährt: Place.Read.All." in page.words


def test_a_sentence_is_compared_with_few_of_the_messages() -> None:
    """A page with fifty sentences of Microsoft's own must not try all the messages for each."""
    with override("de"):
        most = max(len(places) for places in door.by_rarest_word("de").values())
        known = len(door.templates_of("de"))
    assert known > 100
    assert most * 10 < known


@pytest.mark.parametrize("language", ["de", "fr", "es", "da", "ja"])
def test_every_sentence_is_known_with_any_value(language: str) -> None:
    """No message swallows another: each is recognised again once its values stand in it."""
    with override(language):
        wrong = [
            (one.text, said)
            for one in door.templates_of(language)
            if "%(" not in one.text
            and (said := translated(door.NAME.sub(VALUE, one.text)))
            != door.NAME.sub(VALUE, gettext(one.text))
        ]
    assert wrong == []
