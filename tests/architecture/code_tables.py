"""The tables of Microsoft's codes and permissions in the documents, made from the program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from classbell.domain.connections import scopes
from classbell.domain.connections.remedies import Remedy, remedy_for
from classbell.microsoft.acs import codes as acs
from classbell.microsoft.entra import codes as entra
from classbell.microsoft.entra.codes import CallbackResult
from classbell.microsoft.graph import codes as graph
from classbell.ports.errors import Audience, VerdictKind

BEGINNING = """# Microsoft's codes

Every code of Microsoft's that Classbell knows, what it means, what helps and who can do it: made
from the tables by which the program itself decides. Pages, alerts, the audit log and
`classbell doctor` name the code. A code that is not here is judged by its family or by its HTTP
status, and shown as it came. Event by event: [What ends a connection](what-ends-a-connection.md).

The verdict says what Classbell does: `retry` and `throttled` try again by themselves;
`sign_in_again`, `consent_needed`, `admin_needed` and `mailbox_unusable` hold the account's mail and
tell its admins; `operator_fault` tells the operator; `refused`, `not_found` and `conflict` concern
one message or one entry; `unknown` means that it may have happened, and is looked up.
"""

_ITEM = {
    VerdictKind.REFUSED: Remedy(
        "Correct the person's address, then send the message again in the delivery log.",
        Audience.CATALOG_ADMIN,
    ),
    VerdictKind.NOT_FOUND: Remedy(
        "Nothing to do: Classbell reads afresh, and asks an admin where somebody deleted an entry.",
        Audience.NOBODY,
    ),
    VerdictKind.CONFLICT: Remedy(
        "Nothing to do: Classbell reads it again and goes on.", Audience.NOBODY
    ),
    VerdictKind.UNKNOWN: Remedy(
        "Nothing to do: Classbell asks Microsoft what became of it.", Audience.NOBODY
    ),
}
_REGISTRATION = (
    "Compare the registration with "
    "[Register the application](../howto/register-the-application.md)."
)
_CREDENTIAL = (
    "Put a credential that holds in place, see "
    "[Connect a real tenant](../howto/connect-a-real-tenant.md#the-credential)."
)
_REPORT = "Report it with the request id: the program made a request that Microsoft does not take."
_AZURE = "See [Send through Azure Communication Services](../howto/activate-acs.md)."
_OPERATOR = {
    **dict.fromkeys(
        (
            *("700084", "65005", "650054", "650056", "650057", "90099", "700038", "70001"),
            *("7000112", "50194", "50011", "70011", "1002012"),
        ),
        _REGISTRATION,
    ),
    **dict.fromkeys(
        (
            *("7000215", "7000222", "7000218", "700027", "50012", "50013", "700022", "700023"),
            "700229",
        ),
        _CREDENTIAL,
    ),
    **dict.fromkeys(("501481", "700005"), "Start the sign-in again; if it stays so, report it."),
    "ValidationError": (
        "Let Microsoft reach the address that CLASSBELL_PUBLIC_URL names, or empty it."
    ),
    "ErrorMessageSizeExceeded": "Make the notification's text shorter.",
}
_RESULTS = {
    CallbackResult.CANCELLED: ("The person turned back.", "Select Connect again and accept."),
    CallbackResult.OTHER_ACCOUNT: (
        "The account belongs to another organisation.",
        "Sign in with an account of the catalog's organisation.",
    ),
    CallbackResult.RESTART: (
        "The sign-in's code was used already.",
        "Select Connect again; a page that is loaded anew does this.",
    ),
}

Line = tuple[Iterable[str], VerdictKind, str]


def reference() -> str:
    """Return the page of all codes."""
    lines = [BEGINNING]
    for title, rows, fallback in _services():
        lines += [f"## {title}", ""]
        lines += [
            "| code | meaning | verdict | what to do | who |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [_row(row, fallback) for row in rows]
        lines.append("")
    lines += [
        "## While somebody signs in",
        "",
        "These end a sign-in; they say nothing of the account.",
        "",
    ]
    lines += ["| code | meaning | what to do |", "| --- | --- | --- |"]
    for code, result in entra.RESULT_BY_CODE.items():
        meaning, remedy = _RESULTS[result]
        lines.append(f"| `AADSTS{code}` | {meaning} | {remedy} |")
    return "\n".join(lines) + "\n"


def _services() -> Iterator[tuple[str, Iterable[Line], str]]:
    """Yield each service's title, its rows once each, and what the operator does by default."""
    entra_rows = dict.fromkeys(entra.ROW_BY_CODE.values())
    signing_in: list[Line] = [
        ([f"AADSTS{code}" for code in row.codes], row.kind, row.explanation) for row in entra_rows
    ]
    yield "Microsoft Entra ID", signing_in, _REPORT
    graph_rows = dict.fromkeys([*graph.ROWS_BY_CODE.values(), *graph.ROWS_BY_AREA.values()])
    calling: list[Line] = [
        (row.codes, row.kind, f"{row.explanation}{f' (At {row.area}.)' if row.area else ''}")
        for row in graph_rows
    ]
    yield "Microsoft Graph and Exchange Online", calling, _REPORT
    mailing: list[Line] = [
        (row.codes, row.kind, row.explanation) for row in dict.fromkeys(acs.ROW_BY_CODE.values())
    ]
    yield "Azure Communication Services", mailing, _AZURE


def _row(line: Line, fallback: str) -> str:
    """Return one cause as a row of its table."""
    codes, kind, explanation = line
    first = next(iter(codes))
    if kind is VerdictKind.OPERATOR_FAULT:
        remedy = Remedy(_OPERATOR.get(first.removeprefix("AADSTS"), fallback), Audience.OPERATOR)
    else:
        remedy = _ITEM.get(kind) or remedy_for(kind, first)
    named = ", ".join(f"`{code}`" for code in codes)
    return f"| {named} | {explanation} | `{kind.value}` | {remedy.text} | {remedy.who.value} |"


def permissions() -> str:
    """Return the table of the delegated permissions of Microsoft Graph."""
    lines = [
        "| permission | why Classbell asks for it | when | who can consent |",
        "| --- | --- | --- | --- |",
    ]
    for name, purpose in scopes.PURPOSES.items():
        if name in scopes.EMAIL_ONLY:
            when = "always, also with *email only*"
        elif name in scopes.FULL:
            when = "with Connect, unless *email only* is chosen"
        else:
            when = "never with Connect; an approval of its own, where an admin wants it"
        who = "an administrator" if name in scopes.NEEDS_ADMIN else "the account itself"
        lines.append(f"| `{name}` | to {purpose} | {when} | {who} |")
    return "\n".join(lines)
