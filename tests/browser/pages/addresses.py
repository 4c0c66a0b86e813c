"""Every page of the Admin Center and where it stands, for walks over all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.browser.article.home import Home

KIND = "enrolment_confirmed"

CATALOG_PAGES = {
    "home": "",
    "courses": "/courses",
    "course-new": "/courses/new",
    "course-edit": "{course}",
    "group-new": "{course}/groups/new",
    "sessions": "/sessions",
    "session-month": "/sessions/month",
    "session-new": "/sessions/new",
    "session": "{session}",
    "session-edit": "{session}/edit",
    "session-copy": "{session}/copy",
    "session-message": "{session}/message",
    "session-cancel": "{session}/cancel",
    "session-learners": "{session}/learners",
    "session-rooms": "{session}/rooms",
    "rooms": "/rooms",
    "deliveries": "/delivery",
    "delivery": "{message}",
    "health": "/connection",
    "held": "/connection/held",
    "audit": "/audit",
    "search": "/search?q=an",
    "person": "{person}",
    "notifications": "/settings/notifications",
    "notification-edit": f"/settings/notifications/{KIND}",
    "notification-courses": f"/settings/notifications/{KIND}/courses",
    "catalog-roles": "/settings/roles",
    "integrations": "/settings/integrations",
    "integration-new": "/settings/integrations/new",
    "general": "/settings/general",
    "session-settings": "/settings/sessions",
    "webhooks": "/settings/webhooks",
    "webhook-new": "/settings/webhooks/new",
    "catalog-calendar": "/calendar",
    "disconnect": "/settings/connection/disconnect",
    "panel": "/settings/notifications?panel=m365",
}
"""By the name of its address; below the catalog's own. In braces what is looked for on a page."""

OTHER_PAGES = {
    "language": "/language",
    "preferences": "/preferences",
    "audit-all": "/audit",
    "own-calendar": "/preferences/calendar",
    "catalogs": "/catalogs",
    "connections": "/connections",
    "organisation-calendar": "/organisation-calendar",
    "email-provider": "/email-provider",
    "my-sessions": "/my/sessions",
    "open-sessions": "/my/sessions/open",
    "roles": "/roles",
    "webhooks-all": "/webhooks",
    "webhook-new-all": "/webhooks/new",
    "personal-data": "/personal-data",
    "delivery-help": "/help/delivery?catalog={slug}",
}

ELSEWHERE = {
    "walked where it belongs": {
        *("account-change", "application-account", "approve", "group-edit", "group-remove"),
        *("invited", "link", "notification-reset", "notification-restore", "preferences-link"),
        *("session-message-sent", "signin", "unsubscribe", "outlook-edit", "integration"),
        *("catalog-role-take", "my-session", "my-session-leave", "role-take", "teaching"),
        *(
            "teaching-session",
            "recreate-link",
            "deliveries-resend",
            "session-change",
            "session-unenrol",
        ),
        *("webhook", "webhook-delete", "webhook-all", "webhook-delete-all"),
    },
    "no page": {
        *(
            "audit-export",
            "audit-export-all",
            "asset",
            "connect-callback",
            "deliveries-export",
            "healthz",
            "look-example",
        ),
        *("metrics", "readyz"),
        *("acs-reports", "calendar-reports", "session-message-preview", "notification-preview"),
        *("my-session-calendar", "signin-callback", "start", "teaching-export"),
        *("signin-callback", "start", "calendar-file"),
    },
    "only acts": {
        *("my-session-enrol", "teaching-attendance"),
        *("alert-substitute", "alert-test", "approval-ask", "approval-check", "approval-withdraw"),
        *("integration-revoke", "integration-rotate"),
        *("become-admin", "connect", "connection-cancel", "connection-check", "connection-save"),
        *("consent", "health-check", "invitation-withdraw", "invite", "notification-switch"),
        *("notification-test", "offer", "offer-accept", "offer-decline", "offer-withdraw"),
        *("room-hide", "room-show", "rooms-refresh", "session-attendance", "session-enrol"),
        *("session-publish", "session-retry", "session-room", "sign-in-link", "signout", "theme"),
        *("webhook-test", "webhook-secret", "webhook-switch", "webhook-replay"),
        *("webhook-replay-one", "webhook-delete-now"),
        *("webhook-test-all", "webhook-secret-all", "webhook-switch-all", "webhook-replay-all"),
        *("webhook-replay-one-all", "webhook-delete-now-all"),
    },
}
"""Names of addresses that the walk over all pages leaves out, and why."""

FOUND_ON = {
    "course": ("/courses", r"(/courses/[0-9a-f-]{36})\""),
    "session": ("/sessions", r"(/sessions/[0-9a-f-]{36})\""),
    "message": ("/delivery", r"(/delivery/\d+)\""),
    "person": ("/search?q=an", r"(/people/[0-9a-f-]{36})\""),
}


@dataclass
class Addresses:
    """Where the pages of one catalog stand."""

    home: Home
    found: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return the address of a page, by its name."""
        base = self.home.base
        if name in OTHER_PAGES:
            return base + OTHER_PAGES[name].format(slug=self.home.slug)
        path = CATALOG_PAGES[name]
        for key in FOUND_ON:
            if f"{{{key}}}" in path:
                path = path.replace(f"{{{key}}}", self._look_for(key))
        return f"{base}/catalogs/{self.home.slug}{path}"

    def _look_for(self, key: str) -> str:
        """Return what stands first on the page that lists such things."""
        if key not in self.found:
            page, pattern = FOUND_ON[key]
            catalog = f"{self.home.base}/catalogs/{self.home.slug}"
            html = self.home.walker.context.request.get(catalog + page).text()
            match = re.search(pattern, html)
            assert match, f"no {key} on {page}"
            self.found[key] = match.group(1)
        return self.found[key]
