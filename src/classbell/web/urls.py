"""The addresses of the Admin Center."""

from __future__ import annotations

from django.urls import path

from classbell.web import assets, reports, signin
from classbell.web.admin_center import (
    all_connections,
    approvals,
    audit,
    catalogs,
    connection,
    deliveries,
    delivery,
    delivery_acts,
    delivery_help,
    email_provider,
    health,
    held,
    home,
    invitations,
    notifications,
    outlook_edits,
    rooms,
    sessions,
    sharing,
    start,
)

CATALOG = "catalogs/<slug:slug>"
SETTINGS = f"{CATALOG}/settings"
CONNECTION = f"{SETTINGS}/connection"

urlpatterns = [
    path("", start.start, name="start"),
    path("healthz", start.healthz, name="healthz"),
    path("theme", start.theme, name="theme"),
    path("static/<str:public_name>", assets.asset, name="asset"),
    path("signin", signin.signin, name="signin"),
    path("signin/callback", signin.signin_callback, name="signin-callback"),
    path("signout", signin.signout, name="signout"),
    path("link/<str:token>", signin.link, name="link"),
    path("invited/<str:token>", invitations.invited, name="invited"),
    path("approve/<str:token>", approvals.approved, name="approve"),
    path("connect/callback", connection.connect_callback, name="connect-callback"),
    path("catalogs", catalogs.catalogs, name="catalogs"),
    path("connections", all_connections.connections, name="connections"),
    path("connections/alert-test", all_connections.alert_test, name="alert-test"),
    path("connections/alert-substitute", all_connections.alert_substitute, name="alert-substitute"),
    path("email-provider", email_provider.email_provider, name="email-provider"),
    path("reports/acs/<uuid:provider_id>", reports.acs, name="acs-reports"),
    path("help/delivery", delivery_help.delivery_help, name="delivery-help"),
    path(CATALOG, home.home, name="home"),
    path(f"{CATALOG}/become-admin", catalogs.become_admin, name="become-admin"),
    path(f"{CATALOG}/sessions", sessions.sessions, name="sessions"),
    path(f"{CATALOG}/sessions/<uuid:session_id>", sessions.session, name="session"),
    path(
        f"{CATALOG}/sessions/<uuid:session_id>/sign-in-link/<uuid:person_id>",
        sessions.sign_in_link,
        name="sign-in-link",
    ),
    path(
        f"{CATALOG}/sessions/<uuid:session_id>/outlook-edit",
        outlook_edits.decide,
        name="outlook-edit",
    ),
    path(f"{CATALOG}/rooms", rooms.rooms, name="rooms"),
    path(f"{CATALOG}/delivery", deliveries.deliveries, name="deliveries"),
    path(f"{CATALOG}/delivery/send-again", delivery_acts.resend, name="deliveries-resend"),
    path(f"{CATALOG}/delivery/export", delivery_acts.export, name="deliveries-export"),
    path(f"{CATALOG}/delivery/<int:message_id>", delivery.delivery, name="delivery"),
    path(f"{CATALOG}/connection", health.health, name="health"),
    path(f"{CATALOG}/connection/check", health.check, name="health-check"),
    path(f"{CATALOG}/connection/held", held.held, name="held"),
    path(f"{CATALOG}/audit", audit.audit, name="audit"),
    path(f"{SETTINGS}/notifications", notifications.notifications, name="notifications"),
    path(f"{CONNECTION}/connect", connection.connect, name="connect"),
    path(f"{CONNECTION}/save", connection.save, name="connection-save"),
    path(f"{CONNECTION}/cancel", connection.cancel, name="connection-cancel"),
    path(f"{CONNECTION}/check", connection.check, name="connection-check"),
    path(f"{CONNECTION}/consent", approvals.consent, name="consent"),
    path(f"{CONNECTION}/approval", approvals.ask, name="approval-ask"),
    path(f"{CONNECTION}/approval/check", approvals.check, name="approval-check"),
    path(f"{CONNECTION}/approval/withdraw", approvals.withdraw, name="approval-withdraw"),
    path(f"{CONNECTION}/invitations", invitations.invite, name="invite"),
    path(
        f"{CONNECTION}/invitations/<uuid:invitation_id>/withdraw",
        invitations.withdraw,
        name="invitation-withdraw",
    ),
    path(f"{CONNECTION}/offers", sharing.offer, name="offer"),
    path(f"{CONNECTION}/offers/<uuid:offer_id>/accept", sharing.accept, name="offer-accept"),
    path(f"{CONNECTION}/offers/<uuid:offer_id>/decline", sharing.decline, name="offer-decline"),
    path(f"{CONNECTION}/offers/<uuid:offer_id>/withdraw", sharing.withdraw, name="offer-withdraw"),
    path(f"{CONNECTION}/disconnect", connection.disconnect_page, name="disconnect"),
]
