"""Integrations: other programs that use Classbell through its REST API."""
