"""Classbell: the Microsoft 365 side of a learning platform."""
