"""Microsoft's own description of ACS Email, made into a validator, where it is at hand."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

NAME = "acs-openapi-slice.yaml"
HERE = Path(__file__).resolve()
ERROR_HEADER = "x-ms-error-code"


def location() -> Path:
    """Return where the description is expected."""
    given = os.environ.get("CLASSBELL_REFERENCE")
    beside = HERE.parents[4] / "shared" / "reference"
    return (Path(given) if given else beside) / NAME


def required() -> None:
    """Skip the test, visibly, where the description is not at hand."""
    if not location().is_file():
        pytest.skip(f"needs {NAME}; set CLASSBELL_REFERENCE to its folder")


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(location().read_text("utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _registry() -> Registry[Any]:
    registry: Registry[Any] = Registry().with_resource(
        "urn:acs", DRAFT202012.create_resource(_document())
    )
    return registry


def request_problems(body: object) -> list[str]:
    """Return how the body of a send request departs from its description."""
    return _departures("EmailMessage", body)


def answer_problems(status: int, headers: dict[str, str], body: object) -> list[str]:
    """Return how an answer departs from its description; header names are lower case."""
    if status in {200, 202}:
        found = _departures("EmailSendResult", body)
        if status == 202 and "operation-location" not in headers:
            found.append("no header operation-location")
        return found
    found = _departures("ErrorResponse", body)
    if headers.get(ERROR_HEADER) != body["error"]["code"]:  # type: ignore[index]  # an error is an object
        found.append(f"{ERROR_HEADER} is not the code of the body")
    return found


def _departures(schema: str, body: object) -> list[str]:
    reference = {"$ref": f"urn:acs#/components/schemas/{schema}"}
    validator = Draft202012Validator(reference, registry=_registry())
    return [
        f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:200]}"
        for error in validator.iter_errors(body)
    ]
