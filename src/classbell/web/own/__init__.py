"""Pages on which people see to what is their own: sessions they take and sessions they teach."""
