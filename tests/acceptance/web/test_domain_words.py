"""What the domain says in English is known at the door, with its values, and said otherwise."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from classbell.domain.connections.remedies import SIGN_IN
from classbell.ports.bundle import Ports
from classbell.ports.errors import VerdictKind
from classbell.storage.models import Connection, Person
from classbell.web.translated import translated
from tests.acceptance.web.conftest import a_visitor
from tests.acceptance.web.test_lost import lose
from tests.domain.people import Cast


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
