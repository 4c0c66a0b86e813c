"""The control interface: what tests and the portal do to the sandbox, under /_sandbox."""
