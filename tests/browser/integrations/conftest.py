"""The same stage as the walks of calendars: Contoso, its LMS admin, a fresh catalog."""

from tests.browser.calendar.conftest import home, signed_in

__all__ = ["home", "signed_in"]
