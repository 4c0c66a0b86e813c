"""The first half of the story: signing in, connecting the account, the confirmation mail."""

from __future__ import annotations

from http import HTTPStatus

from classbell.cli.demo.browser import Browser
from classbell.cli.demo.stage import Stage, hold, until
from classbell.cli.showcase import MAI, PASSWORD, ROSA, SERVICE_ACCOUNT

SETTINGS = "/catalogs/academy/settings/notifications"
PANEL = f"{SETTINGS}?panel=m365"
TOGGLE = "Enable Classbell to send email notifications, book Rooms and create meeting invitations"
SIGNED_IN = "Account signed in. Select Save to finish connecting it."


def sign_in_at_microsoft(browser: Browser, address: str) -> None:
    """Walk Microsoft's pages as a person until they lead back."""
    if browser.page.button_exists("Use another account"):
        browser.press("Use another account")
    if browser.page.button_exists("Next"):
        browser.press("Next", {"Email address": address})
    browser.press("Sign in", {"Password": PASSWORD})
    if browser.page.button_exists("Approve"):
        browser.press("Approve")
    if browser.page.button_exists("Yes"):
        browser.press("Yes")


def sign_in(stage: Stage) -> str:
    """Sign in to the Admin Center with Microsoft, as the catalog's admin."""
    browser = stage.browser
    browser.open(f"{stage.places.base_url}/")
    browser.press("Sign in with Microsoft")
    sign_in_at_microsoft(browser, MAI.address)
    if browser.page.button_exists("Accept"):
        browser.press("Accept")
    hold(browser.url.startswith(stage.places.base_url), f"Sign-in ended at {browser.url}.")
    hold(MAI.name in browser.page.text, "The page does not name who signed in.")
    return f"{MAI.name} is in, by Microsoft Entra ID"


def stranger_sees_nothing(stage: Stage) -> str:
    """Somebody of another organisation gets no look at the catalog."""
    stranger = Browser(stage.door)
    stranger.open(f"{stage.places.base_url}/")
    stranger.press("Sign in with Microsoft")
    sign_in_at_microsoft(stranger, ROSA.address)
    if stranger.page.button_exists("Accept"):
        stranger.press("Accept")
    stranger.open(f"{stage.places.base_url}{SETTINGS}")
    hold(stranger.status == HTTPStatus.NOT_FOUND, f"The stranger got {stranger.status}.")
    hold("Contoso Academy" not in stranger.page.text, "The stranger learnt the catalog's title.")
    return f"{ROSA.name} of Fabrikam gets 404, without the catalog's name"


def panel_is_off(stage: Stage) -> str:
    """Open Notifications, then Microsoft 365 Connection Settings: off by default."""
    page = stage.browser.open(f"{stage.places.base_url}{SETTINGS}")
    hold("Microsoft 365 Connection Settings" in page.text, "The command is not on the page.")
    page = stage.browser.open(f"{stage.places.base_url}{PANEL}")
    toggle = page.field(TOGGLE)
    hold(toggle is not None, "The toggle is not in the panel.")
    hold(toggle is not None and not toggle.checked, "The toggle is on by default.")
    return "the toggle is there and off"


def connect(stage: Stage) -> str:
    """Switch on, Connect, sign in as the service account with MFA, consent, and come back."""
    browser = stage.browser
    browser.press("Connect")
    sign_in_at_microsoft(browser, SERVICE_ACCOUNT)
    hold("Send mail as you" in browser.page.text, "The consent page does not name the mail.")
    browser.press("Accept")
    hold(SIGNED_IN in browser.page.text, f"Not signed in: {browser.page.text[:500]}")
    hold(not stage.received(SERVICE_ACCOUNT), "A mail went out before Save.")
    return "consented by Microsoft's page; signed in, not saved; nothing sent yet"


def save(stage: Stage) -> str:
    """Save; the account receives the confirmation mail."""
    stage.browser.press("Save", {TOGGLE: "on"})
    page = stage.browser.open(f"{stage.places.base_url}{PANEL}")
    hold("Disconnect" in page.text, f"Not connected after Save: {page.text[:500]}")
    hold(SERVICE_ACCOUNT in page.text, "The panel does not show the account's address.")
    mails = until("the confirmation mail", lambda: stage.received(SERVICE_ACCOUNT))
    subject = mails[0]["subject"]
    hold(len(mails) == 1, f"{len(mails)} mails instead of one confirmation.")
    hold("Contoso Academy" in subject, f"The confirmation is «{subject}».")
    return f"connected; {SERVICE_ACCOUNT} received «{subject}»"


def sign_in_again(stage: Stage) -> None:
    """Press Reconnect, sign in as the account, and save."""
    browser = stage.browser
    browser.open(f"{stage.places.base_url}{PANEL}")
    browser.press("Reconnect")
    # Where the account is still signed in at Microsoft, its pages are passed without a stop; the
    # panel, too, has a button «Use another account».
    if not browser.url.startswith(stage.places.base_url):
        sign_in_at_microsoft(browser, SERVICE_ACCOUNT)
    if browser.page.button_exists("Accept"):
        browser.press("Accept")
    hold(SIGNED_IN in browser.page.text, f"Not signed in again: {browser.page.text[:500]}")
    browser.press("Save")
    page = browser.open(f"{stage.places.base_url}{PANEL}")
    hold(not page.button_exists("Reconnect"), "Still lost after reconnecting.")


def reconnect(stage: Stage) -> str:
    """Reconnect with one click; every setting is kept and the held mail goes out by itself."""
    sign_in_again(stage)
    until("the held mail", lambda: stage.received(stage.notes["late learner"]))
    return f"connected again; {stage.notes['late learner']} has the mail that was held"
