"""Tables and queries: the one Django application with models."""
