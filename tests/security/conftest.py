"""The web door on fakes, as its own tests have it."""

from tests.acceptance.web.conftest import activated, cast, connected, identity, owner, ports

__all__ = ["activated", "cast", "connected", "identity", "owner", "ports"]
