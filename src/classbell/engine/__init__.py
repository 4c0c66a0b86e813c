"""The loop that takes lanes and serves them on threads, on either store."""
