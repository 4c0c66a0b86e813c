"""Reads, one module for each concept; writes belong to the domain."""
