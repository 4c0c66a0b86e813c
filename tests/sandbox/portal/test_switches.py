"""What happens to accounts and applications when somebody presses the portal's switches."""

from m365sandbox.directory.applications import Application, ClientSecret
from tests.sandbox.graph.harness import CLIENT, CONTOSO
from tests.sandbox.portal.browser import Browser

ZOE = "zoe.dubois@contoso.example"


def test_trouble_happens_to_an_account_and_is_undone(browser: Browser) -> None:
    page = f"/portal/people/{ZOE}"
    person = browser.world.directory.person(ZOE)
    assert person is not None
    browser.post(f"{page}/disable", {})
    assert "disabled" in browser.page(page)
    browser.post(f"{page}/enable", {})
    assert "disabled" not in browser.page(page)
    browser.post(f"{page}/take-licence", {"licence": "SPB"})
    assert "no mailbox" in browser.page(page)
    browser.post(f"{page}/give-licence", {"licence": "SPB"})
    assert "no mailbox" not in browser.page(page)
    before = browser.world.entra.next_serial()
    browser.post(f"{page}/change-password", {"password": "another one"})
    assert (person.password, person.sessions_revoked_serial < before) == ("another one", True)
    browser.post(f"{page}/reset-password", {"password": "yet another"})
    assert (person.password, person.sessions_revoked_serial) == ("yet another", before)
    after = browser.world.entra.next_serial()
    browser.post(f"{page}/revoke-sessions", {})
    assert person.sessions_revoked_serial == after


def test_a_second_factor_and_a_policy_are_switched_on_and_off(browser: Browser) -> None:
    page = f"/portal/people/{ZOE}"
    browser.post(f"{page}/require-second-factor", {})
    browser.post(f"{page}/block-by-policy", {})
    assert "enabled, second factor required, blocked by policy" in browser.page(page)
    browser.post(f"{page}/spare-second-factor", {})
    browser.post(f"{page}/let-policy-pass", {})
    shown = browser.page(page)
    assert "second factor required" not in shown
    assert "blocked by policy" not in shown


def test_an_administrator_consents_for_one_person(browser: Browser) -> None:
    application = Application(CLIENT, "Classbell", "Somebody", CONTOSO)
    browser.world.directory.add_application(application)
    page = f"/portal/people/{ZOE}"
    form = {"application": CLIENT, "scopes": "mail.send Place.Read.All"}
    assert browser.post(f"{page}/grant-consent", form).status_code == 303
    assert "Classbell, for this person" in browser.page(page)
    (grant,) = browser.world.grants.all()
    person = browser.world.directory.person(ZOE)
    assert person is not None
    assert (grant.principal_id, grant.scopes) == (person.oid, ["Mail.Send", "Place.Read.All"])
    for bad in ({"scopes": "Mail.Fly"}, {"scopes": ""}, {"application": "x"}):
        assert browser.post(f"{page}/grant-consent", form | bad).status_code == 400


def test_consent_is_seen_and_withdrawn(browser: Browser) -> None:
    person = browser.world.directory.person(ZOE)
    assert person is not None
    grants = browser.world.grants
    own = grants.add(CLIENT, person.tenant_id, person.oid, ["Mail.Send"])
    everybodys = grants.add(CLIENT, person.tenant_id, None, ["User.Read"])
    page = browser.page(f"/portal/people/{ZOE}")
    assert "Mail.Send" in page
    assert "for everybody in Contoso" in page
    browser.post(f"/portal/people/{ZOE}/withdraw-consent", {"grant": own.grant_id})
    assert grants.all() == [everybodys]
    again = browser.post(f"/portal/people/{ZOE}/withdraw-consent", {"grant": own.grant_id})
    assert again.status_code == 400


def test_an_applications_secrets_expire_and_are_renewed(browser: Browser) -> None:
    secret = ClientSecret("one", "word")
    application = Application(CLIENT, "Classbell", "Somebody", CONTOSO, [secret])
    browser.world.directory.add_application(application)
    address = f"/portal/applications/{CLIENT}/secrets"
    browser.post(address, {"act": "expire"})
    assert secret.expires == browser.world.now()
    assert "A secret expires" in browser.page("/portal/trouble")
    browser.post(address, {"act": "renew"})
    assert secret.expires is None


def test_a_mailbox_is_filled_by_a_button(browser: Browser) -> None:
    page = f"/portal/mailboxes/{ZOE}"
    browser.post(f"{page}/quota", {"bytes": "0"})
    assert "<strong>full</strong>" in browser.page(page)
    refused = browser.graph.ask("POST", "/me/messages", {"subject": "x"}, caller=ZOE)
    assert refused.json()["error"]["code"] == "ErrorQuotaExceeded"
    browser.post(f"{page}/quota", {"bytes": ""})
    assert "<strong>full</strong>" not in browser.page(page)


def test_mail_comes_back_by_a_button(browser: Browser) -> None:
    form = {"address": "@elsewhere.example", "reason": "550 5.7.1 Refused"}
    assert browser.post("/portal/trouble/bounces", form).status_code == 303
    assert "550 5.7.1 Refused" in browser.page("/portal/trouble")
    trouble = browser.world.mailboxes.trouble
    assert trouble.reason_against("zoe@elsewhere.example") == "550 5.7.1 Refused"
    browser.post("/portal/trouble/bounces/clear", {})
    assert trouble.reason_against("zoe@elsewhere.example") is None


def test_switches_that_do_not_exist_are_refused(browser: Browser) -> None:
    for path, form, status in (
        (f"/portal/people/{ZOE}/promote", {}, 404),
        ("/portal/people/nobody/disable", {}, 404),
        (f"/portal/people/{ZOE}/give-licence", {"licence": "GOLD"}, 400),
        (f"/portal/people/{ZOE}/reset-password", {"password": ""}, 400),
        ("/portal/applications/unknown/secrets", {}, 404),
        (f"/portal/mailboxes/{ZOE}/quota", {"bytes": "much"}, 400),
        ("/portal/mailboxes/guest@contoso.example/quota", {"bytes": "1"}, 404),
        ("/portal/trouble/bounces", {"address": "no address"}, 400),
    ):
        assert browser.post(path, form).status_code == status, path
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post(f"/portal/people/{ZOE}/disable", {}, **cross).status_code == 403
