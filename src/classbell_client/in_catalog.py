"""What all that can be done in one catalog stands on."""

from __future__ import annotations

from classbell_client.transport import Transport


class InCatalog:
    """One catalog, by its address below ``/api/v1``."""

    def __init__(self, transport: Transport, slug: str) -> None:
        self._transport = transport
        self._here = f"/catalogs/{slug}"
