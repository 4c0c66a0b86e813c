"""Letters on their way: pace, limits, reports of non-delivery, and what survives a restart."""

import json
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from m365sandbox.mailboxes.mime import MalformedMessageError, letter_from_mime
from m365sandbox.mailboxes.model import Address, Letter, text_of_html
from m365sandbox.world import World
from tests.sandbox.graph.harness import MONDAY, small_world

SENDER = Address("learning@contoso.example", "Contoso Learning")


def letter(world: World, *to: str, **others: object) -> Letter:
    """Return a letter of the learning account."""
    made = Letter(
        sender=SENDER,
        recipients=list(to),
        to=[Address(one) for one in to],
        subject="Welcome",
        sent=world.now(),
        route="graph",
        html="<p>Hello</p>",
    )
    for name, value in others.items():
        setattr(made, name, value)
    return made


def arrived(world: World, mailbox: str) -> int:
    """Return how many letters a mailbox received."""
    return len(world.mailboxes.received(to=mailbox))


def test_thirty_leave_in_a_minute_and_the_rest_wait(world: World) -> None:
    for _ in range(35):
        world.mailboxes.transport.submit(letter(world, "ana@contoso.example"))
    assert arrived(world, "ana@contoso.example") == 30
    assert world.mailboxes.statistics()[SENDER.address]["delayed"] == 5
    world.clock.advance(timedelta(seconds=59))
    world.run_due()
    assert arrived(world, "ana@contoso.example") == 30
    world.clock.advance(timedelta(seconds=2))
    world.run_due()
    assert arrived(world, "ana@contoso.example") == 35


def test_without_limits_nothing_waits(world: World) -> None:
    world.mailboxes.limits.enabled = False
    for _ in range(35):
        world.mailboxes.transport.submit(letter(world, "ana@contoso.example"))
    assert arrived(world, "ana@contoso.example") == 35


def test_the_ten_thousandth_recipient_of_a_day_is_the_last(world: World) -> None:
    world.mailboxes.limits.recipients_per_day = 3
    many = [f"p{number}@outside.example" for number in range(3)]
    world.mailboxes.transport.submit(letter(world, *many))
    world.mailboxes.transport.submit(letter(world, "late@outside.example"))
    assert arrived(world, "late@outside.example") == 0
    (report,) = world.mailboxes.received(to=SENDER.address)
    assert "5.1.90" in str(report["text"])
    world.clock.advance(timedelta(hours=25))
    world.mailboxes.transport.submit(letter(world, "late@outside.example"))
    assert arrived(world, "late@outside.example") == 1


def test_too_many_recipients_come_back_at_once(world: World) -> None:
    world.mailboxes.limits.recipients_per_message = 2
    world.mailboxes.transport.submit(letter(world, *(f"p{n}@outside.example" for n in range(3))))
    (report,) = world.mailboxes.received(to=SENDER.address)
    assert "5.5.3" in str(report["text"])
    assert arrived(world, "p0@outside.example") == 0


def test_an_unknown_address_comes_back_and_the_others_arrive(world: World) -> None:
    world.mailboxes.transport.submit(
        letter(world, "ana@contoso.example", "ghost@contoso.example", "guest@contoso.example")
    )
    assert arrived(world, "ana@contoso.example") == 1
    (report,) = world.mailboxes.received(to=SENDER.address)
    assert report["subject"] == "Undeliverable: Welcome"
    assert "ghost@contoso.example" in str(report["text"])
    assert "guest@contoso.example" in str(report["text"])


def test_the_outside_receives_too(world: World) -> None:
    world.mailboxes.transport.submit(letter(world, "somebody@elsewhere.example"))
    (found,) = world.mailboxes.received(to="Somebody@Elsewhere.example")
    assert found["outside"] is True
    assert world.mailboxes.received(since=MONDAY + timedelta(seconds=1)) == []
    assert len(world.mailboxes.received(since=MONDAY)) == 1


def test_mail_survives_a_restart(world: World) -> None:
    made = letter(world, "ana@contoso.example", headers=[("x-a", "ü")], save_to_sent=True)
    for _ in range(31):
        world.mailboxes.transport.submit(made)
        made = letter(world, "ana@contoso.example")
    saved = json.loads(json.dumps({name: one.snapshot() for name, one in world.sections.items()}))
    again = small_world()
    for name in ("mailboxes", "timetable"):
        again.sections[name].restore(saved[name])
    assert again.mailboxes.received() == world.mailboxes.received()
    again.clock.advance(timedelta(minutes=2))
    again.run_due()
    assert arrived(again, "ana@contoso.example") == 31


def test_html_reads_as_text() -> None:
    markup = "<style>p{}</style><p>Hello&nbsp;<b>Ana</b></p><p>2 &lt; 3</p>"
    assert text_of_html(markup) == "Hello Ana\n2 < 3"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_letter_or_refused(content: bytes) -> None:
    try:
        made = letter_from_mime(content, sent=MONDAY, route="smtp", sender="", recipients=[])
    except MalformedMessageError:
        return
    assert isinstance(made.subject, str)
