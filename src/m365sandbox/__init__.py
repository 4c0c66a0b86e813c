"""Microsoft 365 in a box: Entra ID, Microsoft Graph and mail, served on loopback."""
