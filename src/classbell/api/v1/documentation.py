"""The OpenAPI document and a page to browse it, all from here: it works without the internet."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from classbell.api.v1.interface import interface
from classbell.api.v1.problems import guarded
from classbell.api.v1.routes import ProblemDetails

ASSETS = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui-init.js": "text/javascript; charset=utf-8",
    "favicon.svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Classbell REST API</title>
<link rel="stylesheet" href="/api/v1/docs/swagger-ui.css">
<link rel="icon" href="/api/v1/docs/favicon.svg">
</head>
<body>
<noscript>This page needs scripts. The same is described in
<a href="/api/v1/openapi.json">the OpenAPI document</a>.</noscript>
<main id="swagger-ui"></main>
<script type="application/json" id="swagger-settings">
{"url": "/api/v1/openapi.json", "layout": "BaseLayout", "deepLinking": true,
"validatorUrl": null, "persistAuthorization": false}
</script>
<script src="/api/v1/docs/swagger-ui-bundle.js"></script>
<script src="/api/v1/docs/swagger-ui-init.js"></script>
</body>
</html>
"""


@cache
def document() -> dict[str, object]:
    """Return the OpenAPI 3.1 document."""
    found = json.loads(json.dumps(interface.get_openapi_schema(path_prefix="api/v1/")))
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = found["components"]["schemas"]
    schemas.update(problem.pop("$defs"))
    schemas["ProblemDetails"] = problem
    result: dict[str, object] = found
    return result


@require_safe
def description(_request: HttpRequest) -> HttpResponse:
    """Show the OpenAPI document."""
    body = json.dumps(document(), indent=1)
    return guarded(HttpResponse(body, content_type="application/json"))


@require_safe
def page(_request: HttpRequest) -> HttpResponse:
    """Show the page."""
    response = HttpResponse(PAGE)
    response["Content-Security-Policy"] = POLICY
    return response


@require_safe
def asset(_request: HttpRequest, name: str) -> HttpResponse:
    """Serve style and script of the page, as django-ninja ships them."""
    if name not in ASSETS:
        raise Http404
    file = files("ninja") / "static" / "ninja" / name
    response = HttpResponse(file.read_bytes(), content_type=ASSETS[name])
    response["Cache-Control"] = "max-age=86400"
    return response
