"""The same stage as the walks of calendars and roles, for hands that have no mouse."""

from tests.browser.calendar.conftest import account, home, signed_in
from tests.browser.roles.conftest import opened

__all__ = ["account", "home", "opened", "signed_in"]
