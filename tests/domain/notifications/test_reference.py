"""The reference page says of every kind what the registry says; ``make snapshots`` renews it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind, OnUnknown
from tests.domain.notifications.specimens import World
from tests.domain.notifications.test_default_mails import RENEW
from tests.support import NOW

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "notifications.md"
PART = re.compile(r"(<!-- kinds: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


@pytest.mark.django_db
def test_the_page_says_what_the_registry_says() -> None:
    world = World()
    parts = {
        "audience": table(
            ("kind", "who", "when", "pointless after"),
            (
                (f"`{kind.name}`", kind.audience, kind.when, _life(world, kind))
                for kind in REGISTRY.values()
            ),
        ),
        "how": table(
            (
                "kind",
                "carried by",
                "route",
                "urgent",
                "the same for all",
                "where nobody can tell whether it went out",
                "readers may decline",
                "can be switched off",
            ),
            (_how(kind) for kind in REGISTRY.values()),
        ),
        "variables": _variables(),
    }
    page = PAGE.read_text("utf-8")
    assert [found[1] for found in PART.findall(page)] == list(parts)
    wanted = PART.sub(lambda found: f"{found[1]}\n{parts[found[2]]}\n{found[4]}", page)
    if os.environ.get(RENEW):
        PAGE.write_text(wanted, "utf-8")
    assert PAGE.read_text("utf-8") == wanted


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _how(kind: Kind) -> tuple[str, ...]:
    return (
        f"`{kind.name}`",
        str(kind.carrier),
        str(kind.route),
        _yes(kind.urgent),
        _yes(kind.shared),
        "sent again" if kind.on_unknown is OnUnknown.RESEND else "left",
        _yes(not kind.essential),
        _yes(kind.customisable and kind.switchable),
    )


def _life(world: World, kind: Kind) -> str:
    """Say when a kind's specimen expires."""
    notification = world.notification(kind)
    moment = notification.expires_at
    known = {
        world.session.ends_at: "the session's end",
        world.session.starts_at: "the session's start",
        world.session.starts_at + timedelta(days=1): "the start of the last session to choose",
    }
    notification.delete()
    world.forget()
    days = (moment - NOW) // timedelta(days=1)
    return known.get(moment) or ("1 day" if days == 1 else f"{days} days")


def _variables() -> str:
    """Say once what each variable of a kind stands for, and which kinds have it."""
    having: dict[tuple[str, str], list[str]] = {}
    for kind in REGISTRY.values():
        for name, meaning in kind.variables.items():
            having.setdefault((name, meaning), []).append(kind.name)
    sessions = [name for name, kind in REGISTRY.items() if "SESSION TITLE" in kind.variables]
    rows = (
        (f"`{{{name}}}`", meaning, _kinds(kinds, sessions))
        for (name, meaning), kinds in sorted(having.items())
    )
    return table(("variable", "what it stands for", "kinds"), rows)


def _kinds(names: list[str], sessions: list[str]) -> str:
    """Name kinds; those about sessions have much in common."""
    if set(sessions) <= set(names):
        rest = [name for name in names if name not in sessions]
        return ", ".join(["all about a session", *(f"`{name}`" for name in rest)])
    return ", ".join(f"`{name}`" for name in names)


def _yes(answer: object) -> str:
    return "yes" if answer else "no"
