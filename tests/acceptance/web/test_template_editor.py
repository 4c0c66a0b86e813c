"""The editor of a notification, as a catalog admin meets it in a browser without script."""

from __future__ import annotations

import pytest

from classbell.domain.notifications.default_texts import default_text
from classbell.storage.models import AuditEntry, NotificationTemplate, TemplateVersion
from tests.acceptance.web.conftest import Visitor
from tests.acceptance.web.page import Page
from tests.acceptance.web.template_form import form_of
from tests.domain.people import Cast

pytestmark = pytest.mark.django_db

KIND = "enrolment_confirmed"
PAGE = f"/catalogs/academy/settings/notifications/{KIND}"
SHARED = "/catalogs/academy/settings/notifications/session_message"
OWN = {"subject": "Welcome to {COURSE TITLE}", "act": "save"}


def saved(owner: Visitor, page: str = PAGE, **typed: str) -> Page:
    """Type something into the form as it stands, press Save, and follow where that leads."""
    language = typed.get("language", "en")
    answer = owner.post(page, form_of(owner.get(f"{page}?language={language}")) | OWN | typed)
    return owner.get(answer.location) if answer.status == 303 else answer


def template() -> NotificationTemplate:
    return NotificationTemplate.objects.get()


def test_a_subject_is_saved_and_only_it_is_customised(owner: Visitor, cast: Cast) -> None:
    page = saved(owner)
    assert page.status == 200
    assert "Saved." in page.words
    assert page.element("subject")["value"] == OWN["subject"]
    assert "Use default: Subject" in page.buttons
    assert "Use default: Message" not in page.buttons
    assert template().fields == {"texts": {"en": {"subject": OWN["subject"]}}}
    entry = AuditEntry.objects.get(action="template.saved")
    assert entry.actor == cast.owner
    assert entry.after == {"customised": ["subject (en)"], "version": 1}


def test_what_is_saved_untouched_changes_nothing(owner: Visitor) -> None:
    subject = default_text(KIND, "en").subject
    assert "Nothing was changed." in saved(owner, subject=subject).words
    assert not NotificationTemplate.objects.exists()


def test_languages_are_kept_apart(owner: Visitor) -> None:
    saved(owner)
    page = saved(owner, language="de", subject="Willkommen: {COURSE TITLE}")
    assert "English, customised" in page.words
    assert page.element("subject")["value"] == "Willkommen: {COURSE TITLE}"
    assert template().fields["texts"] == {
        "en": {"subject": OWN["subject"]},
        "de": {"subject": "Willkommen: {COURSE TITLE}"},
    }


def test_an_unknown_variable_is_refused_beside_its_field_and_nothing_typed_is_lost(
    owner: Visitor,
) -> None:
    page = saved(owner, message="<p>Hello {PERSON NAM}, my own words</p>")
    assert page.status == 422
    assert page.element("message")["aria-invalid"] == "true"
    assert "There is no variable {PERSON NAM} here. Did you mean {PERSON NAME}?" in page.words
    assert "my own words" in page.words
    assert page.element("subject")["value"] == OWN["subject"]
    assert "data-dirty" in page.element("template")
    assert not NotificationTemplate.objects.exists()


def test_nothing_active_is_kept(owner: Visitor) -> None:
    page = saved(owner, message='<p onclick="x()">Hi</p><script>alert(1)</script>')
    assert "alert(1)" not in page.html
    assert template().fields["texts"]["en"]["message"] == "<p>Hi</p>"


def test_one_field_goes_back_to_the_default_before_it_is_saved(owner: Visitor) -> None:
    page = saved(owner, message="<p>Mine</p>")
    page = owner.post(PAGE, form_of(page) | {"act": "default-message"})
    assert page.status == 200
    assert "data-dirty" in page.element("template")
    assert form_of(page)["message"] == default_text(KIND, "en").message.replace("\n", "\r\n")
    assert page.element("subject")["value"] == OWN["subject"]
    assert "message" in template().fields["texts"]["en"]
    owner.post(PAGE, form_of(page) | {"act": "save"})
    assert template().fields == {"texts": {"en": {"subject": OWN["subject"]}}}


