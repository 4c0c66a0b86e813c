"""Making Classbell agree with what the platform has said; doing it twice is doing it once."""

from __future__ import annotations

from datetime import UTC, datetime

from classbell_client import CatalogClient, ClassbellProblem, Course, Session
from classbell_client.models import PersonGiven
from examples.bridge.facts import Facts, PlaceFact, SessionFact

GIVEN_UP = {"cancelled"}
"""States of an enrolment in which nobody has a place or waits for one."""


def settle(catalog: CatalogClient, facts: Facts, code: str, *, chosen: str = "") -> list[str]:
    """Make one course with its sessions and learners what the platform says.

    What is planned in Classbell itself stays, and so do people of whom the platform said nothing.

    Args:
        catalog: where in Classbell.
        facts: what was said.
        code: of the course.
        chosen: how codes of sessions begin that learners choose one by one; those who are in the
            course go to all others.

    Returns:
        What was done, in words; nothing where Classbell agreed already.

    Raises:
        ClassbellProblem: Classbell refused something; everything else was done all the same.
    """
    done: list[str] = []
    course = _course(catalog, code, facts.title(code), done)
    sessions = {one.code: one for one in catalog.sessions(course=course)}
    for said in facts.sessions(code):
        kept = _session(catalog, course, sessions.get(said.code), said, done)
        if kept is not None:
            sessions[said.code] = kept
    places = facts.places(code)
    problems: list[ClassbellProblem] = []
    for session in sessions.values():
        if not _takes_people(session):
            continue
        by_name_only = bool(chosen) and session.code.startswith(chosen)
        meant = [one for one in places if _is_meant(one, session, by_name_only=by_name_only)]
        try:
            _fill(catalog, session, meant, done)
        except ClassbellProblem as problem:
            # A session that is full must not keep people out of the others.
            problems.append(problem)
    if problems:
        raise problems[0]
    return done


def _course(catalog: CatalogClient, code: str, title: str | None, done: list[str]) -> Course:
    found = next(catalog.courses(code=code), None)
    if found is None:
        done.append(f"added the course {code}")
        return catalog.create_course(code, title=title or code, enrolment_type="multiple")
    if title is not None and found.title != title:
        done.append(f"renamed the course {code}")
        return catalog.change_course(found, title=title)
    return found


def _session(
    catalog: CatalogClient,
    course: Course,
    found: Session | None,
    said: SessionFact,
    done: list[str],
) -> Session | None:
    """Add, change or cancel one session; None where it never was and is gone already."""
    if said.gone:
        if found is None or found.cancelled_at is not None or _is_over(found):
            return found
        done.append(f"cancelled the session {said.code}")
        return catalog.cancel_session(found)
    times = {"starts": said.starts, "ends": said.ends, "time_zone": said.time_zone}
    if found is None:
        done.append(f"added the session {said.code}")
        return catalog.create_session(
            course,
            said.code,
            title=said.title,
            starts=said.starts,
            ends=said.ends,
            time_zone=said.time_zone,
        )
    known = {"starts": found.starts, "ends": found.ends, "time_zone": found.time_zone}
    if found.cancelled_at is not None or (times, said.title) == (known, found.title):
        return found
    done.append(f"changed the session {said.code}")
    return catalog.change_session(
        found,
        title=said.title,
        starts=said.starts,
        ends=said.ends,
        time_zone=said.time_zone,
    )


def _fill(
    catalog: CatalogClient, session: Session, places: list[PlaceFact], done: list[str]
) -> None:
    """Enrol who shall be there and is not, and unenrol who was there and shall not be."""
    wanted = {one.address.casefold(): one for one in places if one.wanted}
    unwanted = {one.address.casefold() for one in places} - set(wanted)
    there = {
        one.person["address"].casefold(): one
        for one in catalog.enrolments(session)
        if one.state not in GIVEN_UP
    }
    people: list[PersonGiven] = [
        {"address": one.address, "name": one.name}
        for key, one in sorted(wanted.items())
        if key not in there
    ]
    if people:
        catalog.enrol(session, people)
        done.append(f"enrolled {len(people)} in {session.code}")
    for key in sorted(unwanted & set(there)):
        catalog.unenrol(session, there[key])
        done.append(f"took somebody out of {session.code}")


def _is_meant(place: PlaceFact, session: Session, *, by_name_only: bool) -> bool:
    return place.session == session.code if by_name_only else place.session in {"", session.code}


def _takes_people(session: Session) -> bool:
    return session.published and session.cancelled_at is None and not _is_over(session)


def _is_over(session: Session) -> bool:
    return datetime.fromisoformat(session.ends_at) <= datetime.now(UTC)
