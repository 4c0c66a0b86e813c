"""The admin of Fabrikam with a catalog of their own, as in the article's tests."""

from tests.browser.article.conftest import home, reading, signed_in

__all__ = ["home", "reading", "signed_in"]
