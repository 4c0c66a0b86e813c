"""Django's SQLite backend, in whose files the threads of a process write in turn."""
