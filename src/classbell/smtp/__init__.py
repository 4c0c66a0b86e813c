"""The operator's own mail server, by SMTP."""
