"""What can go wrong: a refusal that says why, or no answer at all."""

from __future__ import annotations

from collections.abc import Mapping


class ClassbellProblem(Exception):
    """Classbell refused, or could not do it (RFC 9457).

    Attributes:
        status: of the HTTP answer.
        code: does not change; look at this one.
        detail: what happened this time.
        remedy: what to do about it; may be empty.
        fields: messages by the name of the field that cannot be used.
    """

    def __init__(self, status: int, body: Mapping[str, object]) -> None:
        self.status = status
        self.code = str(body.get("code", "unknown"))
        self.detail = str(body.get("detail", ""))
        self.remedy = str(body.get("remedy", ""))
        errors = body.get("errors", [])
        found = errors if isinstance(errors, list) else []
        self.fields = {str(one["field"]): str(one["message"]) for one in found}
        super().__init__(" ".join(part for part in (self.code, self.detail, self.remedy) if part))


class Unreachable(Exception):
    """No answer came, however often it was tried; whether it was done is not known."""
