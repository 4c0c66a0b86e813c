"""One person's page in the portal: state, licences, consent, and what an account can meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from m365sandbox import accounts
from m365sandbox.directory.licences import LICENCES
from m365sandbox.portal.pages import page, posted, see

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from m365sandbox.directory.applications import Application
    from m365sandbox.directory.grants import Grant
    from m365sandbox.directory.model import Person
    from m365sandbox.world import World

_LONGEST_PASSWORD: Final = 200
_USUAL_SCOPES: Final = "openid profile offline_access User.Read Mail.Send"
_PLAIN: Final = {
    "disable": accounts.block_sign_in,
    "enable": accounts.allow_sign_in,
    "revoke-sessions": accounts.revoke_sessions,
    "require-second-factor": accounts.require_second_factor,
    "spare-second-factor": accounts.spare_second_factor,
    "block-by-policy": accounts.block_by_policy,
    "let-policy-pass": accounts.let_policy_pass,
    "allow-meetings": accounts.allow_meetings,
    "forbid-meetings": accounts.forbid_meetings,
}
_WITH_PASSWORD: Final = {
    "reset-password": accounts.reset_password,
    "change-password": accounts.change_password,
}


class Accounts:
    """The pages about single people and about applications' secrets."""

    def __init__(self, world: World) -> None:
        """Show and change a world's accounts."""
        self._world = world
        self._with_form: Mapping[str, Callable[[Person, FormData], None]] = {
            "take-licence": self._take_licence,
            "give-licence": self._give_licence,
            "grant-consent": self._grant,
            "withdraw-consent": self._withdraw,
        }

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of these pages."""
        secrets = "/portal/applications/{client_id}/secrets"
        return [
            Route("/portal/people/{address}", self.person),
            Route("/portal/people/{address}/{act}", self.act, methods=["POST"]),
            Route(secrets, self.secrets, methods=["POST"]),
        ]

    async def person(self, request: Request) -> Response:
        """Show one person with every switch."""
        person = self._named(request)
        held = [one.sku_part_number for one in person.licences]
        facts = {
            "person": person,
            "applications": list(self._world.directory.applications.values()),
            "usual_scopes": _USUAL_SCOPES,
            "tenant": self._world.directory.tenants[person.tenant_id],
            "held": held,
            "others": sorted(name for name in LICENCES if name not in held),
            "consents": [
                (self._application_name(grant), grant)
                for grant in self._world.grants.all()
                if grant.tenant_id == person.tenant_id and grant.principal_id in {None, person.oid}
            ],
        }
        return page(self._world, "person", facts)

    async def act(self, request: Request) -> Response:
        """Let one thing happen to an account."""
        form = await posted(request)
        person = self._named(request)
        act = str(request.path_params["act"])
        if act in _PLAIN:
            _PLAIN[act](self._world, person)
        elif act in _WITH_PASSWORD:
            _WITH_PASSWORD[act](self._world, person, _password(form))
        elif act in self._with_form:
            self._with_form[act](person, form)
        else:
            raise HTTPException(404, "There is no such switch.")
        return see(f"/portal/people/{quote(person.address, safe='@')}")

    async def secrets(self, request: Request) -> Response:
        """Let the secrets of an application expire, or make them good again."""
        form = await posted(request)
        application = self._world.directory.application(str(request.path_params["client_id"]))
        if application is None:
            raise HTTPException(404, "There is no such application.")
        if str(form.get("act", "")) == "renew":
            accounts.renew_secrets(self._world, application)
        else:
            accounts.expire_secrets(self._world, application)
        return see("/portal/trouble")

    def _named(self, request: Request) -> Person:
        person = self._world.directory.person(str(request.path_params["address"]))
        if person is None:
            raise HTTPException(404, "There is nobody of that name.")
        return person

    def _application_name(self, grant: Grant) -> str:
        application: Application | None = self._world.directory.application(grant.client_id)
        return grant.client_id if application is None else application.name

    def _take_licence(self, person: Person, form: FormData) -> None:
        accounts.take_licence_away(self._world, person, str(form.get("licence", "")))

    def _give_licence(self, person: Person, form: FormData) -> None:
        part_number = str(form.get("licence", ""))
        if part_number not in LICENCES:
            raise HTTPException(400, "There is no such licence.")
        accounts.assign_licence(self._world, person, part_number)

    def _grant(self, person: Person, form: FormData) -> None:
        """Consent for one person as an administrator, without any page of the sign-in."""
        application = self._world.directory.application(str(form.get("application", "")))
        if application is None:
            raise HTTPException(400, "There is no such application.")
        try:
            names = str(form.get("scopes", "")).split()
            accounts.grant_consent(self._world, person, application, names)
        except LookupError as error:
            raise HTTPException(400, str(error)) from error

    def _withdraw(self, person: Person, form: FormData) -> None:
        """Take back one consent that counts for a person, be it theirs or everybody's."""
        grant_id = str(form.get("grant", ""))
        for grant in self._world.grants.all():
            if grant.grant_id == grant_id and grant.tenant_id == person.tenant_id:
                self._world.grants.remove(grant_id)
                self._world.changed("grants")
                return
        raise HTTPException(400, "There is no such consent.")


def _password(form: FormData) -> str:
    password = str(form.get("password", ""))
    if not 0 < len(password) <= _LONGEST_PASSWORD:
        raise HTTPException(400, "The new password is missing, or too long.")
    return password
