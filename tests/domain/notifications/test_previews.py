"""Previews, and what naming the readers of a notification costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from classbell.delivery.pace import Pace
from classbell.domain.notifications.default_texts import default_text
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.languages import LANGUAGES
from classbell.domain.notifications.template import variables_in
from classbell.domain.notifications.templates.cost import cost_of, cost_to_confirm
from classbell.domain.notifications.templates.edit import checked_fields
from classbell.domain.notifications.templates.fields import CustomText, TemplateFields
from classbell.domain.notifications.templates.preview import Chosen, preview
from classbell.storage.models import Connection, Enrolment, EnrolmentState, Person
from tests.support import (
    NOW,
    a_catalog,
    a_connected_account,
    a_person,
    a_provider,
    a_session,
    an_organisation,
    fake_ports,
)

pytestmark = pytest.mark.django_db

SHAPEABLE = [kind for kind in REGISTRY.values() if kind.customisable]
NAMED = TemplateFields(texts={"de": CustomText("Hallo", "<p>{PERSON NAME}</p>")})
MESSAGE = REGISTRY["session_message"]


@pytest.mark.parametrize("kind", SHAPEABLE, ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", ["Zoë Özgür", "Anna Berg"], ids=["real", "made up"])
def test_every_notification_can_be_shown_in_every_language(kind: Kind, name: str) -> None:
    session = a_session()
    about = Chosen() if name == "Anna Berg" else Chosen(session, a_person(name))
    for language in LANGUAGES:
        mail = preview(
            fake_ports(),
            catalog=session.course.catalog,
            kind=kind,
            fields=TemplateFields(),
            language=language,
            about=about,
        )
        assert mail.subject
        assert not variables_in(mail.subject + mail.html), "a variable was left open"
        assert mail.to[0].name == name


@pytest.mark.parametrize("kind", SHAPEABLE, ids=lambda kind: kind.name)
def test_a_default_text_that_is_sent_back_as_it_was_customises_nothing(kind: Kind) -> None:
    for language in LANGUAGES:
        text = default_text(kind.name, language)
        sent = CustomText(text.subject, text.message.replace("\n", "\r\n"))
        fields = TemplateFields(texts={language: sent})
        assert checked_fields(kind, a_catalog(), fields).is_default, language


def test_a_preview_of_a_secret_makes_it_up() -> None:
    catalog = a_catalog()
    mail = preview(
        fake_ports(),
        catalog=catalog,
        kind=REGISTRY["sign_in_link"],
        fields=TemplateFields(),
        language="en",
        about=Chosen(),
    )
    assert "/link/sample" in mail.html, "no link is issued for a preview"


def crowd(people: int) -> None:
    """Enrol many people in one session."""
    session, organisation = a_session(), an_organisation()
    made = Person.objects.bulk_create(
        Person(organisation=organisation, name=f"Learner {number}", created_at=NOW)
        for number in range(people)
    )
    Enrolment.objects.bulk_create(
        Enrolment(session=session, person=person, state=EnrolmentState.ENROLLED, created_at=NOW)
        for person in made
    )


def test_naming_readers_costs_the_time_of_single_mails() -> None:
    a_connected_account(fake_ports(), a_catalog())
    cost = cost_of(a_catalog(), MESSAGE, NAMED, pace=Pace(), now=NOW)
    assert cost is not None
    assert cost.variables == {"de": ("PERSON NAME",)}
    assert cost.people == 1000
    assert cost.together == timedelta(minutes=1) / 28
    assert timedelta(minutes=35) < (cost.singly or timedelta()) < timedelta(minutes=36)


def test_the_largest_session_counts_where_it_is_larger() -> None:
    crowd(1_500)
    cost = cost_of(a_catalog(), MESSAGE, NAMED, pace=Pace(), now=NOW)
    assert cost is not None
    assert cost.people == 1_500


def test_the_limits_are_those_of_the_catalogs_own_lane() -> None:
    slow = replace(Pace(), messages_per_minute=2)
    cost = cost_of(a_catalog(), MESSAGE, NAMED, pace=slow, now=NOW)
    assert cost is not None
    assert cost.singly is not None
    assert cost.singly > timedelta(hours=8)


def test_azure_sends_singly_anyhow() -> None:
    ports, catalog = fake_ports(), a_catalog()
    a_connected_account(ports, catalog)
    a_provider(ports)
    Connection.objects.filter(catalog=catalog).update(use_acs=True)
    assert cost_of(catalog, MESSAGE, NAMED, pace=Pace(), now=NOW) is None


def test_a_cost_is_confirmed_once() -> None:
    catalog, pace = a_catalog(), Pace()
    nothing = TemplateFields()
    assert cost_to_confirm(catalog, MESSAGE, nothing, NAMED, pace=pace, now=NOW)
    assert not cost_to_confirm(catalog, MESSAGE, NAMED, NAMED, pace=pace, now=NOW)
    assert not cost_to_confirm(catalog, MESSAGE, nothing, nothing, pace=pace, now=NOW)
    personal = REGISTRY["enrolment_confirmed"]
    assert not cost_to_confirm(catalog, personal, nothing, NAMED, pace=pace, now=NOW)
