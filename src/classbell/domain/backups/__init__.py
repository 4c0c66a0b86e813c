"""Backups: taking them, and putting them back so that nobody gets anything twice."""
