"""The same stage as the walks of calendars: Contoso, its LMS admin, a fresh catalog, an account."""

from tests.browser.calendar.conftest import account, home, signed_in

__all__ = ["account", "home", "signed_in"]
