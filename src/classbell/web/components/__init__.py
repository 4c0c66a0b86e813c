"""What pages are made of: the one macro set, and the environment that templates run in."""
