"""Typed settings from the environment; importing this never fails, ``load`` may."""

from classbell.config.reading import PREFIX, REQUIRED, load, missing
from classbell.config.settings import Settings

__all__ = ["PREFIX", "REQUIRED", "Settings", "load", "missing"]
