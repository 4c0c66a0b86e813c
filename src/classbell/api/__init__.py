"""The door for other programs: the REST API, which translates and decides nothing."""
