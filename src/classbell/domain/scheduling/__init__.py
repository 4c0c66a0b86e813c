"""What Microsoft 365 should hold for a session, and making it so: entry, room, Teams, people."""
