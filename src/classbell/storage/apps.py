"""Registers the storage room with Django."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    """The application that owns every table of Classbell."""

    name = "classbell.storage"
    label = "storage"
    default_auto_field = "django.db.models.BigAutoField"
