"""Every address: no foreign form, no foreign frame, no foreign session, no more than it bears."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from classbell.storage.models import (
    AuditEntry,
    Connection,
    Course,
    CourseSession,
    RoleAssignment,
)
from classbell.web.urls import urlpatterns
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.test_every_act_is_recorded import arguments, takes_forms
from tests.acceptance.web.test_permissions import PAGES, address
from tests.acceptance.web.test_signin import sign_in
from tests.domain.people import Cast
from tests.fakes import FakeIdentity
from tests.support import a_group, a_session

pytestmark = pytest.mark.django_db

WITHOUT_COOKIES = {"acs-reports", "calendar-reports", "unsubscribe"}
"""Machines post there and prove themselves otherwise; no cookie gives anybody a right there."""

FRAMED = {"look-example", "notification-preview", "session-message-preview"}
"""Mails that are shown within pages of ours, as documents that can do nothing."""


@pytest.fixture
def session(cast: Cast, connected: Connection) -> CourseSession:
    found = a_session(cast.catalog)
    a_group(found.course)
    return found


def strict(browser: Visitor) -> Visitor:
    """Return the same browser before a server that checks where forms come from."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = browser.client.cookies
    return Visitor(client)


def test_no_form_of_another_site_is_taken(owner: Visitor, cast: Cast) -> None:
    before = AuditEntry.objects.count()
    browser, taken = strict(owner), {}
    for one in urlpatterns:
        name = str(one.name)
        if name in WITHOUT_COOKIES or not takes_forms(name, arguments(one)):
            continue
        values = arguments(one)
        page = browser.post(reverse(name, args=values), {"title": "Mine", "slug": "mine"})
        if page.status != 403 or "form could not be accepted" not in page.words:
            taken[name] = page.status
    assert not taken
    assert AuditEntry.objects.count() == before


def test_a_cookie_gives_no_right_in_the_interface(owner: Visitor, cast: Cast) -> None:
    for method in ("get", "post", "patch", "delete"):
        ask = getattr(owner.client, method)
        assert ask("/api/v1/catalogs/academy/courses").status_code in {401, 405}


def test_every_page_forbids_foreign_frames_and_scripts(
    owner: Visitor, session: CourseSession
) -> None:
    addresses = [address(path, session) for path in PAGES]
    addresses += ["/", "/signin", "/nowhere", "/catalogs", "/preferences", "/language", "/audit"]
    addresses += ["/api/v1/docs", "/api/v1/openapi.json", "/api/v1/integration", "/signin/callback"]
    open_to = {}
    for one in addresses:
        page = owner.get(one)
        policy = page.header("Content-Security-Policy")
        is_mail = "sandbox;" in policy
        wanted = "frame-ancestors 'self'" if is_mail else "frame-ancestors 'none'"
        safe = wanted in policy and "script-src 'unsafe" not in policy and "*" not in policy
        if not safe or page.header("X-Frame-Options") not in {"DENY", "SAMEORIGIN"}:
            open_to[one] = policy
        assert page.header("X-Content-Type-Options") == "nosniff", one
    assert not open_to


def test_a_session_that_somebody_planted_is_worthless(cast: Cast, identity: FakeIdentity) -> None:
    attacker = a_visitor()
    attacker.post("/signin")
    planted = str(attacker.client.session.session_key)
    victim = a_visitor()
    victim.client.cookies[settings.SESSION_COOKIE_NAME] = planted
    sign_in(victim, identity, cast.owner)
    assert victim.get("/catalogs/academy").status == 200
    assert attacker.client.cookies[settings.SESSION_COOKIE_NAME].value == planted
    assert attacker.get("/catalogs/academy").status == 303


def test_signing_out_ends_the_session_on_the_server(cast: Cast, identity: FakeIdentity) -> None:
    browser = a_visitor()
    sign_in(browser, identity, cast.owner)
    copied = Client()
    copied.cookies[settings.SESSION_COOKIE_NAME] = str(browser.client.session.session_key)
    assert copied.get("/catalogs/academy").status_code == 200
    browser.post("/signout")
    assert copied.get("/catalogs/academy").status_code == 303


def test_who_sits_down_next_sees_nothing_of_who_sat_there(
    cast: Cast, identity: FakeIdentity
) -> None:
    browser = a_visitor()
    sign_in(browser, identity, cast.owner)
    session = browser.client.session
    session["toasts"] = [{"kind": "info", "title": "For the owner's eyes", "text": ""}]
    session.save()
    sign_in(browser, identity, cast.stranger)
    assert "For the owner's eyes" not in browser.get("/catalogs/fabrikam").words
    assert set(browser.client.session.keys()) <= {"person", "browser"}


def test_a_role_that_is_taken_away_counts_at_once(cast: Cast, owner: Visitor) -> None:
    assert owner.get("/catalogs/academy").status == 200
    RoleAssignment.objects.filter(person=cast.owner).delete()
    assert owner.get("/catalogs/academy").status == 403


def test_the_session_of_somebody_who_was_removed_is_nobodys(cast: Cast, owner: Visitor) -> None:
    RoleAssignment.objects.filter(person=cast.owner).delete()
    session = owner.client.session
    session["person"] = "00000000-0000-4000-8000-00000000dead"
    session.save()
    assert owner.get("/catalogs/academy").status == 303


def test_a_form_that_is_too_large_or_has_too_many_fields_is_refused(
    owner: Visitor, session: CourseSession
) -> None:
    owner.client.raise_request_exception = False
    here = "/catalogs/academy/courses/new"
    large = owner.post(here, {"title": "x" * 3_000_000})
    many = owner.post(here, {f"field{number}": "" for number in range(1_001)})
    assert (large.status, many.status) == (422, 422)
    assert not Course.objects.exclude(pk=session.course_id).exists()


def test_over_https_cookies_and_headers_insist_on_it() -> None:
    """The settings are read in a process of their own, as a server reads them."""
    words = (
        "import json, classbell.django_settings as s; print(json.dumps([s.SESSION_COOKIE_NAME,"
        " s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY]))"
    )
    environment = os.environ | {"CLASSBELL_BASE_URL": "https://learn.example.com"}
    done = subprocess.run(
        [sys.executable, "-c", words], env=environment, capture_output=True, check=True, text=True
    )
    assert json.loads(done.stdout) == [
        "__Host-classbell_session",
        "__Host-classbell_csrf",
        *[True] * 4,
    ]
