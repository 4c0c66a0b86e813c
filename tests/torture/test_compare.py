"""The comparison of a soak sees what it is there to see."""

from __future__ import annotations

from typing import Any

import pytest

from tests.torture.compare import check_mail

NOTICES = {"n-1": "Notice 1"}


def row(number: int, state: str = "accepted", **more: Any) -> dict[str, Any]:
    usual = {"notification_id": "x", "address": f"{number}@elsewhere.example", "attempts": 1}
    return {"id": number, "state": state, **usual, **more}


def mail(number: int | None, subject: str = "", to: str = "") -> dict[str, Any]:
    headers = [] if number is None else [{"name": "X-Classbell-Message", "value": str(number)}]
    return {"headers": headers, "subject": subject, "deliveredTo": to}


def test_what_agrees_passes() -> None:
    rows = [row(1), row(2, "failed"), row(3, attempts=2), row(4, notification_id="n-1")]
    shared = mail(None, "Notice 1", "4@ELSEWHERE.example")
    check_mail(rows, [mail(1), mail(3), mail(3), shared], NOTICES)


@pytest.mark.parametrize(
    ("rows", "mails", "complaint"),
    [
        ([row(1)], [], "1 are called accepted and never arrived"),
        ([row(1)], [mail(1), mail(1)], "1 arrived twice"),
        ([row(1, "failed")], [mail(1)], "1 are called failed and arrived"),
        ([row(1, notification_id="n-1")], [], "never arrived"),
        (
            [row(1, notification_id="n-1")],
            [mail(None, "Notice 1", "1@elsewhere.example")] * 2,
            "1 arrived twice",
        ),
    ],
)
def test_what_differs_does_not(
    rows: list[dict[str, Any]], mails: list[dict[str, Any]], complaint: str
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_mail(rows, mails, NOTICES)
