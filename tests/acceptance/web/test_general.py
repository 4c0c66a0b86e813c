"""Catalog settings > General, as an admin meets it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from classbell.domain.notifications.layout.pictures import MOST_BYTES
from classbell.ports.bundle import Ports
from classbell.storage.models import Connection, EmailProvider, MailLook
from tests.acceptance.web.conftest import Visitor
from tests.acceptance.web.page import Page
from tests.domain.people import Cast
from tests.mail_html import dangers, parsed
from tests.pictures import a_png

pytestmark = pytest.mark.django_db

PAGE = "/catalogs/{}/settings/general"


@pytest.fixture
def address(cast: Cast) -> str:
    return PAGE.format(cast.catalog.slug)


def upload(owner: Visitor, address: str, content: bytes, **fields: str) -> Page:
    """Send the form with a picture, whatever its name says."""
    logo = SimpleUploadedFile("logo.png", content, content_type="image/png")
    return Page(owner.client.post(address, {"logo": logo, **fields}))


def example(owner: Visitor, address: str, query: str = "") -> Page:
    return owner.get(f"{address}/example{query}")


def test_the_look_is_saved_and_shown_in_the_example(
    owner: Visitor, cast: Cast, address: str
) -> None:
    before = example(owner, address)
    assert cast.catalog.title in parsed(before.html).text
    fields = {"colour": "#FFB900", "reply_to": "help@contoso.example", "reply_to_name": "Help"}
    answer = upload(owner, address, a_png(), **fields)
    assert answer.location == address
    page = owner.get(address)
    assert "Settings saved." in page.words
    assert page.element("colour")["value"] == "#ffb900"
    assert page.element("reply_to")["value"] == "help@contoso.example"
    assert page.element("reply_to_name")["value"] == "Help"
    shown = example(owner, address)
    assert "#ffb900" in shown.html
    (image,) = parsed(shown.html).of("img")
    assert image["src"].startswith("data:image/png;base64,")
    assert "sandbox" in shown.header("Content-Security-Policy")
    assert "script-src" not in shown.header("Content-Security-Policy")
    assert not [one for one in dangers(shown.html) if not one.startswith("img src=data:")]


def test_the_preview_of_a_notification_is_dressed_as_well(
    owner: Visitor, cast: Cast, address: str
) -> None:
    upload(owner, address, a_png(), colour="#ffb900")
    notifications = f"/catalogs/{cast.catalog.slug}/settings/notifications"
    preview = owner.get(f"{notifications}/enrolment_confirmed/preview")
    assert preview.status == 200
    (image,) = parsed(preview.html).of("img")
    assert image["src"].startswith("data:image/png;base64,")
    assert "#ffb900" in preview.html


def test_the_page_frames_its_own_example_and_nothing_else(owner: Visitor, address: str) -> None:
    page = owner.get(address)
    assert "frame-src 'self'" in page.header("Content-Security-Policy")
    (frame,) = [given for tag, given in page.elements if tag == "iframe"]
    assert frame["src"] == f"{address}/example?theme=light"
    assert frame["sandbox"] == ""
    assert frame["title"]
    dark = owner.get(f"{address}?theme=dark")
    assert f"{address}/example?theme=dark" in dark.html
    assert "@media all{" in example(owner, address, "?theme=dark").html


def test_a_logo_is_taken_away_again(owner: Visitor, address: str) -> None:
    upload(owner, address, a_png())
    assert owner.get(address).has("no_logo")
    owner.post(address, {"no_logo": "on"})
    assert bytes(MailLook.objects.get().logo) == b""
    assert not owner.get(address).has("no_logo")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg onload=alert(1)>", "This file is no PNG and no JPEG picture."),
        (a_png() + bytes(MOST_BYTES), "The picture has 100 KB; it may have 100."),
        (a_png(3_000, 10), "3,000 × 10 pixels"),
        (a_png()[:-9], "The picture is broken"),
    ],
)
def test_a_file_that_is_no_logo_is_refused_beside_its_field(
    owner: Visitor, address: str, content: bytes, words: str
) -> None:
    page = upload(owner, address, content, reply_to="help@contoso.example")
    assert page.status == 422
    assert words in page.words
    assert page.element("logo")["aria-invalid"] == "true"
    assert page.element("reply_to")["value"] == "help@contoso.example", "what was typed stays"
    assert not MailLook.objects.exists()


def test_nothing_chosen_is_nothing_changed(owner: Visitor, address: str) -> None:
    owner.post(address, {"colour": ""})
    assert "Nothing was changed." in owner.get(address).words
    assert not MailLook.objects.exists()


def test_the_page_says_who_mail_comes_from_and_who_can_change_that(
    owner: Visitor, cast: Cast, connected: Connection, address: str
) -> None:
    page = owner.get(address)
    assert connected.account is not None
    assert connected.account.address in page.words
    assert "Exchange admin center" in page.words
    assert "?panel=m365" in "".join(page.links())


def test_mail_through_azure_has_azures_sender(
    owner: Visitor, connected: Connection, activated: EmailProvider, address: str
) -> None:
    connected.use_acs = True
    connected.save()
    page = owner.get(address)
    assert activated.sender_address in page.words
    assert "set in Azure" in page.words
    assert "Exchange admin center" not in page.words


def test_without_an_account_the_page_says_that_nothing_is_sent(
    owner: Visitor, ports: Ports, address: str
) -> None:
    assert ports is not None
    assert "No account is connected, so nothing is sent." in owner.get(address).words
