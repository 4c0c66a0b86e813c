"""The door to background work: starts the engine and stops it on a signal."""
