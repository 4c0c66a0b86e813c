"""The client: what a learning platform needs, one method for each sentence it would say."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self, Unpack

import httpx2

from classbell_client.connection import Connecting
from classbell_client.messages import Telling
from classbell_client.models import (
    Attendance,
    AttendedGiven,
    Catalog,
    Course,
    CourseFields,
    Enrolled,
    Enrolment,
    Group,
    GroupFields,
    Integration,
    NewCourse,
    NewGroup,
    NewSession,
    PersonGiven,
    Session,
    SessionFields,
    shown_as,
)
from classbell_client.transport import Answer, Sleep, Transport

SECONDS = 60.0
"""Room for 50,000 people in one call."""


class Client:
    """An installation of Classbell, as one integration sees it.

    Args:
        address: of the installation, such as ``https://classbell.example.com``.
        token: of the integration, or an access token of Microsoft's.
        http: a client of one's own, for proxies and tests; it must know the address.
        sleep: waits for so many seconds before a request is sent again.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        http: httpx2.Client | None = None,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._http = http or httpx2.Client(base_url=address, timeout=SECONDS)
        self._transport = Transport(self._http, token, sleep=sleep)

    def __enter__(self) -> Self:
        """Begin to use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self._http.close()

    def integration(self) -> Integration:
        """Read which integration the token belongs to."""
        return shown_as(Integration, self._transport.send("GET", "/integration").body)

    def catalogs(self) -> Iterator[Catalog]:
        """Read the catalogs that the integration is for."""
        return (shown_as(Catalog, one) for one in self._transport.pages("/catalogs"))

    def catalog(self, slug: str) -> CatalogClient:
        """Return what can be done in one catalog."""
        return CatalogClient(self._transport, slug)

    def ask(self, method: str, address: str, body: object = None) -> Mapping[str, Any]:
        """Ask for anything else of the API; ``address`` is below ``/api/v1``."""
        return self._transport.send(method, address, body=body).body


class CatalogClient(Connecting, Telling):
    """What an integration can do in one catalog."""

    def read(self) -> Catalog:
        """Read the catalog's title, language and time zone."""
        return shown_as(Catalog, self._transport.send("GET", self._here).body)

    def courses(self, *, code: str = "") -> Iterator[Course]:
        """Read the courses, or the one with a code."""
        pages = self._transport.pages(f"{self._here}/courses", code=code)
        return (shown_as(Course, one) for one in pages)

    def course(self, course_id: str) -> Course:
        """Read one course."""
        return _course(self._transport.send("GET", f"{self._here}/courses/{course_id}"))

    def create_course(self, code: str, **more: Unpack[NewCourse]) -> Course:
        """Add a course."""
        body = {**more, "code": code}
        return _course(self._transport.send("POST", f"{self._here}/courses", body=body))

    def change_course(self, course: Course, **changes: Unpack[CourseFields]) -> Course:
        """Change a course, unless it was changed since it was read."""
        address = f"{self._here}/courses/{course.id}"
        return _course(self._transport.send("PATCH", address, body=changes, if_match=course.etag))

    def groups(self, course: Course) -> Iterator[Group]:
        """Read the groups of a course."""
        pages = self._transport.pages(f"{self._here}/courses/{course.id}/groups")
        return (shown_as(Group, one) for one in pages)

    def group(self, course: Course, group_id: str) -> Group:
        """Read one group."""
        address = f"{self._here}/courses/{course.id}/groups/{group_id}"
        return _group(self._transport.send("GET", address))

    def create_group(self, course: Course, code: str, **more: Unpack[NewGroup]) -> Group:
        """Add a group; a session is put into it by its ``group``, which is the group's code."""
        address = f"{self._here}/courses/{course.id}/groups"
        return _group(self._transport.send("POST", address, body={**more, "code": code}))

    def change_group(self, group: Group, **changes: Unpack[GroupFields]) -> Group:
        """Change a group, unless it was changed since it was read."""
        address = f"{self._here}/courses/{group.course_id}/groups/{group.id}"
        return _group(self._transport.send("PATCH", address, body=changes, if_match=group.etag))

    def remove_group(self, group: Group) -> None:
        """Remove a group that has no sessions, unless it was changed since it was read."""
        address = f"{self._here}/courses/{group.course_id}/groups/{group.id}"
        self._transport.send("DELETE", address, if_match=group.etag)

    def sessions(self, *, course: Course | None = None) -> Iterator[Session]:
        """Read the sessions by their start, or those of one course."""
        course_id = course.id if course else ""
        pages = self._transport.pages(f"{self._here}/sessions", course_id=course_id)
        return (shown_as(Session, one) for one in pages)

    def session(self, session_id: str) -> Session:
        """Read one session."""
        return _session(self._transport.send("GET", f"{self._here}/sessions/{session_id}"))

    def create_session(self, course: Course, code: str, **more: Unpack[NewSession]) -> Session:
        """Add a session; its room, Teams meeting and invitations follow by themselves."""
        body = {**more, "course_id": course.id, "code": code}
        return _session(self._transport.send("POST", f"{self._here}/sessions", body=body))

    def change_session(self, session: Session, **changes: Unpack[SessionFields]) -> Session:
        """Change a session, unless it was changed since it was read."""
        address = f"{self._here}/sessions/{session.id}"
        return _session(self._transport.send("PATCH", address, body=changes, if_match=session.etag))

    def publish_session(self, session: Session) -> Session:
        """Publish a draft."""
        address = f"{self._here}/sessions/{session.id}/publish"
        return _session(self._transport.send("POST", address))

    def cancel_session(self, session: Session, message: str = "") -> Session:
        """Cancel a session; Outlook tells everybody."""
        address = f"{self._here}/sessions/{session.id}/cancel"
        return _session(self._transport.send("POST", address, body={"message": message}))

    def enrolments(self, session: Session) -> Iterator[Enrolment]:
        """Read who has a place in a session, waits for one, or had one."""
        pages = self._transport.pages(f"{self._here}/sessions/{session.id}/enrolments")
        return (shown_as(Enrolment, one) for one in pages)

    def enrol(self, session: Session, people: Sequence[PersonGiven]) -> Enrolled:
        """Enrol up to 50,000 people, all or none of them."""
        address = f"{self._here}/sessions/{session.id}/enrolments"
        answer = self._transport.send("POST", address, body={"people": list(people)})
        return shown_as(Enrolled, answer.body)

    def unenrol(self, session: Session, enrolment: Enrolment) -> None:
        """Take somebody's place back."""
        address = f"{self._here}/sessions/{session.id}/enrolments/{enrolment.id}"
        self._transport.send("DELETE", address)

    def record_attendance(self, session: Session, people: Sequence[AttendedGiven]) -> Attendance:
        """Write down how much of a session that has begun up to 50,000 people attended."""
        address = f"{self._here}/sessions/{session.id}/attendance"
        answer = self._transport.send("POST", address, body={"people": list(people)})
        return shown_as(Attendance, answer.body)


def _course(answer: Answer) -> Course:
    return shown_as(Course, {**answer.body, "etag": answer.etag})


def _group(answer: Answer) -> Group:
    return shown_as(Group, {**answer.body, "etag": answer.etag})


def _session(answer: Answer) -> Session:
    return shown_as(Session, {**answer.body, "etag": answer.etag})
