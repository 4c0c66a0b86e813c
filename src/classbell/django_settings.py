"""Django's settings, derived from the typed settings of ``classbell.config``."""

from __future__ import annotations

import os
from pathlib import Path

from classbell.config import load
from classbell.domain.notifications.languages import LANGUAGES as SPOKEN
from classbell.storage.databases import database

CLASSBELL = load(os.environ)
WEB = Path(__file__).parent / "web"

# Django refuses to start without a key; ``classbell doctor`` and every door check the real one.
SECRET_KEY = CLASSBELL.secret_key or "not-configured"
DEBUG = False
ALLOWED_HOSTS = [CLASSBELL.host, "localhost", "127.0.0.1"]
ROOT_URLCONF = "classbell.urls"
WSGI_APPLICATION = "classbell.web.wsgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = list(SPOKEN.items())
LOCALE_PATHS = [str(WEB / "locale")]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "classbell.storage.apps.StorageConfig",
]

MIDDLEWARE = [
    "classbell.web.origin.Origin",
    "classbell.web.measuring.Measured",
    "classbell.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "classbell.web.language.Language",
    "classbell.web.framing.InsideTeams",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "classbell.web.well_formed.WellFormed",
    "classbell.web.middleware.PlainErrors",
]

DATABASES = {
    "default": database(
        CLASSBELL.database_url,
        most_connections=CLASSBELL.database_connections,
        pooler=bool(CLASSBELL.database_listen_url),
    )
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [str(WEB / "templates"), str(WEB / "components")],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "classbell.web.components.environment.environment",
            "autoescape": True,
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
    }
]

# With this prefix browsers take a cookie from this very host only, over https, for all paths: no
# neighbour under the same domain can plant one (RFC 6265bis, 4.1.3.2).
_HOST_ONLY = "__Host-" if CLASSBELL.is_secure else ""
SESSION_COOKIE_NAME = f"{_HOST_ONLY}classbell_session"
SESSION_COOKIE_SECURE = CLASSBELL.is_secure
SESSION_COOKIE_HTTPONLY = True
# The callback from Microsoft is a navigation from another site: Lax lets the cookie through.
# Inside Teams every request comes from another site's page: then forms prove themselves by their
# token alone, as they do anyway.
SESSION_COOKIE_SAMESITE = "None" if CLASSBELL.frame_origins else "Lax"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE
SESSION_COOKIE_AGE = 8 * 60 * 60
CSRF_COOKIE_NAME = f"{_HOST_ONLY}classbell_csrf"
CSRF_COOKIE_SECURE = CLASSBELL.is_secure
CSRF_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = False
# A proxy ends TLS, so requests arrive here as http while browsers name https as a form's origin.
CSRF_TRUSTED_ORIGINS = [CLASSBELL.origin] if CLASSBELL.is_secure else []
CSRF_FAILURE_VIEW = "classbell.web.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING_CONFIG = None
