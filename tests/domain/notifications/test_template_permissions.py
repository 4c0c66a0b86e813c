"""Who may shape a catalog's notifications, and that it is on record without what was written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.templates.edit import (
    reset_template,
    restore_version,
    save_template,
    switch_for_course,
    switch_kind,
)
from classbell.domain.notifications.templates.effective import fields_of, template_of
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import ClassbellError
from classbell.storage.models import AuditEntry, CourseSession
from tests.domain.notifications.test_templates import ENROLLED, english, save
from tests.domain.people import a_cast
from tests.support import a_session, fake_ports

pytestmark = pytest.mark.django_db


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


Act = Callable[[Ports, CourseSession, Actor], object]
ACTS: dict[str, Act] = {
    "save": lambda ports, session, actor: save_template(
        ports,
        catalog=session.course.catalog,
        kind_name=ENROLLED,
        fields=english("Mine"),
        actor=actor,
    ),
    "reset": lambda ports, session, actor: reset_template(
        ports, catalog=session.course.catalog, kind_name=ENROLLED, actor=actor
    ),
    "restore": lambda ports, session, actor: restore_version(
        ports, catalog=session.course.catalog, kind_name=ENROLLED, number=1, actor=actor
    ),
    "switch": lambda ports, session, actor: switch_kind(
        ports, catalog=session.course.catalog, kind_name=ENROLLED, on=False, actor=actor
    ),
    "switch for a course": lambda ports, session, actor: switch_for_course(
        ports, course=session.course, kind_name=ENROLLED, on=False, actor=actor
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_only_the_catalogs_admin_may_and_it_is_on_record(ports: Ports, act: Act) -> None:
    cast = a_cast(ports)
    session = a_session()
    assert session.course.catalog == cast.catalog
    save(ports, session, english("First"))
    before = AuditEntry.objects.count()
    for person in (cast.colleague, cast.stranger, cast.lms_admin, cast.learner):
        with pytest.raises(ClassbellError):
            act(ports, session, Actor.of(person))
    assert AuditEntry.objects.count() == before
    assert fields_of(template_of(cast.catalog.pk, kind_named(ENROLLED))) == english("First")
    act(ports, session, Actor.of(cast.owner))
    if act is not ACTS["restore"]:
        entry = AuditEntry.objects.latest("pk")
        assert entry.actor_name == cast.owner.name
        assert "First" not in str(entry.before) + str(entry.after)
