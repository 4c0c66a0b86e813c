"""/me, its licences, and the settings of the mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from m365sandbox.calendars.zones import windows_name
from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.errors import bad_request, request_denied
from m365sandbox.graph.hours import working_hours
from m365sandbox.graph.odata import apply, chosen

if TYPE_CHECKING:
    from m365sandbox.directory.model import Person

# What /me carries when nothing is selected; the rest comes only by $select.
_BY_DEFAULT: Final = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
_OF_OTHERS: Final = frozenset({"User.ReadBasic.All", "User.Read.All", "Directory.Read.All"})
_NAMESPACE: Final = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")


def get_person(call: Call) -> Answer:
    """Answer who somebody is: https://learn.microsoft.com/graph/api/user-get."""
    if call.person.oid != call.caller.person.oid and not call.caller.scopes & _OF_OTHERS:
        raise request_denied()
    whole = _described(call.person)
    context = call.context("users/$entity")
    if call.query.select:
        body = chosen(call.query, whole, "microsoft.graph.user")
        if not any(name.lower() == "id" for name in call.query.select):
            body.pop("id")
    else:
        body = {name: whole[name] for name in _BY_DEFAULT}
    return Answer(200, {"@odata.context": context, **body}, {"x-ms-resource-unit": "1"})


def list_licences(call: Call) -> Answer:
    """Answer the licences: https://learn.microsoft.com/graph/api/user-list-licensedetails."""
    if call.person.oid != call.caller.person.oid and not call.caller.scopes & _OF_OTHERS:
        raise request_denied()
    entities: list[JsonObject] = [
        {
            "id": str(uuid5(_NAMESPACE, f"{call.person.oid}/{licence.sku_id}")),
            "skuId": licence.sku_id,
            "skuPartNumber": licence.sku_part_number,
            "servicePlans": [
                {
                    "servicePlanId": plan.plan_id,
                    "servicePlanName": plan.name,
                    "provisioningStatus": plan.status,
                    "appliesTo": plan.applies_to,
                }
                for plan in licence.plans
            ],
        }
        for licence in call.person.licences
    ]
    page = apply(call.query, entities, 100)
    items = [chosen(call.query, one, "microsoft.graph.licenseDetails") for one in page.items]
    answer = call.collection(f"users('{call.person.oid}')/licenseDetails", page, items)
    return Answer(200, answer.body, {"x-ms-resource-unit": "2"})


def get_settings(call: Call) -> Answer:
    """Answer the mailbox settings: https://learn.microsoft.com/graph/api/user-get-mailboxsettings."""
    body = chosen(call.query, _settings(call.person), "microsoft.graph.mailboxSettings")
    context = call.context(f"users('{call.person.oid}')/mailboxSettings")
    return Answer(200, {"@odata.context": context, **body})


def get_setting(call: Call) -> Answer:
    """Answer one of the mailbox settings, for example userPurpose."""
    settings = _settings(call.person)
    wanted = call.parameters["setting"].lower()
    name = next((name for name in settings if name.lower() == wanted), None)
    if name is None:
        text = f"Resource not found for the segment '{call.parameters['setting'][:60]}'."
        raise bad_request(text)
    value = settings[name]
    context = call.context(f"users('{call.person.oid}')/mailboxSettings/{name}")
    if isinstance(value, dict):
        return Answer(200, {"@odata.context": context, **value})
    return Answer(200, {"@odata.context": context, "value": value})


def _described(person: Person) -> JsonObject:
    return {
        "businessPhones": [],
        "displayName": person.display_name,
        "givenName": person.given_name or None,
        "jobTitle": person.job_title,
        "mail": person.address if person.has_mailbox else None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": person.language,
        "surname": person.surname or None,
        "userPrincipalName": person.upn,
        "id": person.oid,
        "accountEnabled": person.account_enabled,
        "assignedLicenses": [
            {"disabledPlans": [], "skuId": licence.sku_id} for licence in person.licences
        ],
        "companyName": None,
        "department": None,
        "mailNickname": person.address.partition("@")[0],
        "otherMails": [],
        "proxyAddresses": [f"SMTP:{person.address}"] if person.has_mailbox else [],
        "usageLocation": None,
        "userType": person.user_type,
    }


def _settings(person: Person) -> JsonObject:
    return {
        "archiveFolder": None,
        "timeZone": windows_name(person.time_zone),
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "dd/MM/yyyy",
        "timeFormat": "HH:mm",
        "userPurpose": person.mailbox_kind if person.mailbox_kind != "none" else "others",
        "automaticRepliesSetting": {
            "status": "disabled",
            "externalAudience": "all",
            "internalReplyMessage": "",
            "externalReplyMessage": "",
            "scheduledStartDateTime": None,
            "scheduledEndDateTime": None,
        },
        "language": {"locale": person.language, "displayName": person.language},
        "workingHours": working_hours(person.time_zone),
    }
