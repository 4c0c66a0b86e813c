"""The addresses of the REST API: the first version, its description, and its browsable page."""

from __future__ import annotations

from django.urls import path, re_path

from classbell.api.v1 import documentation
from classbell.api.v1.interface import interface
from classbell.api.v1.problems import nothing_here

urlpatterns = [
    path("api/v1/openapi.json", documentation.description, name="api-description"),
    path("api/v1/docs", documentation.page, name="api-docs"),
    path("api/v1/docs/<str:name>", documentation.asset, name="api-docs-asset"),
    path("api/v1/", interface.urls),
    re_path(r"^api(/.*)?$", nothing_here),
]
