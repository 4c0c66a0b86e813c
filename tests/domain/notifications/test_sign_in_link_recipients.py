"""Nobody gets a copy of a mail with which one can sign in as somebody else."""

from __future__ import annotations

import pytest

from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.templates.check import checked_recipients
from classbell.domain.notifications.templates.fields import RecipientRole, Recipients
from classbell.ports.errors import InvalidInput
from tests.support import a_person, an_organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["a person", "a role"])
def test_a_sign_in_link_goes_to_the_one_it_was_made_for(who: str) -> None:
    organisation = an_organisation()
    others = {
        "a person": Recipients(people=(a_person("Ida Lund", organisation).pk,)),
        "a role": Recipients(roles=(RecipientRole.CATALOG_ADMINS,)),
    }
    with pytest.raises(InvalidInput):
        checked_recipients(REGISTRY["sign_in_link"], others[who], organisation.pk, "cc")
    assert checked_recipients(
        REGISTRY["enrolment_confirmed"], others[who], organisation.pk, "cc"
    ), "others may be copied"
