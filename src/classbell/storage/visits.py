"""Visits of browsers that are signed in, as Django keeps them."""

from __future__ import annotations

from uuid import UUID

from django.contrib.sessions.models import Session


def end_all_visits() -> None:
    """Sign everybody out."""
    Session.objects.all().delete()


def end_visits_of(person_id: UUID) -> None:
    """Sign one person out, in every browser."""
    for visit in Session.objects.iterator():
        if visit.get_decoded().get("person") == str(person_id):
            visit.delete()
