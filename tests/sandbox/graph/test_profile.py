"""/me, its licences, and the settings of the mailbox."""

from m365sandbox.directory.licences import BUSINESS_PREMIUM
from tests.sandbox.graph import slice as description
from tests.sandbox.graph.harness import Sandbox


def test_the_description_of_graph_is_at_hand() -> None:
    description.required()
    assert description.template_of("/me/events/AAMk") == "/me/events/{event-id}"
    assert description.problems("GET", "/me", 200, {"id": 5})


def test_me_tells_who_is_signed_in(sandbox: Sandbox) -> None:
    me = sandbox.get("/me")
    assert me["mail"] == "learning@contoso.example"
    assert me["@odata.context"].endswith("/v1.0/$metadata#users/$entity")


def test_select_narrows_me_to_what_is_asked(sandbox: Sandbox) -> None:
    me = sandbox.get("/me?$select=displayName,userType,accountEnabled")
    assert {k: v for k, v in me.items() if "@" not in k} == {
        "displayName": "Contoso Learning",
        "userType": "Member",
        "accountEnabled": True,
    }


def test_an_unknown_member_in_select_is_refused(sandbox: Sandbox) -> None:
    answer = sandbox.ask("GET", "/me?$select=shoeSize")
    assert answer.status_code == 400


def test_licences_list_the_plans_with_their_state(sandbox: Sandbox) -> None:
    person = sandbox.world.directory.person("learning@contoso.example")
    assert person is not None
    person.licences = [BUSINESS_PREMIUM.without("TEAMS1")]
    found = sandbox.get("/me/licenseDetails")["value"]
    plans = {one["servicePlanName"]: one["provisioningStatus"] for one in found[0]["servicePlans"]}
    assert plans["EXCHANGE_S_STANDARD"] == "Success"
    assert plans["TEAMS1"] == "Disabled"


def test_mailbox_settings_need_their_own_permission(sandbox: Sandbox) -> None:
    assert sandbox.get("/me/mailboxSettings")["userPurpose"] == "user"
    assert sandbox.get("/me/mailboxSettings/userPurpose")["value"] == "user"
    assert sandbox.get("/me/mailboxSettings/timeZone")["value"] == "Romance Standard Time"
    answer = sandbox.ask("GET", "/me/mailboxSettings", scopes="User.Read Mail.Send")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "ErrorAccessDenied"


def test_the_directory_refuses_in_its_own_words(sandbox: Sandbox) -> None:
    answer = sandbox.ask("GET", "/me", scopes="Mail.Send")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "Authorization_RequestDenied"


def test_without_an_exchange_licence_there_is_no_mailbox(sandbox: Sandbox) -> None:
    assert sandbox.get("/me", caller="guest@contoso.example")["mail"] is None
    answer = sandbox.ask("GET", "/me/calendar", caller="guest@contoso.example")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "MailboxNotEnabledForRESTAPI"


def test_a_person_can_be_named_by_id_and_by_principal_name(sandbox: Sandbox) -> None:
    me = sandbox.get("/me")
    for name in (f"/users/{me['id']}", "/users/learning@contoso.example"):
        assert sandbox.get(name)["id"] == me["id"]
    assert sandbox.get("/users('learning@contoso.example')")["id"] == me["id"]
    assert sandbox.get("//me//calendar")["name"] == "Calendar"


def test_colleagues_and_strangers_stay_closed(sandbox: Sandbox) -> None:
    colleague = sandbox.ask("GET", "/users/zoe.dubois@contoso.example/events")
    assert colleague.status_code == 403
    stranger = sandbox.ask("GET", "/users/rosa.fabri@fabrikam.example/events")
    assert stranger.status_code == 404
    assert sandbox.ask("GET", "/users/zoe.dubois@contoso.example").status_code == 403


def test_the_callers_request_id_comes_back(sandbox: Sandbox) -> None:
    given = "11111111-2222-4333-8444-555555555555"
    answer = sandbox.ask("GET", "/me", client_request_id=given)
    assert answer.headers["client-request-id"] == given


def test_a_wrong_token_a_wrong_path_and_a_wrong_method(sandbox: Sandbox) -> None:
    answer = sandbox.ask("GET", "/me", Authorization="Bearer nonsense")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert sandbox.ask("GET", "/me/joinedTeams").status_code == 404
    wrong = sandbox.ask("DELETE", "/me/calendar")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "GET"


def test_the_calendar_says_whether_teams_meetings_will_work(sandbox: Sandbox) -> None:
    calendar = sandbox.get("/me/calendar")
    assert calendar["allowedOnlineMeetingProviders"] == ["teamsForBusiness"]
    other = sandbox.get("/me/calendar", caller="ana@contoso.example")
    assert other["allowedOnlineMeetingProviders"] == []
    assert sandbox.get(f"/me/calendars/{calendar['id']}")["id"] == calendar["id"]
