"""What the product may know and show of its own installation; never a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Credential:
    """The application's proof of itself at Microsoft, as far as it may be shown.

    Attributes:
        kind: ``secret``, ``certificate`` or ``federated``.
        expires_at: aware UTC moment from which Microsoft refuses it; None where nobody said, and
            for a federated credential, which expires every hour by design.
        has_next: whether a second one stands by for the change.
    """

    kind: str = "secret"
    expires_at: datetime | None = None
    has_next: bool = False


@dataclass(frozen=True, slots=True)
class Installation:
    """This installation.

    Attributes:
        version: of Classbell.
        cloud: which of Microsoft's clouds it uses.
        operator_address: where alarms for the operator go; empty where none is set.
        activation_contact: whom admins ask to activate Azure Communication Services; empty where
            nothing is set.
        mail_route: names the system mailer as it is set now, such as ``smtp://mail:587 as
            lms@contoso.example``, without user and password; empty where there is none.
        credential: the application's proof of itself.
    """

    version: str = ""
    cloud: str = "global"
    operator_address: str = ""
    activation_contact: str = ""
    mail_route: str = ""
    credential: Credential = field(default_factory=Credential)
