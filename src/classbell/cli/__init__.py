"""The command line: one module for each command, translating and deciding nothing."""
