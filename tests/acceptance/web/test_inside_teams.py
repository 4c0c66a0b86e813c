"""The Admin Center inside Microsoft Teams: only where allowed, and never its sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings as django_settings
from django.test import override_settings

from classbell.config import Settings
from classbell.ports.errors import ConfigurationFault
from tests.acceptance.web.conftest import Visitor, a_visitor

pytestmark = pytest.mark.django_db

TEAMS = "https://teams.microsoft.com https://*.cloud.microsoft"
HOME = "/catalogs/academy"


@pytest.fixture
def inside() -> Iterator[None]:
    """Have the operator allow Teams to show the Admin Center."""
    allowed = replace(
        django_settings.CLASSBELL, base_url="https://learn.example.com", frame_ancestors=TEAMS
    )
    with override_settings(CLASSBELL=allowed):
        yield


def test_nobody_frames_it_unless_the_operator_says_so(owner: Visitor) -> None:
    assert "frame-ancestors 'none';" in owner.get(HOME).header("Content-Security-Policy")


@pytest.mark.usefixtures("inside")
def test_the_named_origins_may_frame_it_and_its_previews(owner: Visitor) -> None:
    wanted = f"frame-ancestors 'self' {TEAMS}"
    assert wanted in owner.get(HOME).header("Content-Security-Policy")
    preview = owner.get("/catalogs/academy/settings/notifications/enrolment_confirmed/preview")
    assert wanted in preview.header("Content-Security-Policy")


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(("told", "theme"), [("default", "teams-light"), ("dark", "teams-dark")])
def test_it_takes_over_the_theme_and_keeps_it(owner: Visitor, told: str, theme: str) -> None:
    for address in (f"{HOME}?teams-theme={told}", HOME):
        (html,) = [given for tag, given in owner.get(address).elements if tag == "html"]
        assert html["data-theme"] == theme


@pytest.mark.usefixtures("inside")
def test_a_frame_is_never_sent_to_microsoft(owner: Visitor) -> None:
    connect = f"{HOME}/settings/connection/connect"
    page = owner.post(connect, None, **{"Sec-Fetch-Dest": "iframe"})
    assert page.status == 200
    (link,) = [given for tag, given in page.elements if given.get("target") == "_blank"]
    assert link["href"].startswith("https://login.")
    assert link["rel"] == "noopener"
    assert owner.post(connect, None, **{"Sec-Fetch-Dest": "document"}).status == 303


@pytest.mark.usefixtures("inside")
def test_a_way_within_the_admin_center_stays_in_the_frame() -> None:
    page = a_visitor().get(HOME, **{"Sec-Fetch-Dest": "iframe"})
    assert (page.status, page.header("Location")[:7]) == (303, "/signin")


@pytest.mark.parametrize("origin", ["teams.microsoft.com", "http://a.example", "*", "https://a/b"])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    settings = Settings(base_url="https://learn.example.com", frame_ancestors=origin)
    with pytest.raises(ConfigurationFault, match="no https origin"):
        assert settings.frame_origins


def test_frames_need_https() -> None:
    with pytest.raises(ConfigurationFault, match="on https"):
        assert Settings(frame_ancestors=TEAMS).frame_origins
