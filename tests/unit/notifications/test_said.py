"""What a message said is shown as far as it was kept."""

from classbell.domain.notifications.said import what_it_said
from classbell.storage.models import Message, NotificationContent

CONTENT = NotificationContent(
    subject="You are enrolled: {COURSE TITLE}",
    message='<p>Hello {PERSON NAME},</p><p>{COURSE TITLE} awaits you: <a href="{LINK}">go</a></p>',
    values={"COURSE TITLE": "Fire & rescue <1>"},
)


def test_common_values_and_the_name_are_filled_in() -> None:
    said = what_it_said(Message(name="Anna", address="anna@contoso.example"), CONTENT)
    assert said.subject == "You are enrolled: Fire & rescue <1>"
    assert said.text.startswith("Hello Anna,\nFire & rescue <1> awaits you")


def test_what_was_not_kept_is_left_out() -> None:
    said = what_it_said(Message(address="anna@contoso.example"), CONTENT)
    assert "Hello anna@contoso.example" in said.text
    assert "go (…)" in said.text
