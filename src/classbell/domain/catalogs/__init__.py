"""Course catalogs and their settings."""
