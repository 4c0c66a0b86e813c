"""Who and what exists in the sandbox: organisations, people, rooms, applications, grants."""
