"""Azure Communication Services: activated by the operator, used by catalogs, reporting back."""
