"""The product's addresses, and beside them a bare view that reads one row."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from classbell.storage.models import Catalog


def bare(_request: HttpRequest) -> JsonResponse:
    """Read one row and show it, as the least that Django can do."""
    catalog = Catalog.objects.get(slug="academy")
    return JsonResponse({"slug": catalog.slug, "title": catalog.title})


urlpatterns = [path("bare", bare), path("", include("classbell.urls"))]
