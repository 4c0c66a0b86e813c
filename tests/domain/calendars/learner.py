"""Somebody who is given a session by mail, by their feed and by a file that they fetch."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from classbell.domain.calendar_feeds.addresses import Subject, feed_of, make_address
from classbell.domain.calendar_feeds.contents import file_of
from classbell.domain.courses.courses import CourseDetails, update_course
from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.sessions import update_session
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.own_calendar import calendar_file
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.scheduling.mailed import INVITED
from classbell.storage.models import (
    CalendarFeed,
    CourseSession,
    Notification,
    Person,
)
from tests.domain.calendars.reader import Reader
from tests.domain.scheduling.stage import Stage
from tests.support import a_person

MINUTE = timedelta(minutes=1)


class Learner:
    """Somebody who is invited by mail, subscribes to their calendar and fetches files as well."""

    def __init__(self, stage: Stage, session: CourseSession, person: Person) -> None:
        self.stage, self.pk, self.person = stage, session.pk, person
        self.reader = Reader()
        subject = Subject(person=person)
        make_address(stage.ports, subject=subject, actor=Actor.of(person))
        feed = feed_of(subject)
        assert feed is not None
        self.feed: CalendarFeed = feed

    @property
    def session(self) -> CourseSession:
        """The session as it is stored now."""
        return CourseSession.objects.select_related("course__catalog").get(pk=self.pk)

    def subscribes(self) -> None:
        """Read the feed."""
        self.feed.refresh_from_db()
        self.reader.take("feed", file_of(self.stage.ports, self.feed).body)

    def fetches(self) -> None:
        """Press the button for a file on the session's page."""
        content = calendar_file(
            self.stage.ports, session=self.session, person=self.person, language="en"
        )
        self.reader.take("file", content)

    def is_mailed(self, kind: str = INVITED) -> None:
        """Open the file of the latest mail of a kind, which may have been held until now."""
        rows = Notification.objects.filter(kind=kind).order_by("created_at")
        told = [one for one in rows if self.person.pk.hex in one.audience][-1]
        (file,) = REGISTRY[kind].attachments(self.stage.ports, told, None)
        self.reader.take(kind, file.content)


def a_learner(stage: Stage, name: str = "Ana Sørensen", **chosen: Any) -> Learner:
    """Return somebody with a place in a session, invited."""
    session = stage.session(name, **chosen)
    stage.run(session)
    return Learner(stage, session, a_person(name))


def change(learner: Learner, **changes: Any) -> None:
    """Change the session as an admin does, a minute later, and let its lane follow."""
    learner.stage.clock.advance(MINUTE)
    session = learner.session
    details = replace(details_of(session), **changes)
    update_session(learner.stage.ports, session=session, details=details, actor=OPERATOR)
    learner.stage.run(learner.session, after=MINUTE)


def rename_course(ana: Learner, title: str) -> None:
    """Give the course another title."""
    course = ana.session.course
    update_course(ana.stage.ports, course=course, details=CourseDetails(title), actor=OPERATOR)
