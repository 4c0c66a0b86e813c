"""What a load run begins with, written with the product's own functions and settings.

`python -m tests.torture.load_seed people 200` makes catalogs, admins and a course for each of them;
`python -m tests.torture.load_seed send 2000` writes one notification to so many learners, each of
whom gets a mail of their own. Both print JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

from classbell.cli.framework import start_django
from classbell.cli.showcase import CONTOSO

CATALOGS = 9
"""Besides the academy."""


def address_of(number: int) -> str:
    """Return the address of an admin of the run."""
    return f"load.admin.{number}@contoso.example"


def object_id(number: int) -> UUID:
    """Return their object id: the sandbox derives it so."""
    return uuid5(CONTOSO, address_of(number))


def make_people(count: int) -> list[dict[str, str]]:
    """Make so many admins of several catalogs, each with a course that nobody else changes.

    Returns:
        address, slug of the catalog, and id of the course of each.
    """
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.catalogs.catalogs import create_catalog  # noqa: PLC0415 -- the same
    from classbell.domain.courses.courses import CourseDetails, create_course  # noqa: PLC0415 -- same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.people import grant_role, upsert_person  # noqa: PLC0415 -- same
    from classbell.storage.models import Catalog, Organisation, Role  # noqa: PLC0415 -- the same

    ports, contoso = bootstrap.ports(), Organisation.objects.get(tenant_id=CONTOSO)
    catalogs = [Catalog.objects.get(slug="academy")]
    catalogs += [
        create_catalog(
            ports,
            organisation=contoso,
            title=f"Load school {number}",
            slug=f"load-{number}",
            language="en",
            time_zone="Europe/Copenhagen",
            actor=OPERATOR,
        )
        for number in range(CATALOGS)
    ]
    made = []
    for number in range(count):
        catalog = catalogs[number % len(catalogs)]
        person = upsert_person(
            ports,
            contoso,
            address=address_of(number),
            name=f"Admin {number}",
            object_id=object_id(number),
        )
        grant_role(ports, person, Role.CATALOG_ADMIN, catalog=catalog, actor=OPERATOR)
        course = create_course(
            ports,
            catalog=catalog,
            code=f"LOAD-{number}",
            details=CourseDetails(f"Course {number}"),
            actor=OPERATOR,
        )
        made.append({"address": person.address, "slug": catalog.slug, "course": str(course.pk)})
    return made


def write_notification(count: int) -> dict[str, str]:
    """Write one notification of the academy to so many learners and return its id."""
    from django.db import transaction  # noqa: PLC0415 -- needs Django's settings

    from classbell import bootstrap  # noqa: PLC0415 -- the same
    from classbell.domain.notifications.notify import notify  # noqa: PLC0415 -- the same
    from classbell.storage.models import Catalog, Course, CourseSession, Person  # noqa: PLC0415 -- same

    ports, academy = bootstrap.ports(), Catalog.objects.get(slug="academy")
    now, run = ports.clock.now(), uuid4().hex[:8]
    course = Course.objects.filter(catalog=academy).order_by("code").first()
    if course is None:
        raise RuntimeError("Make the people first.")
    session = CourseSession.objects.create(
        course=course,
        code=f"SEND-{run}",
        title="Session of many",
        starts_at=now + timedelta(days=30),
        ends_at=now + timedelta(days=30, hours=2),
        time_zone="Europe/Copenhagen",
        # A draft: no event is to stand in a calendar, for the mail alone is measured.
        published=False,
        created_at=now,
    )
    learners = [
        Person(
            organisation_id=academy.organisation_id,
            address=f"learner.{run}.{number}@elsewhere.example",
            address_key=f"learner.{run}.{number}@elsewhere.example",
            name=f"Learner {number}",
            language="en",
            time_zone="Europe/Copenhagen",
            created_at=now,
        )
        for number in range(count)
    ]
    Person.objects.bulk_create(learners, batch_size=1_000)
    with transaction.atomic():
        made = notify(
            ports,
            kind="enrolment_confirmed",
            organisation_id=academy.organisation_id,
            catalog=academy,
            audience=[learner.pk for learner in learners],
            context={"session": str(session.pk)},
        )
    if made is None:
        raise RuntimeError("Nobody was told.")
    return {"id": str(made.pk)}


def main() -> int:
    """Do what the words say and print what was made."""
    start_django()
    act, count = sys.argv[1], int(sys.argv[2])
    made: object = make_people(count) if act == "people" else write_notification(count)
    print(json.dumps(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
