"""Pages speak the language of their reader, whole, and each person chooses for themselves."""

from __future__ import annotations

import gettext
import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.translation import get_language

from classbell.domain.notifications.languages import LANGUAGES
from classbell.storage.models import AuditEntry, Connection, CourseSession, Person
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.page import Page
from tests.domain.people import Cast
from tests.messages import a_message
from tests.support import a_session

pytestmark = pytest.mark.django_db

LOCALE = Path(__file__).parents[3] / "src" / "classbell" / "web" / "locale"
TRANSLATED = [language for language in LANGUAGES if language != "en"]
PAGES = {
    "home": "",
    "notifications": "/settings/notifications",
    "panel": "/settings/notifications?panel=m365",
    "sessions": "/sessions",
    "new session": "/sessions/new",
    "rooms": "/rooms",
    "delivery log": "/delivery",
    "audit log": "/audit",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
ENOUGH = 12
"""Characters from which a piece of English is no name and no word of another language."""
ATTRIBUTES = ("aria-label", "title", "placeholder", "alt")
HOME_IN = {
    "de": "Startseite",
    "fr": "Accueil",
    "es": "Inicio",
    "da": "Startside",
    "ja": "ホーム",
}


@cache
def english_of(language: str) -> frozenset[str]:
    """Return what no page may say in this language: English texts that have another there."""
    words = gettext.translation("django", str(LOCALE), [language])
    assert isinstance(words, gettext.GNUTranslations)
    known: dict[object, str] = vars(words)["_catalog"]  # the one place that lists them all
    found = set()
    for key, text in known.items():
        english = key[0] if isinstance(key, tuple) else str(key)
        pieces = PLACEHOLDER.split(english)
        if english and "%(" not in "".join(pieces):
            found |= {piece.strip() for piece in pieces if piece.strip() and piece not in text}
    return frozenset(piece for piece in found if len(piece) >= ENOUGH)


def words_of(page: Page) -> list[str]:
    """Return what is read on a page, or said of it: its texts and the labels of its elements."""
    texts = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", page.html, flags=re.DOTALL)
    labels = [given[name] for _, given in page.elements for name in ATTRIBUTES if name in given]
    return [" ".join(unescape(one).split()) for one in (*re.split(r"<[^>]*>", texts), *labels)]


def english_on(page: Page, language: str) -> set[str]:
    """Return the English that is left on a page."""
    said = [text for text in words_of(page) if text]
    return {piece for piece in english_of(language) if any(piece in text for text in said)}


@pytest.fixture
def lived_in(cast: Cast, connected: Connection) -> CourseSession:
    """A catalog with a session and some messages."""
    for state in ("accepted", "failed", "queued", "held", "unknown"):
        a_message(cast.catalog, state, name=f"{state}@contoso.example")
    return a_session(cast.catalog)


@pytest.mark.parametrize("language", TRANSLATED)
def test_pages_leave_no_english_behind(cast: Cast, lived_in: CourseSession, language: str) -> None:
    Person.objects.filter(pk=cast.owner.pk).update(language=language)
    browser = a_visitor(cast.owner)
    for name, path in PAGES.items():
        page = browser.get(f"/catalogs/{cast.catalog.slug}{path}")
        assert page.status == 200, name
        assert f'<html lang="{language}"' in page.html, name
        assert not english_on(page, language), f"{name}: {english_on(page, language)}"
        assert not re.search(r"%\(\w+\)|%%|\{\w+\}", " ".join(words_of(page))), name
        assert HOME_IN[language] in page.words, name


@pytest.mark.parametrize("language", TRANSLATED)
def test_strangers_at_the_door_read_the_language_of_their_browser(
    cast: Cast, language: str
) -> None:
    page = a_visitor().get("/signin", **{"Accept-Language": f"{language}, en;q=0.5"})
    assert f'<html lang="{language}"' in page.html
    assert not english_on(page, language)
    assert "Accept-Language" in page.header("Vary")


@pytest.mark.parametrize(
    ("own", "of_catalog", "of_browser", "spoken"),
    [
        ("da", "de", "fr", "da"),
        ("de-AT", "en", "fr", "de-AT"),
        ("", "de", "fr", "de"),
        ("", "ja-JP", "fr", "ja-JP"),
        ("", "pt-BR", "es-MX, en;q=0.8", "es-MX"),
        ("pt-BR", "pt-BR", "pt-BR, xx", "en"),
        ("de-QQ", "fr", "fr", "de"),
        ("", "sv", "", "en"),
    ],
)
def test_the_person_comes_first_then_the_catalog_then_the_browser(
    cast: Cast, own: str, of_catalog: str, of_browser: str, spoken: str
) -> None:
    Person.objects.filter(pk=cast.owner.pk).update(language=own)
    type(cast.catalog).objects.filter(pk=cast.catalog.pk).update(language=of_catalog)
    page = a_visitor(cast.owner).get("/catalogs/academy", **{"Accept-Language": of_browser})
    assert f'<html lang="{spoken}"' in page.html


def test_no_language_is_left_behind_for_the_next_request(cast: Cast) -> None:
    before = get_language()
    a_visitor().get("/signin", **{"Accept-Language": "ja"})
    assert get_language() == before
    assert '<html lang="en"' in a_visitor().get("/signin").html


def test_other_organisations_catalogs_tell_no_language(cast: Cast) -> None:
    type(cast.catalog).objects.filter(pk=cast.catalog.pk).update(language="ja")
    page = a_visitor(cast.stranger).get("/catalogs/academy", **{"Accept-Language": "da"})
    assert page.status == 404
    assert '<html lang="da"' in page.html


def test_an_address_that_is_none_speaks_the_language_of_whoever_asks(cast: Cast) -> None:
    Person.objects.filter(pk=cast.owner.pk).update(language="de")
    page = a_visitor(cast.owner).get("/no-such-page")
    assert page.status == 404
    assert "Unter dieser Adresse gibt es keine Seite." in page.words


def test_dates_and_numbers_follow_the_language_and_its_region(
    cast: Cast, lived_in: CourseSession
) -> None:
    Person.objects.filter(pk=cast.owner.pk).update(language="fr")
    page = a_visitor(cast.owner).get("/catalogs/academy/sessions")
    assert re.search(
        r"\b\d{1,2} (janv\.|févr\.|mars|avr\.|mai|juin|juil\.|août|sept\.|oct\.|"
        r"nov\.|déc\.) \d{4}",
        page.words,
    )


def chosen(person: Person) -> tuple[str, str]:
    """Return what is kept of somebody's choices."""
    person.refresh_from_db()
    return person.language, person.time_zone


def test_a_language_is_chosen_in_the_account_menu_without_script(
    owner: Visitor, cast: Cast
) -> None:
    here = reverse("sessions", args=["academy"])
    menu = owner.get(here)
    assert {"Deutsch", "日本語"} <= set(menu.buttons)
    changed = owner.post("/language", {"language": "de"}, Referer=f"http://testserver{here}")
    assert (changed.status, changed.location) == (303, here)
    assert chosen(cast.owner) == ("de", cast.owner.time_zone)
    page = owner.get(here)
    assert "Einstellungen gespeichert." in page.words
    assert "Termine" in page.words
    entry = AuditEntry.objects.get(action="person.preferences_chosen")
    assert (entry.actor, entry.after["language"]) == (cast.owner, "de")


def test_language_and_time_zone_are_chosen_on_their_page(owner: Visitor, cast: Cast) -> None:
    assert owner.get("/language").status == 200
    form = {"language": "ja", "time_zone": "Asia/Tokyo"}
    owner.post("/language", form, Referer="http://testserver/language")
    assert chosen(cast.owner) == ("ja", "Asia/Tokyo")
    page = owner.get("/language")
    assert "言語とタイム ゾーン" in page.words
    assert "UTC+9" in page.words
    owner.post("/language", {"language": "", "time_zone": ""})
    assert chosen(cast.owner) == ("", "")


@pytest.mark.parametrize(
    "form", [{"language": "klingon"}, {"time_zone": "Mars/Olympus"}, {"language": "x" * 200}]
)
def test_what_nobody_knows_is_refused_and_nothing_kept(
    owner: Visitor, cast: Cast, form: dict[str, str]
) -> None:
    before = chosen(cast.owner)
    assert owner.post("/language", form).status == 422
    assert chosen(cast.owner) == before
    assert not AuditEntry.objects.filter(action="person.preferences_chosen").exists()


@pytest.mark.parametrize("part", ["colleague", "stranger", "learner", "lms_admin"])
def test_everybody_changes_only_their_own(cast: Cast, part: str) -> None:
    person = getattr(cast, part)
    before = chosen(cast.owner)
    form = {"language": "fr", "person": str(cast.owner.pk), "id": str(cast.owner.pk)}
    assert a_visitor(person).post("/language", form).status == 303
    assert chosen(person)[0] == "fr"
    assert chosen(cast.owner) == before


def test_nobody_chooses_without_signing_in(cast: Cast) -> None:
    page = a_visitor().post("/language", {"language": "fr"})
    assert page.location.startswith("/signin")
