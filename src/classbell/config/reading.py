"""Reading the settings from the environment, and naming what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from classbell.config.settings import Settings
from classbell.ports.errors import ConfigurationFault

PREFIX = "CLASSBELL_"

REQUIRED = ("secret_key", "encryption_keys", "client_id")

CREDENTIALS = ("client_secret", "client_certificate", "client_assertion_file")
"""One of these is required: how the application proves itself to Microsoft."""

HINTS = {
    "secret_key": "Set it to at least 32 random characters: python3 -c "
    "'import secrets; print(secrets.token_urlsafe(48))'.",
    "encryption_keys": "Make one with: classbell keys new.",
    "client_id": "Register an application in Microsoft Entra ID and copy its client id, "
    "or use the sandbox: m365sandbox env.",
    "client_secret": "Copy the application's secret, or name its certificate or the file of its "
    "federated credential, or use the sandbox: m365sandbox env.",
}


def load(environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Args:
        environment: variable names to texts, usually ``os.environ``.

    Raises:
        ConfigurationFault: a number or a yes/no cannot be read as one.
    """
    values: dict[str, object] = {}
    for setting in fields(Settings):
        variable = PREFIX + setting.name.upper()
        text = environment.get(variable)
        if text is None:
            continue
        values[setting.name] = _parsed(variable, text, type(setting.default))
    return Settings(**values)  # type: ignore[arg-type]  # the loop parsed each by its field's type


def missing(settings: Settings) -> dict[str, str]:
    """Return the required variables that are not set, each with a hint at the remedy."""
    names = [name for name in REQUIRED if not getattr(settings, name)]
    if not any(getattr(settings, name) for name in CREDENTIALS):
        names.append("client_secret")
    return {PREFIX + name.upper(): HINTS[name] for name in names}


def _parsed(variable: str, text: str, kind: type) -> object:
    """Turn the text of a variable into its field's type."""
    if kind is bool:
        if text.lower() in {"1", "true", "yes", "on"}:
            return True
        if text.lower() in {"0", "false", "no", "off", ""}:
            return False
        raise ConfigurationFault(
            f"{variable} is «{text}», which is neither yes nor no.", remedy="Set it to yes or no."
        )
    if kind is int:
        if not text.isdigit():
            raise ConfigurationFault(
                f"{variable} is «{text}», which is not a whole number.",
                remedy="Set it to a whole number.",
            )
        return int(text)
    return text
