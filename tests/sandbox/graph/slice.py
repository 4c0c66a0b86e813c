"""Microsoft's own description of Graph, made into a validator of answers, where it is at hand."""

import os
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.contract.graph_undescribed import described_by_hand

NAME = "graph-openapi-slice.yaml"
HERE = Path(__file__).resolve()


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
def document() -> dict[str, Any]:
    """Return the whole description."""
    loaded: dict[str, Any] = yaml.load(location().read_text("utf-8"), Loader=yaml.CSafeLoader)
    return loaded


@lru_cache(maxsize=1)
def _registry() -> Registry[Any]:
    if not location().is_file():
        return Registry()
    registry: Registry[Any] = Registry().with_resource(
        "urn:graph", DRAFT202012.create_resource(document())
    )
    return registry


def template_of(path: str) -> str | None:
    """Return the described path a request's path belongs to, or None.

    The most literal one counts: a list of rooms is no place of the name "graph.room", and the
    function "delta" no event of that name.
    """
    given = path.strip("/").lower().split("/")
    fitting = [str(template) for template in document()["paths"] if _fits(template, given)]
    return min(fitting, key=lambda template: template.count("{"), default=None)


def _fits(template: str, given: list[str]) -> bool:
    parts = template.strip("/").lower().split("/")
    return len(parts) == len(given) and all(
        (part.startswith("{") and one != "delta") or part == one
        for part, one in zip(parts, given, strict=True)
    )


def problems(method: str, path: str, status: int, body: object) -> list[str]:
    """Return how an answer departs from its description, be it Microsoft's or ours by hand.

    A success that nobody describes is a problem too; a refusal of a path that nobody describes is
    not.
    """
    template = template_of(path)
    operation = document()["paths"].get(template, {}).get(method.lower()) if template else None
    if operation is None:
        return _by_hand(method, path, status, body)
    described = operation["responses"].get(str(status)) or operation["responses"].get(
        f"{status // 100}XX"
    )
    if described is None:
        return [f"status {status} is not described"]
    if "application/json" not in described.get("content", {}):
        return [] if body is None else ["a body where none is described"]
    key = str(status) if str(status) in operation["responses"] else f"{status // 100}XX"
    steps = ("paths", template, method.lower(), "responses", key, "content", "application/json")
    pointer = "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return departures({"$ref": f"urn:graph#/{pointer}/schema"}, body)


def _by_hand(method: str, path: str, status: int, body: object) -> list[str]:
    if status >= HTTPStatus.BAD_REQUEST:
        return departures({"$ref": "urn:graph#/components/schemas/ODataError"}, body)
    schema = described_by_hand(method, path, status)
    if schema is None:
        return [f"nobody describes {method} {path} with {status}"]
    return departures(schema, body)


def from_the_root(schema: Any) -> Any:
    """Return a part of the description whose references lead into the description."""
    if isinstance(schema, list):
        return [from_the_root(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: f"urn:graph{value}" if name == "$ref" else from_the_root(value)
        for name, value in schema.items()
    }


def departures(schema: dict[str, Any], body: object) -> list[str]:
    """Return how a body departs from a schema."""
    validator = Draft202012Validator(schema, registry=_registry())
    return [
        f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:200]}"
        for error in validator.iter_errors(body)
    ]
