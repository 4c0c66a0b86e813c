"""What people are told: kinds, audience, expansion into messages, and rendering."""
