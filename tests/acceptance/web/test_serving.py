"""What every answer carries: headers, error pages, assets, health."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from classbell import bootstrap
from classbell.ports.bundle import Ports
from classbell.ports.errors import VerdictKind
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.fakes import FakeIdentity
from tests.support import fake_ports

pytestmark = pytest.mark.django_db

MUST = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)
SCRIPT_BUDGET, PAGE_BUDGET = 25 * 1024, 60 * 1024


@pytest.mark.parametrize("address", ["/signin", "/nowhere", "/catalogs/academy", "/healthz"])
def test_every_answer_keeps_to_itself(owner: Visitor, address: str) -> None:
    page = owner.get(address)
    policy = page.header("Content-Security-Policy")
    assert all(part in policy for part in MUST)
    assert "unsafe" not in policy
    assert page.header("X-Content-Type-Options") == "nosniff"
    assert page.header("Referrer-Policy") == "same-origin"
    assert page.header("Cross-Origin-Opener-Policy") == "same-origin"
    assert page.header("Cache-Control") == "no-store"
    assert "HX-Request" in page.header("Vary")


def test_pages_without_connect_lead_forms_nowhere_else(owner: Visitor) -> None:
    assert owner.get("/catalogs/academy/rooms").form_targets() == "form-action 'self'"


def test_assets_are_kept_for_ever_and_named_by_their_content(owner: Visitor) -> None:
    page = owner.get("/catalogs/academy")
    found = [
        given.get("href") or given.get("src", "")
        for tag, given in page.elements
        if tag in {"link", "script"}
    ]
    assert len(found) == 4
    for address in found:
        answer = Client().get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        plain = Client().get(address)
        assert gzip.decompress(answer.content) == plain.content
    assert Client().get("/static/classbell.000000000000.css").status_code == 404


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("/catalogs/academy/settings/notifications?panel=m365", ""),
        ("/catalogs/academy/settings/notifications/session_reminder", "editor."),
    ],
)
def test_a_page_stays_within_its_budget(owner: Visitor, address: str, own: str) -> None:
    """The editor has a script of its own, and its page counts as well as the panel does."""
    page = owner.get(address)
    sizes = {
        address: len(Client().get(address, headers={"Accept-Encoding": "gzip"}).content)
        for address in {
            (given.get("href") or given.get("src", "")).split("#")[0]
            for tag, given in page.elements
            if tag in {"link", "script", "use"}
        }
    }
    scripts = sum(size for address, size in sizes.items() if address.endswith(".js"))
    whole = sum(sizes.values()) + len(gzip.compress(page.html.encode()))
    assert any(own in address for address in sizes if address.endswith(".js"))
    assert scripts <= SCRIPT_BUDGET
    assert whole <= PAGE_BUDGET


def test_nothing_is_inline(owner: Visitor) -> None:
    for address in ("/catalogs/academy/settings/notifications?panel=m365", "/signin"):
        for tag, given in owner.get(address).elements:
            assert tag != "style"
            assert "style" not in given
            assert not [name for name in given if name.startswith(("on", "hx-on"))]
            assert tag != "script" or given["src"].startswith("/static/")


def test_an_address_that_leads_nowhere_says_so(db: None, ports: Ports) -> None:
    page = a_visitor().get("/nowhere")
    assert page.status == 404
    assert "There is no page at this address." in page.words
    assert "/" in page.links()


def test_microsoft_being_away_is_said_in_plain_words(cast: Cast, identity: FakeIdentity) -> None:
    identity.fail_next(VerdictKind.RETRY, on="begin_sign_in")
    page = a_visitor().post("/signin")
    assert page.status == 502
    assert "Microsoft 365 didn’t do it" in page.words
    assert page.header("X-Classbell-Problem")


def test_a_part_that_fails_answers_with_a_toast(owner: Visitor) -> None:
    answer = owner.get("/catalogs/sales/delivery", **{"HX-Request": "true", "HX-Target": "main"})
    assert answer.status == 403
    assert "This needs the role catalog admin" in answer.words
    assert "<html" not in answer.html


class BrokenClock:
    """A clock with a fault that nobody foresaw."""

    def now(self) -> datetime:
        raise RuntimeError("token=very-secret")


def test_a_fault_of_our_own_shows_no_secrets(owner: Visitor) -> None:
    owner.client.raise_request_exception = False
    with bootstrap.use(fake_ports(clock=BrokenClock())):
        page = owner.get("/catalogs/academy/rooms")
    assert page.status == 500
    assert "Classbell made a mistake" in page.words
    assert "very-secret" not in page.html


def test_health_is_asked_without_signing_in(db: None) -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_behind_a_proxy_that_ends_tls_forms_are_taken_from_our_own_origin_alone(
    tmp_path: Path,
) -> None:
    """Requests arrive as http then, while a browser names https as where a form comes from."""
    program = (
        "from classbell.cli.framework import start_django; start_django()\n"
        "from django.conf import settings\n"
        "print(settings.CSRF_TRUSTED_ORIGINS)"
    )
    environment = os.environ | {
        "CLASSBELL_BASE_URL": "https://classbell.example.org:8443/",
        "CLASSBELL_DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3",
        "DJANGO_SETTINGS_MODULE": "classbell.django_settings",
    }
    told = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
    )
    assert told.stdout.strip() == "['https://classbell.example.org:8443']"
