"""The AADSTS codes to which something in the sandbox leads by itself."""

from m365sandbox.entra.code import Code, by_number
from m365sandbox.entra.codes_at_will import CODES_AT_WILL

_CODES = (
    Code(
        50173,
        "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. "
        "The user might have changed or reset their password.",
        "bad_token",
    ),
    Code(
        700082,
        "invalid_grant",
        "The refresh token has expired due to inactivity. It was issued on {issued} and was "
        "inactive for 90.00:00:00.",
    ),
    Code(70008, "invalid_grant", "The provided authorization code or refresh token has expired."),
    Code(70000, "invalid_grant", "Provided grant is invalid or malformed."),
    Code(
        50126, "invalid_grant", "Error validating credentials due to invalid username or password."
    ),
    Code(50058, "login_required", "Session information is not sufficient for single-sign-on."),
    Code(
        16000,
        "interaction_required",
        "Either multiple user identities are available for the current request or the selected "
        "account is not supported for the scenario.",
    ),
    Code(
        50076,
        "invalid_grant",
        "Due to a configuration change made by your administrator, or because you moved to a new "
        "location, you must use multi-factor authentication to access "
        "'00000003-0000-0000-c000-000000000000'.",
        "basic_action",
        asks_for_claims=True,
    ),
    Code(
        53003,
        "invalid_grant",
        "Access has been blocked by Conditional Access policies. The access policy does not allow "
        "token issuance.",
        "message_only",
    ),
    Code(
        70043,
        "invalid_grant",
        "The refresh token has expired or is invalid due to sign-in frequency checks by "
        "conditional access.",
        "token_expired",
    ),
    Code(50057, "invalid_grant", "The user account is disabled."),
    Code(
        50034,
        "invalid_grant",
        "The user account does not exist in the {tenant} directory. To sign into this application, "
        "the account must be added to the directory.",
        "bad_token",
    ),
    Code(
        50020,
        "access_denied",
        "User account '{user}' from identity provider '{provider}' does not exist in tenant "
        "'{tenant}' and cannot access the application '{client}'({name}) in that tenant. Sign out "
        "and sign in again with a different user account.",
    ),
    Code(
        50105,
        "invalid_grant",
        "Your administrator has configured the application {name} ('{client}') to block users "
        "unless they are specifically granted ('assigned') access to the application.",
        stays_on_page=True,
    ),
    Code(
        65001,
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{client}' "
        "named '{name}'. Send an interactive authorization request for this user and resource.",
        "consent_required",
    ),
    Code(65004, "access_denied", "User declined to consent to access the app."),
    Code(
        90094,
        "access_denied",
        "{name} needs permission to access resources in your organization that only an admin can "
        "grant. Please ask an admin to grant permission to this app before you can use it.",
    ),
    Code(
        90095,
        "access_denied",
        "Admin consent is required; a request was sent for review.",
        stays_on_page=True,
    ),
    Code(
        500011,
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {tenant}.",
    ),
    Code(
        700016,
        "unauthorized_client",
        "Application with identifier '{client}' was not found in the directory '{tenant}'. This "
        "can happen if the application has not been installed by the administrator of the tenant "
        "or consented to by any user in the tenant.",
    ),
    Code(
        700038,
        "unauthorized_client",
        "{client} is not a valid application identifier.",
        has_uri=False,
    ),
    Code(7000112, "unauthorized_client", "Application '{client}'({name}) is disabled."),
    Code(
        50194,
        "invalid_request",
        "Application '{client}'({name}) is not configured as a multi-tenant application. Usage of "
        "the /common endpoint is not supported for such apps.",
    ),
    Code(
        7000215,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client "
        "secret value, not the client secret ID, for a secret added to app '{client}'.",
        status=401,
    ),
    Code(
        7000222,
        "invalid_client",
        "The provided client secret keys for app '{client}' are expired.",
        status=401,
    ),
    Code(
        7000218,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or "
        "'client_secret'.",
        status=401,
    ),
    Code(
        700027,
        "invalid_client",
        "The certificate with identifier used to sign the client assertion is not registered on "
        "application, or the assertion failed validation: {reason}.",
        status=401,
    ),
    Code(
        700023,
        "invalid_client",
        "Client assertion audience claim does not match Realm issuer.",
        status=401,
    ),
    Code(
        700024,
        "invalid_client",
        "Client assertion is not within its valid time range.",
        status=401,
    ),
    Code(
        700213,
        "invalid_client",
        "No matching federated identity record found for presented assertion subject '{subject}'.",
        status=401,
    ),
    Code(
        50012,
        "invalid_client",
        "Authentication failed: the key that signed the client assertion was not found.",
        status=401,
    ),
    Code(50013, "invalid_client", "Assertion is not a valid JWT.", status=401),
    Code(
        54005,
        "invalid_grant",
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use "
        "an existing refresh token.",
    ),
    Code(
        501481,
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization "
        "request.",
    ),
    Code(
        700005,
        "invalid_grant",
        "Provided Authorization Code is intended to use against other tenant, thus rejected.",
    ),
    Code(
        50011,
        "invalid_request",
        "The redirect URI '{redirect_uri}' specified in the request does not match the redirect "
        "URIs configured for the application '{client}'. Make sure the redirect URI sent in the "
        "request matches one added to your application.",
        stays_on_page=True,
    ),
    Code(
        70011,
        "invalid_scope",
        "The provided request must include a 'scope' input parameter. The provided value for the "
        "input parameter 'scope' is not valid. The scope {scope} is not valid.",
    ),
    Code(
        1002012,
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a "
        "scope value with /.default suffixed to the resource identifier (application ID URI).",
    ),
    Code(
        70003,
        "unsupported_grant_type",
        "The app requested an unsupported grant type '{grant}'.",
        has_uri=False,
    ),
    Code(
        700054,
        "unsupported_response_type",
        "response_type '{kind}' is not enabled for the application.",
    ),
    Code(
        900144,
        "invalid_request",
        "The request body must contain the following parameter: '{parameter}'.",
    ),
    Code(
        900561,
        "invalid_request",
        "The endpoint only accepts POST requests. Received a {method} request.",
    ),
    Code(90014, "invalid_request", "The required field '{parameter}' is missing."),
    Code(90023, "invalid_request", "{reason}"),
    Code(
        9002313,
        "invalid_request",
        "Invalid request. Request is malformed or invalid.",
    ),
    Code(
        90002,
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are "
        "signing into the correct cloud.",
    ),
    Code(
        50059,
        "invalid_request",
        "No tenant-identifying information found in either the request or implied by any provided "
        "credentials.",
    ),
    Code(50049, "invalid_instance", "Unknown or invalid instance."),
    Code(50089, "invalid_grant", "The flow token has expired. Start the sign-in again."),
)
CODES = {**by_number(_CODES), **by_number(CODES_AT_WILL)}
