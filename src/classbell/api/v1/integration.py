"""Who asks, as this installation knows it."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from classbell.api.v1.answers import answer
from classbell.api.v1.asking import caller
from classbell.api.v1.routes import operation

router = Router(tags=["integration"])


class IntegrationOut(Schema):
    """The integration that a token belongs to."""

    id: str
    name: str
    scopes: list[str]
    expires_at: datetime


@operation(router, "GET", "/integration", scope=None, returns=IntegrationOut)
def read_integration(request: HttpRequest) -> HttpResponse:
    """Read which integration the token belongs to, what it may do, and until when."""
    asking = caller(request)
    return answer(
        request,
        IntegrationOut(
            id=str(asking.integration.pk),
            name=asking.integration.name,
            scopes=asking.integration.scopes,
            expires_at=asking.expires_at,
        ),
    )
