"""Django's PostgreSQL backend, with what a transaction owes before it commits."""
