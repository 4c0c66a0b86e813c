"""The one HTTP door: everything that leaves the building by HTTP goes through here."""
