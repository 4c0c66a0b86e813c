"""Courses, their sessions and who takes part."""
