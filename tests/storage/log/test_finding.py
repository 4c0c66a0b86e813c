"""People and sessions are found by the beginnings of words, with accents or without."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classbell.storage.models import Catalog, Person, SessionInstructor
from classbell.storage.queries.finding import find, people_of
from classbell.storage.queries.pages_person import sums_about
from classbell.storage.queries.people_holding import FEW, narrowed
from classbell.storage.scope import Scope
from classbell.storage.typed import LIKE_IT, PAIRS
from tests.messages import a_message
from tests.support import NOW, a_catalog, a_person, a_session, an_enrolment, an_organisation

pytestmark = [pytest.mark.store, pytest.mark.django_db]


@pytest.fixture
def catalog() -> Catalog:
    return a_catalog()


def scope_of(catalog: Catalog) -> Scope:
    return Scope(catalog.organisation_id, frozenset({catalog.pk}))


def names(catalog: Catalog, text: str) -> set[str]:
    return {one.name for one in find(scope_of(catalog), text).people}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ana", True),
        ("ANA", True),
        ("sor", True),
        ("SØR", True),
        ("sør", True),
        ("soerensen", False),
        ("ana sor", True),
        ("sor ana", True),
        ("sørensen-łęc", True),
        ("lec", True),
        ("ana.s", True),
        ("ana.sørensen@con", True),
        ("contoso", True),
        ("rensen", False),
        ("ana bo", False),
        ("a[n", True),
        ("*", False),
        ("%", False),
        ("an?", False),
    ],
)
def test_people_are_found_by_how_words_begin(catalog: Catalog, text: str, *, found: bool) -> None:
    ana = Person.objects.create(
        organisation=catalog.organisation,
        name="Ana Sørensen-Łęcka",
        address="Ana.Sorensen@contoso.example",
        address_key="ana.sorensen@contoso.example",
        created_at=NOW,
    )
    a_message(catalog, "accepted", person=ana)
    if text == "a[n":  # a sign with a meaning in patterns stands for any one sign
        Person.objects.filter(pk=ana.pk).update(name="A[na")
    assert bool(find(scope_of(catalog), text).people) is found


@pytest.mark.parametrize(("name", "text"), [("Æsa", "aes"), ("Strauß", "strauss"), ("Aesa", "æs")])
def test_a_letter_may_be_typed_as_two(catalog: Catalog, name: str, text: str) -> None:
    a_message(catalog, "accepted", person=a_person(name))
    assert names(catalog, text) == {name}


def test_any_letter_that_counts_as_another_is_found_by_it(catalog: Catalog) -> None:
    letters = [(one, plain) for plain, those in LIKE_IT.items() for one in those + those.upper()]
    letters += [(one, pair) for one, pair in PAIRS.items()]
    for number, (one, plain) in enumerate(letters):
        person = a_person(f"Number {number}")
        Person.objects.filter(pk=person.pk).update(name=f"Q{one}xyz {number}")
        a_message(catalog, "accepted", person=person)
        assert f"Q{one}xyz {number}" in names(catalog, f"q{plain}xyz {number}")


@pytest.mark.parametrize("name", ["Жукова Анна", "Άννα Δημητρίου", "עדי לוי", "王 小明明"])
def test_names_of_any_script_are_found(catalog: Catalog, name: str) -> None:
    a_message(catalog, "accepted", person=a_person(name))
    for word in name.split():
        assert names(catalog, word.lower()) == {name}
        assert names(catalog, word[:3]) == {name}


def test_nobody_is_read_whom_the_index_leaves_out(catalog: Catalog) -> None:
    a_message(catalog, "accepted", person=a_person("Ana Sørensen"))
    rows = narrowed(people_of(scope_of(catalog)), ["ana", "sorensen"])
    assert [one.name for one in rows] == ["Ana Sørensen"]
    if connection.vendor == "sqlite":
        assert "organisation_id=?" not in rows.explain()
        return
    with connection.cursor() as cursor:  # so few people are sooner read than looked up
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = narrowed(Person.objects.all(), ["sorensen"]).explain()
    for index in ("person_name_text", "person_address_text", "person_plain_text"):
        assert index in plan


def test_what_many_are_called_is_found_in_the_order_of_names(catalog: Catalog) -> None:
    people = [a_person(f"Kim Sørensen {number:03}") for number in range(FEW + 1)]
    for person in (people[7], people[-1]):
        a_message(catalog, "accepted", person=person)
    assert names(catalog, "sorensen kim") == {people[7].name, people[-1].name}
    assert names(catalog, f"{FEW:03}") == {people[-1].name}


def test_sessions_are_found_by_their_own_title_and_the_courses(catalog: Catalog) -> None:
    session = a_session(catalog, "FIRE-1", title="Übung am Hafen")
    for text in ("ubung", "haf", "fire", "FIRE-1", "fire haf", "safety"):
        assert [one.pk for one in find(scope_of(catalog), text).sessions] == [session.pk], text
    assert not find(scope_of(catalog), "afen").sessions


def test_only_who_has_to_do_with_the_catalog_is_found(catalog: Catalog) -> None:
    other = a_catalog("sales", "Sales")
    learner, teacher, written_to = (a_person(f"Kim {one}") for one in ("Anders", "Bo", "Cai"))
    session = a_session(catalog)
    an_enrolment(session, learner)
    SessionInstructor.objects.create(session=session, person=teacher)
    a_message(catalog, "accepted", person=written_to)
    a_message(other, "accepted", person=a_person("Kim Dam"))
    foreign = a_catalog("foreign", "Foreign", an_organisation("Other", catalog.pk))
    a_message(foreign, "accepted", person=a_person("Kim Eld", foreign.organisation))
    a_person("Kim Fog")
    assert names(catalog, "kim") == {"Kim Anders", "Kim Bo", "Kim Cai"}


def test_a_page_is_full_and_says_that_there_are_more(catalog: Catalog) -> None:
    for number in range(12):
        a_message(catalog, "accepted", person=a_person(f"Kim {number:02}"))
    found = find(scope_of(catalog), "kim")
    assert ([one.name for one in found.people][-1], found.more_people) == ("Kim 09", True)
    assert (found.sessions, found.more_sessions) == ([], False)


def test_people_are_read_along_an_index_without_sorting(catalog: Catalog) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite: PostgreSQL counts, and then decides by what it has counted")
    rows = people_of(scope_of(catalog)).filter(name__typed="ana").order_by("name", "address_key")
    plan = rows.explain()
    assert "person_by_name" in plan
    assert "TEMP B-TREE" not in plan


def test_messages_about_a_session_are_read_by_the_session(catalog: Catalog) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite: PostgreSQL counts, and then decides by what it has counted")
    session = a_session(catalog)
    a_message(catalog, "accepted", context={"session": str(session.pk)})
    with CaptureQueriesContext(connection) as asked:
        assert sums_about(session) == [("accepted", 1)]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]['sql']}")
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "notification_of_session" in plan
    assert "USING INDEX" in plan
    assert "message_of_catalog" not in plan
