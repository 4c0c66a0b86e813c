"""What failures of sending mean beyond what Graph's codes say in general."""

from __future__ import annotations

from dataclasses import replace

from classbell.network.messages import HttpAnswer
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind

MAIL_SEND = "Mail.Send"
MAIL_READ_WRITE = "Mail.ReadWrite"

TOO_LARGE = "message_too_large"

# A gateway that answers in Graph's stead knows as little as we do whether the mail left.
_GATEWAY_STATUSES = frozenset({502, 504})
_REQUEST_TOO_LARGE = 413
_ACCEPTED = 202
_SERVER_ERRORS = 500
_PASSING = frozenset({VerdictKind.RETRY, VerdictKind.THROTTLED})
_SIZE_EXCEEDED = "errormessagesizeexceeded"


def too_large(what: str) -> ProviderFailure:
    """Make the failure of a mail that no request can carry; nothing was sent.

    Args:
        what: one sentence that says which limit it breaks.
    """
    return ProviderFailure(Verdict(VerdictKind.REFUSED, code=TOO_LARGE, explanation=what))


def about_this_mail(failure: ProviderFailure) -> ProviderFailure:
    """Blame the mail for being too large, so that it fails alone and the lane's others go on."""
    verdict = failure.verdict
    if verdict.status != _REQUEST_TOO_LARGE and verdict.code.casefold() != _SIZE_EXCEEDED:
        return failure
    said = "The mail with its files is larger than Microsoft 365 takes from this mailbox."
    return ProviderFailure(replace(verdict, kind=VerdictKind.REFUSED, explanation=said))


def about_sending(failure: ProviderFailure) -> ProviderFailure:
    """Turn a gateway's bare answer into «it may have happened»; Graph's own code decides else."""
    verdict = failure.verdict
    bare = verdict.code == f"HTTP {verdict.status}"
    if verdict.status in _GATEWAY_STATUSES and bare:
        said = "A gateway answered in place of Microsoft 365; the mail may have left."
        return _in_doubt(verdict, said)
    return about_this_mail(failure)


def check_taken(answer: HttpAnswer) -> None:
    """Believe in nothing but 202, the one answer of Microsoft's to a mail that it took.

    Something between us that answers 200 in its stead, such as a proxy's own page, proves nothing.

    Raises:
        ProviderFailure: ``UNKNOWN``; the mail may have left.
    """
    if answer.status != _ACCEPTED:
        raise _in_doubt(
            Verdict(
                VerdictKind.UNKNOWN,
                code=f"HTTP {answer.status}",
                status=answer.status,
                request_id=answer.request_id,
            ),
            "The answer was not the one that Microsoft 365 gives to a mail that it took; the mail "
            "may have left.",
        )


def about_sending_a_draft(failure: ProviderFailure) -> ProviderFailure:
    """Doubt as well where the draft is gone, or where Microsoft's side broke: it can be looked up.

    Somebody deleted the draft, or it has just been sent; and a 5xx may come after the deed.
    """
    verdict = failure.verdict
    if verdict.kind is VerdictKind.NOT_FOUND:
        return _in_doubt(verdict, "The draft was gone when it was to be sent.")
    if (verdict.status or 0) >= _SERVER_ERRORS and verdict.kind in _PASSING:
        return _in_doubt(verdict, "Microsoft 365 has a passing fault; the mail may have left.")
    return about_sending(failure)


def _in_doubt(verdict: Verdict, explanation: str) -> ProviderFailure:
    return ProviderFailure(
        Verdict(
            VerdictKind.UNKNOWN,
            code=verdict.code,
            explanation=explanation,
            until=verdict.until,
            status=verdict.status,
            request_id=verdict.request_id,
        )
    )
