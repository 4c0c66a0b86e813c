"""AADSTS codes to which nothing in the sandbox leads by itself; a fault that names one does.

Where Microsoft documents a code and not the word that goes with it, the word is an assumption.
https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from m365sandbox.entra.code import Code

CODES_AT_WILL = (
    Code(
        70043,
        "invalid_grant",
        "The refresh token has expired or is invalid due to sign-in frequency checks by "
        "Conditional Access.",
    ),
    Code(
        700084,
        "invalid_grant",
        "The refresh token was issued to a single page app (SPA), and therefore has a fixed, "
        "limited lifetime of 1.00:00:00, which can't be extended. It is now expired and a new"
        " sign in request must be sent by the SPA to the sign in page.",
    ),
    Code(50133, "invalid_grant", "Session is invalid due to expiration or recent password change."),
    Code(
        50132,
        "invalid_grant",
        "The session is not valid due to password expiration or recent password change.",
    ),
    Code(50055, "invalid_grant", "The password is expired.", suberror="user_password_expired"),
    Code(
        50144,
        "invalid_grant",
        "User's Active Directory password has expired.",
        suberror="user_password_expired",
    ),
    Code(
        50056,
        "invalid_grant",
        "Invalid or null password: password does not exist in the directory for this user.",
    ),
    Code(
        16001,
        "interaction_required",
        "The selected account is not valid for this request. Select another account.",
    ),
    Code(
        50074,
        "invalid_grant",
        "Strong Authentication is required.",
        suberror="basic_action",
        asks_for_claims=True,
    ),
    Code(
        50078,
        "invalid_grant",
        "Presented multi-factor authentication has expired due to policies configured by your"
        " administrator, you must refresh your multi-factor authentication to access "
        "'00000003-0000-0000-c000-000000000000'.",
        suberror="basic_action",
        asks_for_claims=True,
    ),
    Code(
        50079,
        "invalid_grant",
        "Due to a configuration change made by your administrator, or because you moved to a "
        "new location, you must enroll in multi-factor authentication to access "
        "'00000003-0000-0000-c000-000000000000'.",
        suberror="basic_action",
        asks_for_claims=True,
    ),
    Code(
        50072,
        "invalid_grant",
        "Due to a configuration change made by your administrator, or because you moved to a "
        "new location, you must enroll in multi-factor authentication to access "
        "'00000003-0000-0000-c000-000000000000'.",
        suberror="basic_action",
        asks_for_claims=True,
    ),
    Code(
        50158,
        "interaction_required",
        "External security challenge not satisfied. User will be redirected to another page "
        "or authentication provider to satisfy additional authentication challenges.",
    ),
    Code(
        53000,
        "interaction_required",
        "Device is not in required device state: compliant. Conditional Access policy "
        "requires a compliant device, and the device is not compliant.",
    ),
    Code(
        53001,
        "interaction_required",
        "Device is not in required device state: domain_joined. Conditional Access policy "
        "requires a domain joined device, and the device is not domain joined.",
    ),
    Code(
        53002,
        "interaction_required",
        "The application used is not an approved application for Conditional Access.",
    ),
    Code(50097, "interaction_required", "Device authentication is required."),
    Code(
        50131,
        "interaction_required",
        "Device is not in required device state, or the request was blocked by a Conditional "
        "Access policy.",
    ),
    Code(
        530032,
        "interaction_required",
        "Access has been blocked by a security policy that the tenant admin has configured.",
    ),
    Code(
        530034,
        "interaction_required",
        "Access has been blocked because of suspicious activity of a delegated administrator.",
    ),
    Code(530035, "interaction_required", "Access has been blocked by security defaults."),
    Code(
        53004,
        "interaction_required",
        "User needs to complete the multi-factor authentication registration process before "
        "accessing this content, and cannot do so because of risk.",
    ),
    Code(
        53010,
        "interaction_required",
        "The multi-factor authentication registration is blocked; contact your administrator.",
    ),
    Code(53011, "interaction_required", "User blocked due to risk on home tenant."),
    Code(
        50053,
        "invalid_grant",
        "The account is locked, you've tried to sign in too many times with an incorrect user"
        " ID or password.",
    ),
    Code(
        51004,
        "invalid_grant",
        "The user account '{user}' does not exist in the {tenant} directory. To sign into "
        "this application, the account must be added to the directory.",
    ),
    Code(
        50014,
        "invalid_grant",
        "The guest user account '{user}' is in a pending state and does not exist yet.",
    ),
    Code(
        65005,
        "invalid_resource",
        "The application '{name}' asked for permissions to access a resource that is missing "
        "from its required resource access list, or that was removed.",
    ),
    Code(
        650054,
        "invalid_resource",
        "The application '{name}' asked for permissions to access a resource that has been "
        "removed or is no longer available.",
    ),
    Code(
        650057,
        "invalid_resource",
        "Invalid resource. The client has requested access to a resource which is not listed "
        "in the requested permissions in the client's application registration. Client app "
        "ID: {client}({name}).",
    ),
    Code(
        650056,
        "invalid_client",
        "Misconfigured application. The client '{client}' has not listed any permissions for "
        "the resource in its requested permissions, or the admin has not consented in the "
        "tenant.",
        status=401,
    ),
    Code(
        90099,
        "invalid_client",
        "The application '{client}' ({name}) has not been authorized in the tenant "
        "'{tenant}'. Applications must be authorized to access the external tenant before "
        "partner delegated administrators can use them.",
        status=401,
    ),
    Code(
        650052,
        "invalid_resource",
        "The app is trying to access a service '{client}'({name}) that your organization "
        "'{tenant}' lacks a service principal for. Contact your IT Admin to review the "
        "configuration of your service subscriptions or consent to the application in order "
        "to create the required service principal.",
        stays_on_page=True,
    ),
    Code(
        70001,
        "unauthorized_client",
        "The application named {name} was not found in the tenant named {tenant}.",
    ),
    Code(
        90072,
        "interaction_required",
        "User account '{user}' from another identity provider does not exist in tenant "
        "'{tenant}' and cannot access the application '{client}'({name}) in that tenant. The "
        "account needs to be added as an external user in the tenant first.",
    ),
    Code(
        500212,
        "interaction_required",
        "The user's administrator has set an outbound access policy that does not allow "
        "access to the resource tenant.",
    ),
    Code(
        500213,
        "interaction_required",
        "The resource tenant's cross-tenant access policy does not allow this user to access "
        "this tenant.",
    ),
    Code(
        700022,
        "invalid_client",
        "The client assertion is not valid for this application.",
        status=401,
    ),
    Code(
        700229,
        "invalid_client",
        "Only app-only tokens can be used as Federated Identity Credentials for Microsoft "
        "Entra issuer.",
        status=401,
    ),
    Code(
        50196,
        "invalid_grant",
        "The server terminated an operation because it encountered a client request loop. "
        "Please contact your app vendor.",
    ),
    Code(
        90055,
        "temporarily_unavailable",
        "The tenant is throttled because of too many incoming requests.",
        status=429,
    ),
    Code(
        90033,
        "temporarily_unavailable",
        "A transient error has occurred. Please try again.",
        status=503,
    ),
    Code(
        50033,
        "temporarily_unavailable",
        "A transient error has occurred. Please try again.",
        status=503,
    ),
    Code(90012, "temporarily_unavailable", "The request has timed out.", status=503),
    Code(
        90024,
        "temporarily_unavailable",
        "A transient error has occurred: the budget of the request was exceeded.",
        status=503,
    ),
    Code(
        90006,
        "temporarily_unavailable",
        "An external server could not be reached; try again.",
        status=503,
    ),
    Code(90090, "server_error", "Graph could not be reached; try again.", status=500),
    Code(
        50087,
        "server_error",
        "A transient error has occurred during strong authentication. Please try again.",
        status=500,
    ),
    Code(
        40010,
        "server_error",
        "A transient error of another identity provider has occurred. Please try again.",
        status=500,
    ),
)
