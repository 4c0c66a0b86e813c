"""Holds one answer of Graph against all that is known of it: headers, description, members."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.contract.graph_members import missing_members
from tests.contract.graph_undescribed import described_alone
from tests.sandbox.graph import slice as description

HEADERS = ("request-id", "client-request-id", "x-ms-ags-diagnostic")


def faults(method: str, url: str, status: int, headers: Mapping[str, str], body: Any) -> list[str]:
    """Return everything that is wrong with an answer.

    Args:
        method: The request's method.
        url: The request's address, whole or below the version.
        status: The answer's status.
        headers: The answer's headers, names in any capitalisation.
        body: The answer's JSON, or None.
    """
    names = {name.lower(): value for name, value in headers.items()}
    found = [f"no header {name}" for name in HEADERS if name not in names]
    if body is not None:
        if names.get("odata-version") != "4.0":
            found.append("OData-Version is not 4.0")
        if not names.get("content-type", "").startswith("application/json;odata.metadata=minimal"):
            found.append(f"content type {names.get('content-type')}")
        if status >= 400:
            found += _faults_of_refusal(body, names.get("request-id"))
    return found + faults_of_body(method, url, status, body)


def faults_of_body(method: str, url: str, status: int, body: Any) -> list[str]:
    """Return what is wrong with the content of an answer, be it whole or part of a batch."""
    below = urlsplit(url)
    path = below.path.partition("/v1.0")[2] or below.path
    # The service takes users('x') for users/x, doubled slashes as one and actions by their full
    # names; the description does not.
    path = re.sub(r"\('([^']*)'\)", r"/\1", re.sub(r"/{2,}", "/", unquote(path)))
    path = re.sub(r"/microsoft\.graph\.(?!room)", "/", path, flags=re.IGNORECASE)
    path = path.removesuffix("()")
    found = missing_members(method, f"{path}?{below.query}", status, body)
    if status >= 400 and isinstance(body, dict):
        # Annotations may stand in any object of OData; the description closes this one.
        body = {"error": {k: v for k, v in body["error"].items() if not k.startswith("@")}}
    if description.location().is_file():
        return found + description.problems(method, path, status, body)
    alone = described_alone(method, path, status)
    return found if alone is None else found + description.departures(alone, body)


def faults_of_batch(asked: Mapping[str, Any], answered: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the parts of a batch, each against what was asked."""
    requests = {str(one["id"]): one for one in asked["requests"]}
    found: list[str] = []
    for one in answered["responses"]:
        request = requests[one["id"]]
        problems = faults_of_body(
            str(request["method"]).upper(), request["url"], one["status"], one.get("body")
        )
        found += [f"part {one['id']}: {problem}" for problem in problems]
    return found


def _faults_of_refusal(body: Any, request_id: str | None) -> list[str]:
    error = body.get("error", {})
    lacking = {"code", "message", "innerError"} - error.keys()
    if lacking:
        return [f"the error lacks {', '.join(sorted(lacking))}"]
    inner = error["innerError"]
    lacking = {"date", "request-id", "client-request-id"} - inner.keys()
    if lacking:
        return [f"the inner error lacks {', '.join(sorted(lacking))}"]
    return [] if inner["request-id"] == request_id else ["two request ids"]
