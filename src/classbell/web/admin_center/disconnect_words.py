"""What Disconnect and switching off mean for a catalog, in sentences with counts."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classbell import bootstrap
from classbell.domain.connections.disconnect import DisconnectPlan, disconnect_plan
from classbell.storage.models import Catalog
from classbell.storage.queries.connections import connection_of, waiting_messages


def consequences(catalog: Catalog) -> list[str]:
    """Return what Disconnect means for what this catalog has now, with counts."""
    plan = disconnect_plan(bootstrap.ports(), catalog)
    lines = [
        ngettext(
            "%(num)s message is waiting. It is kept, and goes out if an account is connected "
            "before it expires.",
            "%(num)s messages are waiting. They are kept, and go out if an account is connected "
            "before they expire.",
            plan.waiting_messages,
        )
        % {"num": plan.waiting_messages}
    ]
    if plan.mail_goes_on:
        lines = [_("Notifications go on through Azure Communication Services.")]
    return [*lines, *_what_stays(plan), _whose_tokens(plan)]


def switching_off(catalog: Catalog) -> str:
    """Return what switching off means for what this catalog has now, with counts."""
    plan = disconnect_plan(bootstrap.ports(), catalog)
    count = waiting_messages(catalog).count()
    waiting = ngettext(
        "%(num)s message is waiting now; it goes out if you switch on again before it expires.",
        "%(num)s messages are waiting now; they go out if you switch on again before they expire.",
        count,
    )
    stays = _("The account stays connected.") + " " if connection_of(catalog).account else ""
    return " ".join(
        [
            _(
                "Nothing is sent, booked or created for this catalog while it is off, and what "
                "falls due meanwhile is not sent later."
            ),
            waiting % {"num": count},
            *_what_stays(plan),
            stays + _("Select Save again to switch off."),
        ]
    )


def _what_stays(plan: DisconnectPlan) -> list[str]:
    """Return what becomes of the entries in the calendar; nothing where there are none."""
    if not plan.upcoming_sessions:
        return []
    return [
        ngettext(
            "%(num)s session to come stays in the calendar",
            "%(num)s sessions to come stay in the calendar",
            plan.upcoming_sessions,
        )
        % {"num": plan.upcoming_sessions}
        + " "
        + ngettext("(%(num)s room booked)", "(%(num)s rooms booked)", plan.booked_rooms)
        % {"num": plan.booked_rooms}
        + "; "
        + _("later changes don’t reach it.")
    ]


def _whose_tokens(plan: DisconnectPlan) -> str:
    """Return what becomes of the account itself."""
    if not plan.shared_with:
        return _("Classbell forgets its sign-in to this account.")
    return ngettext(
        "%(num)s other catalog goes on using this account.",
        "%(num)s other catalogs go on using this account.",
        plan.shared_with,
    ) % {"num": plan.shared_with}
