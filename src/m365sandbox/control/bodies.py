"""Read what a control request sends, and refuse what does not fit, in words."""

import json
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

T = TypeVar("T")


async def read(request: Request, kind: type[T]) -> T:
    """Return the JSON body as `kind`; an empty body stands for an empty object.

    Raises:
        HTTPException: 400, saying which member is wrong.
    """
    raw = await request.body()
    try:
        value = json.loads(raw) if raw else {}
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise HTTPException(400, f"{place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"The body is not JSON: {error}") from error
