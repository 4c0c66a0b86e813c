"""Examples that run: learning platforms whose Microsoft 365 side is Classbell."""
