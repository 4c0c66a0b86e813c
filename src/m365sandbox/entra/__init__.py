"""Microsoft Entra ID v2.0: signing in, consent and tokens."""
