"""What a catalog makes of its notifications: texts, recipients, reminder days, switches."""