def test_recipients_are_roles_and_people(owner: Visitor, cast: Cast) -> None:
    page = saved(owner, to_instructors="on", cc_people=cast.learner.address)
    assert "To: The learner, Instructors of the session." in page.words
    assert f"Cc: {cast.learner.address}" in page.words
    assert template().fields["to"]["roles"] == ["audience", "instructors"]
    assert template().fields["cc"]["people"] == [cast.learner.pk.hex]
    assert form_of(page)["cc_people"] == cast.learner.address


@pytest.mark.parametrize("who", ["rosa.fabri@fabrikam.example", "nobody@contoso.example"])
def test_somebody_unknown_here_is_refused_beside_the_field(owner: Visitor, who: str) -> None:
    page = saved(owner, cc_people=who)
    assert page.status == 422
    assert f"Nobody called «{who}» is known in this organisation." in page.words
    assert page.has("cc-error")
    assert who in form_of(page)["cc_people"]


def test_a_notification_to_nobody_is_refused(owner: Visitor) -> None:
    page = saved(owner, to_audience="")
    assert page.status == 422
    assert page.has("to-error")


def test_whoever_saves_over_somebody_elses_text_is_told_first(owner: Visitor) -> None:
    begun = form_of(owner.get(PAGE))
    saved(owner, subject="The first")
    page = owner.post(PAGE, begun | {"subject": "The second", "act": "save"})
    assert page.status == 422
    assert "Mai Nielsen has saved this notification while you were writing." in page.words
    assert page.element("subject")["value"] == "The second"
    assert owner.post(PAGE, form_of(page) | {"act": "save"}).status == 303
    assert [one.fields["texts"]["en"]["subject"] for one in TemplateVersion.objects.all()] == [
        "The first",
        "The second",
    ]


def test_naming_the_reader_of_a_shared_message_is_told_with_its_cost_first(owner: Visitor) -> None:
    typed = {"message": "<p>Hello {PERSON NAME}</p><p>{TEXT}</p>"}
    page = saved(owner, SHARED, **typed)
    assert page.status == 422
    assert (
        "{PERSON NAME} makes each message a person’s own. For 1,000 people that takes 36 minutes "
        "instead of 1 minute." in page.words
    )
    assert "Save all the same" in page.buttons
    assert "{PERSON NAME}" in form_of(page)["message"]
    assert not NotificationTemplate.objects.exists()
    page = saved(owner, SHARED, act="save-anyway", **typed)
    assert "Saved." in page.words
    assert "Saved." in saved(owner, SHARED, subject="Told already: {SUBJECT}").words


def test_a_message_of_its_own_for_each_reader_has_no_such_cost(owner: Visitor) -> None:
    assert "Saved." in saved(owner, message="<p>Dear {PERSON NAME}</p>").words


def test_the_list_of_variables_says_what_each_stands_for(owner: Visitor) -> None:
    page = owner.get(SHARED)
    assert "Insert {SUBJECT}" in page.buttons
    assert "{SUBJECT} What the admin wrote as subject" in page.words
    assert "Each message becomes a person's own, which takes longer." in page.words
    assert "which takes longer" not in owner.get(PAGE).words


def test_a_page_that_is_opened_in_a_language_nobody_speaks_shows_the_catalogs(
    owner: Visitor,
) -> None:
    assert form_of(owner.get(f"{PAGE}?language=tlh"))["language"] == "en"


@pytest.mark.parametrize("kind", ["connection_lost", "account_connected", "template_test", "none"])
def test_what_a_catalog_cannot_shape_has_no_editor(owner: Visitor, kind: str) -> None:
    page = owner.get(f"/catalogs/academy/settings/notifications/{kind}")
    assert page.status == 404


def test_all_versions_can_be_reached_page_by_page(owner: Visitor) -> None:
    for number in range(1, 24):
        saved(owner, subject=f"Text {number}")
    first = owner.get(f"{PAGE}?language=de&theme=dark")
    assert "Page 1 of 2" in first.words
    assert f"{PAGE}/versions/4/restore" in first.links()
    assert f"{PAGE}/versions/3/restore" not in first.links()
    [older] = [link for link in first.links() if "page=2" in link]
    assert "language=de" in older
    assert "theme=dark" in older
    assert older.endswith("#versions")
    second = owner.get(older.removesuffix("#versions"))
    assert "Page 2 of 2" in second.words
    assert {f"{PAGE}/versions/{number}/restore" for number in (1, 2, 3)} <= set(second.links())


def test_few_versions_need_no_pages(owner: Visitor) -> None:
    assert "Page 1 of" not in saved(owner).words
