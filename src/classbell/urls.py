"""The root URL configuration: includes the doors by dotted name, and names the error pages."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("classbell.api.urls")),
    path("", include("classbell.web.urls")),
]

handler400 = "classbell.web.errors.bad_request"
handler403 = "classbell.web.errors.forbidden"
handler404 = "classbell.web.errors.not_found"
handler500 = "classbell.web.errors.server_error"
