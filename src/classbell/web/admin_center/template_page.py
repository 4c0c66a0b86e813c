"""What the editor of a notification shows."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from classbell.domain.notifications.kinds.kind import Kind, no_files
from classbell.domain.notifications.languages import LANGUAGES
from classbell.domain.notifications.templates.check import MOST_DAYS, MOST_MESSAGE, MOST_SUBJECT
from classbell.domain.notifications.templates.edit import customised
from classbell.domain.notifications.templates.effective import fields_of, switch_of
from classbell.domain.notifications.templates.fields import from_json
from classbell.domain.organisations.access import Access
from classbell.storage.models import Catalog, NotificationTemplate, TemplateVersion
from classbell.storage.queries import pages_templates as queries
from classbell.web.admin_center.notification_words import (
    field_names,
    role_name,
    source_name,
)
from classbell.web.admin_center.template_preview import Choices, preview_address
from classbell.web.admin_center.template_typed import CC, TO, Typed, customised_names
from classbell.web.pages import show
from classbell.web.security import allow_own_frames

VERSIONS, SWITCHES = 20, 20
"""How many of them the page shows at once."""


@dataclass
class Bench:
    """The editor and what lies on it.

    Attributes:
        access: who edits.
        catalog, kind: what.
        template: what is stored; None where the catalog never touched it.
        choices: of the preview.
        typed: what stands in the form.
        unsaved: whether that was typed and is not stored.
        warning: a cost to be confirmed before it is saved; empty where there is none.
    """

    access: Access
    catalog: Catalog
    kind: Kind
    template: NotificationTemplate | None
    choices: Choices
    typed: Typed
    unsaved: bool = False
    warning: str = ""

    @property
    def status(self) -> HTTPStatus:
        """The status of the answer."""
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.typed.errors else HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One line of the versions; ``holds`` names what it customises."""

    version: TemplateVersion
    holds: str
    is_current: bool


def show_bench(
    request: HttpRequest, bench: Bench, *, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """Show the editor."""
    allow_own_frames(request)
    kind, catalog, typed = bench.kind, bench.catalog, bench.typed
    slug, scope = catalog.slug, bench.access.scope.narrowed_to(catalog.id)
    here = reverse("notification-edit", args=[slug, kind.name])
    switch = switch_of(kind, bench.template)
    switches = queries.courses_with_switch(scope, kind.name)
    versions = Paginator(queries.versions(scope, kind.name), VERSIONS)
    version_page = versions.get_page(request.GET.get("page"))
    context = {
        "kind": kind,
        "title": _(kind.title),
        "when": _(kind.when),
        "typed": typed,
        "unsaved": bench.unsaved,
        "warning": bench.warning,
        "own": customised_names(typed, kind),
        "is_customised": not fields_of(bench.template).is_default,
        "languages": _languages(bench, here),
        "to_line": _line(typed, kind, TO),
        "cc_line": _line(typed, kind, CC),
        "roles": [(role.value, role_name(role, kind)) for role in kind.roles],
        "variables": _variables(kind),
        "tools": _tools(),
        "link": _link_of(kind),
        "on": switch.on,
        "source": source_name(switch.source),
        "switches": switches[:SWITCHES],
        "more_switches": max(switches.count() - SWITCHES, 0),
        "versions": [_shown(bench, one) for one in version_page.object_list],
        "version_page": version_page,
        "choices": bench.choices,
        "preview": preview_address(slug, kind, bench.choices, typed.language),
        "has_files": kind.attachments is not no_files,
        "most": {"subject": MOST_SUBJECT, "message": MOST_MESSAGE, "days": MOST_DAYS},
    }
    return show(
        request,
        "notification_editor.html",
        context,
        access=bench.access,
        catalog=catalog,
        current="notifications",
        status=status,
    )


def _line(typed: Typed, kind: Kind, name: str) -> str:
    """Return to whom it goes as typed, in one line."""
    chosen = [role_name(role, kind) for role in kind.roles if role.value in typed.roles[name]]
    people = [line.strip() for line in typed.people[name].splitlines() if line.strip()]
    return ", ".join((*chosen, *people)) or _("nobody")


def _languages(bench: Bench, here: str) -> list[tuple[str, str, bool]]:
    """Return the tabs: label, address, whether it is the open one."""
    own = fields_of(bench.template).texts
    return [
        (
            f"{name}, {_('customised')}" if language in own else name,
            f"{here}?{bench.choices.query(language)}",
            language == bench.typed.language,
        )
        for language, name in LANGUAGES.items()
    ]


def _variables(kind: Kind) -> list[tuple[str, str, str]]:
    """Return each variable in braces, what it stands for, and what to know before using it."""
    note = _("Each message becomes a person's own, which takes longer.")
    return [
        (
            f"{{{name}}}",
            _(meaning).capitalize() if meaning.islower() else _(meaning),
            note if kind.shared and name in kind.names_reader else "",
        )
        for name, meaning in kind.variables.items()
    ]


def _tools() -> list[tuple[str, str, str]]:
    """Return the tools above the message: name, label, sign."""
    return [
        ("b", _("Bold"), "B"),
        ("i", _("Italic"), "I"),
        ("link", _("Link"), _("Link")),
        ("list", _("List"), _("List")),
        ("button", _("Link that looks like a button"), _("Button")),
    ]


def _link_of(kind: Kind) -> str:
    """Return the address that a new button leads to: a variable of the kind where it has one."""
    links = [name for name in kind.variables if name.endswith("LINK")]
    return f"{{{links[0]}}}" if links else "https://"


def _shown(bench: Bench, version: TemplateVersion) -> ShownVersion:
    """Make one line of the versions."""
    current = bench.template.number if bench.template else 0
    holds = field_names(customised(from_json(version.fields)))
    return ShownVersion(version, holds, version.number == current)
