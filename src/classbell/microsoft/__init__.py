"""Everything that knows Microsoft's words: Entra ID and Microsoft Graph."""
