"""Fabrikam, where the article is read: an admin's window, and catalogs and accounts to use up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from playwright.sync_api import Browser, Locator, Page, StorageState, expect

from classbell.cli.demo.stage import Stage, until
from classbell.cli.showcase import CONTOSO, FABRIKAM
from tests.browser.conftest import Walker
from tests.browser.microsoft import sign_in_at_microsoft
from tests.browser.story import COMMAND, TOGGLE

BLOCK = "Modern Authentication Method"
MICROSOFT_CONSENT = "Permissions requested"
SIGN_IN_SCOPES = ["openid", "profile", "offline_access"]
FULL = ["User.Read", "Mail.Send", "Calendars.ReadWrite", "Place.Read.All"]
ORDER = count(1)


@dataclass
class Home:
    """One catalog that nobody else uses, and the window of its admin.

    Attributes:
        stage: the running showcase.
        walker: the admin's window.
        slug: the catalog.
    """

    stage: Stage
    walker: Walker
    slug: str

    @property
    def page(self) -> Page:
        return self.walker.page

    @property
    def base(self) -> str:
        return self.stage.places.base_url

    @property
    def dialog(self) -> Locator:
        """The open panel."""
        return self.page.get_by_role("dialog", name=COMMAND)

    @property
    def toggle(self) -> Locator:
        return self.page.get_by_role("switch", name=TOGGLE, exact=True)

    def notifications(self) -> None:
        """Open Catalog settings > Notifications."""
        self.page.goto(f"{self.base}/catalogs/{self.slug}")
        self.page.get_by_role("link", name="Notifications", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Notifications")

    def panel(self) -> None:
        """Open the panel by its address."""
        self.page.goto(f"{self.base}/catalogs/{self.slug}/settings/notifications?panel=m365")
        expect(self.dialog).to_be_visible()

    def switched_on(self) -> None:
        """Open the panel and switch the toggle on."""
        self.panel()
        self.toggle.check()

    def leave(self, address: str, button: str = "Connect") -> None:
        """Press Connect and sign in as an account, until Microsoft asks for consent or is done."""
        self.page.get_by_role("button", name=button, exact=True).first.click()
        sign_in_at_microsoft(self.page, address, self.base)

    def accept(self) -> None:
        """Accept the permissions, and see the account wait for Save."""
        self.page.get_by_role("button", name="Accept").click()
        expect(self.dialog.get_by_text("Account signed in.")).to_be_visible()

    def save(self) -> None:
        self.page.get_by_role("button", name="Save").click()
        expect(self.page.get_by_role("status").get_by_text("Settings saved.")).to_be_visible()

    def connect(self, address: str) -> None:
        """Connect an account that has consented already, and save."""
        self.switched_on()
        self.leave(address)
        expect(self.dialog.get_by_text("Account signed in.")).to_be_visible()
        self.save()

    def confirmation(self, address: str) -> dict[str, object]:
        """Wait for the mail that an account gets when it has been connected."""
        return until("the confirmation", lambda: self.stage.received(address))[0]


def signed_in_as(browser: Browser, stage: Stage, address: str) -> StorageState:
    """Sign in with Microsoft and return what the browser keeps of Classbell alone."""
    context = browser.new_context(locale="en-US")
    page, base = context.new_page(), stage.places.base_url
    page.goto(base)
    page.get_by_role("button", name="Sign in with Microsoft").click()
    sign_in_at_microsoft(page, address, base)
    if not page.url.startswith(base):
        page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("button", name="Account: ")).to_be_visible()
    kept = context.storage_state()
    context.close()
    own = [cookie for cookie in kept.get("cookies", []) if cookie.get("domain") == "localhost"]
    return {"cookies": own, "origins": []}


def an_account(
    stage: Stage,
    *,
    consented: bool = True,
    administrator: bool = False,
    licence: str | None = "SPB",
    tenant: UUID = FABRIKAM,
    scopes: Sequence[str] = FULL,
    **more: object,
) -> str:
    """Add an account to an organisation and return its address.

    Args:
        stage: the running showcase.
        consented: whether the permissions are granted already.
        administrator: whether it may approve for everybody.
        licence: what it can do in Microsoft 365.
        tenant: the organisation.
        scopes: which permissions are granted where they are, besides those to sign in.
        more: further words of the sandbox.
    """
    domain = "contoso.example" if tenant == CONTOSO else "fabrikam.example"
    address = f"account{next(ORDER)}@{domain}"
    wanted = {
        "address": address,
        "display_name": f"Training {address.split('@', maxsplit=1)[0]}",
        "licence": licence,
        "is_tenant_administrator": administrator,
    }
    stage.control("POST", "/people", wanted | more)
    if consented:
        consent(stage, [*SIGN_IN_SCOPES, *scopes], person=address, tenant=tenant)
    return address


def consent(
    stage: Stage, scopes: list[str], *, person: str | None = None, tenant: UUID = FABRIKAM
) -> str:
    """Let an administrator consent, for one person or for everybody; return the grant's id."""
    grant = stage.control(
        "POST",
        "/grants",
        {
            "client_id": stage.environment["CLASSBELL_CLIENT_ID"],
            "tenant": str(tenant),
            "scopes": scopes,
            "person": person,
        },
    )
    return str(grant["grant_id"])


def a_catalog(stage: Stage, walker: Walker) -> str:
    """Create a catalog whose admin the window's LMS admin is; return its slug."""
    slug = f"article-{next(ORDER)}"
    catalogs = f"{stage.places.base_url}/catalogs"
    request = walker.context.request
    form: dict[str, str | float | bool] = {
        "title": f"Article {slug}",
        "slug": slug,
        "language": "en",
        "time_zone": "Europe/Rome",
        "csrfmiddlewaretoken": _token(request.get(catalogs).text()),
    }
    assert request.post(catalogs, form=form).ok
    token = _token(request.get(catalogs).text())
    assert request.post(f"{catalogs}/{slug}/become-admin", form={"csrfmiddlewaretoken": token}).ok
    return slug


def _token(html: str) -> str:
    """Return the hidden field that proves where a form comes from."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)
    assert found
    return found.group(1)
