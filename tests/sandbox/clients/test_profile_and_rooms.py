"""msgraph-sdk asks who somebody is, what they may, and which rooms there are."""

import pytest

pytest.importorskip("msgraph", reason="not installed; run make clients-test")

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.models.booking_type import BookingType
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.online_meeting_provider_type import OnlineMeetingProviderType
from msgraph.generated.models.user_purpose import UserPurpose
from msgraph.generated.places.graph_room.graph_room_request_builder import GraphRoomRequestBuilder
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

from m365sandbox.testing import Sandbox
from tests.sandbox.clients.support import ORGANISER, Client, Clients, StaticToken


def test_me(organiser: Client) -> None:
    me = organiser.wait(organiser.graph.me.get())
    assert me is not None
    assert (me.mail, me.display_name) == (ORGANISER, "Contoso Learning")
    by_id = organiser.wait(organiser.graph.users.by_user_id(str(me.id)).get())
    assert by_id is not None
    assert by_id.user_principal_name == ORGANISER


def test_selected_members(organiser: Client) -> None:
    wanted = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(
        select=["id", "mail", "userType", "accountEnabled"]
    )
    asked = RequestConfiguration(query_parameters=wanted)
    me = organiser.wait(organiser.graph.me.get(request_configuration=asked))
    assert me is not None
    assert (me.account_enabled, me.user_type) == (True, "Member")
    assert me.display_name is None


def test_licences(organiser: Client) -> None:
    found = organiser.wait(organiser.graph.me.license_details.get())
    assert found is not None
    (licence,) = found.value or []
    plans = {plan.service_plan_name: plan for plan in licence.service_plans or []}
    assert plans["EXCHANGE_S_STANDARD"].provisioning_status == "Success"
    assert str(plans["TEAMS1"].service_plan_id) == "57ff2da0-773e-42df-b2af-ffb7a2317929"


def test_mailbox_settings(organiser: Client) -> None:
    settings = organiser.wait(organiser.graph.me.mailbox_settings.get())
    assert settings is not None
    assert settings.user_purpose is UserPurpose.User
    assert settings.working_hours is not None
    assert settings.working_hours.start_time is not None
    assert settings.working_hours.start_time.hour == 8


def test_calendars(organiser: Client) -> None:
    default = organiser.wait(organiser.graph.me.calendar.get())
    listed = organiser.wait(organiser.graph.me.calendars.get())
    assert default is not None
    assert listed is not None
    (only,) = listed.value or []
    assert only.id == default.id
    assert only.allowed_online_meeting_providers == [OnlineMeetingProviderType.TeamsForBusiness]
    named = organiser.wait(organiser.graph.me.calendars.by_calendar_id(str(only.id)).get())
    assert named is not None
    assert named.is_default_calendar is True


def test_rooms_and_their_lists(organiser: Client) -> None:
    places = organiser.graph.places
    rooms = organiser.wait(places.graph_room.get())
    assert rooms is not None
    auditorium = next(one for one in rooms.value or [] if one.display_name == "Auditorium")
    assert (auditorium.capacity, auditorium.booking_type) == (80, BookingType.Standard)
    lists = organiser.wait(places.graph_room_list.get())
    assert lists is not None
    (first, *_) = lists.value or []
    address = str(first.email_address)
    inside = organiser.wait(places.by_place_id(address).graph_room_list.rooms.get())
    assert inside is not None
    assert {one.id for one in inside.value or []} <= {one.id for one in rooms.value or []}
    room = organiser.wait(places.by_place_id(str(auditorium.id)).graph_room.get())
    assert room is not None
    assert room.email_address == "auditorium@contoso.example"


def test_a_page_of_rooms_with_its_count(organiser: Client) -> None:
    wanted = GraphRoomRequestBuilder.GraphRoomRequestBuilderGetQueryParameters(
        top=2, count=True, orderby=["capacity desc"], filter="capacity ge 16"
    )
    asked = RequestConfiguration(query_parameters=wanted)
    page = organiser.wait(organiser.graph.places.graph_room.get(request_configuration=asked))
    assert page is not None
    assert [one.display_name for one in page.value or []] == ["Auditorium", "Workshop"]
    assert page.odata_count == 4
    following = organiser.wait(
        organiser.graph.places.graph_room.with_url(str(page.odata_next_link)).get()
    )
    assert following is not None
    assert [one.display_name for one in following.value or []] == ["Harbour", "Studio"]


def test_a_missing_permission_is_named_by_its_code(live_sandbox: Sandbox, clients: Clients) -> None:
    token = live_sandbox.access_token("mai.nielsen@contoso.example", "User.Read")
    client = clients.of(StaticToken(token))
    with pytest.raises(ODataError) as refused:
        client.wait(client.graph.places.graph_room.get())
    assert refused.value.response_status_code == 403
    assert refused.value.error is not None
    assert refused.value.error.code == "ErrorAccessDenied"


def test_somebody_elses_account_is_out_of_reach(organiser: Client) -> None:
    with pytest.raises(ODataError) as refused:
        organiser.wait(organiser.graph.users.by_user_id("mai.nielsen@contoso.example").get())
    assert refused.value.response_status_code == 403
    assert refused.value.error is not None
    assert refused.value.error.code == "Authorization_RequestDenied"
