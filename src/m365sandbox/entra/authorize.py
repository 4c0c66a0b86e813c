"""GET /{tenant}/oauth2/v2.0/authorize and the pages that follow it."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from m365sandbox.clock import machine_time
from m365sandbox.directory.model import Person
from m365sandbox.entra import issue, sign_in
from m365sandbox.entra.answers import refuse_at_will, trace_of
from m365sandbox.entra.authorize_request import (
    AuthorizeRequest,
    Callback,
    CallbackError,
    read,
)
from m365sandbox.entra.discovery import Endpoint
from m365sandbox.entra.errors import EntraError, describe
from m365sandbox.entra.pages import page
from m365sandbox.entra.permissions import PERMISSIONS
from m365sandbox.entra.sign_in import SIGN_IN_LIFE, SignIn, Step
from m365sandbox.entra.state import BrowserSession, ConsentRequest
from m365sandbox.seed import PASSWORD
from m365sandbox.world import World

Form = Mapping[str, str]


class SignInDesk:
    """Serves the pages; keeps the sign-ins under way, which a restart forgets."""

    def __init__(self, world: World) -> None:
        """Serve `world`."""
        self.world = world
        self._under_way: dict[str, SignIn] = {}

    @property
    def cookie(self) -> str:
        """Return the cookie's name; browsers share cookies between ports, so the port is in it."""
        return f"sandbox_session_{self.world.public.people.rpartition(':')[2].strip('/')}"

    def session(self, request: Request) -> BrowserSession:
        """Return the browser's session, a new one when it has none."""
        known = self.world.entra.sessions.get(request.cookies.get(self.cookie, ""))
        return known or self.world.entra.new_session()

    def authorize(self) -> Endpoint:
        """Return the authorize endpoint, for GET and POST as OpenID Connect asks."""

        async def answer(request: Request) -> Response:
            given: dict[str, str] = dict(request.query_params)
            if request.method == "POST":
                form = await request.form()
                given |= {name: value for name, value in form.items() if isinstance(value, str)}
            try:
                wanted = read(self.world, request.path_params["tenant"], given)
                self._refuse_at_will(request, given, wanted)
            except EntraError as error:
                return self.error_page(request, error)
            except CallbackError as error:
                return self.tell_application(request, error)
            return self.start(request, wanted)

        return answer

    def _refuse_at_will(self, request: Request, given: Form, wanted: AuthorizeRequest) -> None:
        """Refuse where a fault says so: to the application if that is ever told of the code."""
        try:
            refuse_at_will(request, self.world, given, wanted.tenant_name)
        except EntraError as error:
            if error.calls_back:
                raise CallbackError(error, wanted.callback) from error
            raise

    def start(self, request: Request, wanted: AuthorizeRequest) -> Response:
        """Begin a sign-in and return its first page, or the answer when no page is needed."""
        self._forget_old()
        session = self.session(request)
        one = sign_in.begin(self.world, session, wanted)
        self._under_way[one.sign_in_id] = one
        if wanted.prompt == "none":
            refused = self._silent_refusal(one)
            if refused is not None:
                return self.tell_application(request, CallbackError(refused, wanted.callback))
        response = self.go_on(request, one)
        response.set_cookie(
            self.cookie, session.session_id, path="/", httponly=True, samesite="lax"
        )
        return response

    def _silent_refusal(self, one: SignIn) -> EntraError | None:
        try:
            return sign_in.silent_refusal(self.world, one)
        except EntraError as error:
            return EntraError(error.number, error="interaction_required", **error.words)

    def answer_page(self) -> Endpoint:
        """Return POST /{tenant}/sign-in, to which every page of a sign-in sends its form."""

        async def answer(request: Request) -> Response:
            data = await request.form()
            form = {name: value for name, value in data.items() if isinstance(value, str)}
            one = self._under_way.get(form.get("sign_in", ""))
            own = request.cookies.get(self.cookie, "")
            if one is None or one.session.session_id != own:
                return self.error_page(request, EntraError(50089))
            one.notice = ""
            try:
                refused = self._take(request, one, form)
            except CallbackError as error:
                return self.tell_application(request, error)
            except EntraError as error:
                return self.error_page(request, error)
            return refused or self.go_on(request, one)

        return answer

    def _take(self, request: Request, one: SignIn, form: Form) -> Response | None:
        """Take what a page sent; return a response only where the way ends."""
        world = self.world
        if form.get("step") != sign_in.next_step(world, one).value and "other" not in form:
            # An old page, sent again: show where the sign-in really stands.
            return None
        if "other" in form:
            one.request = one.request.without_hint()
            sign_in.choose(world, one, "")
            return None
        takers: dict[Step, Callable[[Request, SignIn, Form], Response | None]] = {
            Step.ACCOUNT: lambda _, one, form: sign_in.choose(world, one, form.get("account", "")),
            Step.ADDRESS: lambda _, one, form: sign_in.give_address(
                world, one, form.get("address", "")
            ),
            Step.PASSWORD: lambda _, one, form: sign_in.give_password(
                world, one, form.get("password", "")
            ),
            Step.APPROVE: self._take_approval,
            Step.CONSENT: self._take_consent,
            Step.ADMIN: self._take_request,
        }
        taker = takers.get(Step(form["step"]))
        return None if taker is None else taker(request, one, form)

    def _take_approval(self, _request: Request, one: SignIn, form: Form) -> Response | None:
        if form.get("answer") != "approve":
            one.has_proved = False
            one.notice = "We didn't hear from you: the sign-in request was denied."
            return None
        sign_in.approve(self.world, one)
        return None

    def _take_consent(self, request: Request, one: SignIn, form: Form) -> Response | None:
        if form.get("answer") != "accept":
            declined = EntraError(65004, error=one.request.declined)
            refused = CallbackError(declined, one.request.callback)
            return self.tell_application(request, refused, self._extra(one))
        sign_in.accept(self.world, one, for_everybody="organisation" in form)
        return None

    def _take_request(self, request: Request, one: SignIn, form: Form) -> Response | None:
        if form.get("answer") == "return":
            needed = EntraError(90094, name=one.request.application.name)
            refused = CallbackError(needed, one.request.callback)
            return self.tell_application(request, refused, self._extra(one))
        person = sign_in.person_of(self.world, one)
        if person is None or not sign_in.tenant_of(self.world, person).admin_consent_workflow:
            return None
        application = one.request.application
        self.world.entra.requests.append(
            ConsentRequest(
                tenant_id=person.tenant_id,
                client_id=application.client_id,
                oid=person.oid,
                scopes=sorted(one.request.names),
                reason=form.get("reason", ""),
                asked=self.world.now(),
            )
        )
        self.world.changed("entra")
        return page("requested", application=application, person=person)

    def go_on(self, request: Request, one: SignIn) -> Response:
        """Return the next page, or the answer to the application."""
        try:
            step = sign_in.next_step(self.world, one)
            person = sign_in.person_of(self.world, one)
        except EntraError as error:
            return self.error_page(request, error)
        if step is Step.DONE and person is not None:
            return self._finish(one, person)
        return page(
            step.value,
            form_target=one.request.callback.origin,
            one=one,
            person=person,
            accounts=sign_in.accounts(self.world, one),
            application=one.request.application,
            permissions=[PERMISSIONS[name] for name in sorted(one.request.names)],
            tenant=None if person is None else sign_in.tenant_of(self.world, person),
            people=self._well_known(one),
            first_password=PASSWORD,
        )

    def _well_known(self, one: SignIn) -> list[Person]:
        """Return the people the page names as a help: those with a part in the examples."""
        everybody = self.world.directory.people.values()
        return [
            person
            for person in everybody
            if person.is_well_known and sign_in.serves(one.request, person)
        ]

    def _finish(self, one: SignIn, person: Person) -> Response:
        if one.request.purpose == "adminconsent":
            answer = {"admin_consent": "True", "tenant": person.tenant_id}
            if one.request.scope_text:
                answer["scope"] = one.request.scope_text
            return send_answer(one.request.callback, answer)
        code = sign_in.issue_code(self.world, one, person)
        answer = {"code": code.code, "session_state": one.session.public_id}
        if one.request.wants_client_info:
            answer["client_info"] = issue.client_info(person)
        return send_answer(one.request.callback, answer)

    def _extra(self, one: SignIn) -> dict[str, str]:
        is_second_version = one.request.purpose == "adminconsent" and one.request.scope_text
        return {"admin_consent": "True"} if is_second_version else {}

    def tell_application(
        self, request: Request, refused: CallbackError, extra: Mapping[str, str] | None = None
    ) -> Response:
        """Send a refusal to the application's address."""
        answer = refused.answer(trace_of(request, self.world), self.world.public.people)
        return send_answer(refused.callback, {**answer, **(extra or {})})

    def error_page(self, request: Request, error: EntraError) -> Response:
        """Show a refusal on the sandbox's own page; nobody is called back."""
        trace = trace_of(request, self.world)
        return page("error", status=400, number=error.number, text=describe(error, trace))

    def _forget_old(self) -> None:
        """Drop sign-ins nobody finished, by the machine's clock: a person sits before the page."""
        oldest = machine_time() - SIGN_IN_LIFE
        kept = {key: one for key, one in self._under_way.items() if one.started > oldest}
        self._under_way = kept


def send_answer(callback: Callback, answer: Mapping[str, str]) -> Response:
    """Bring an answer to the application, in the way it asked for."""
    if callback.response_mode == "form_post":
        return page(
            "form_post",
            form_target=callback.origin,
            address=callback.redirect_uri,
            fields=callback.parameters(answer),
        )
    headers = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}
    return RedirectResponse(callback.address(answer), status_code=302, headers=headers)
