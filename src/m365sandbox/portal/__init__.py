"""The portal: pages on which people see what happened in the sandbox."""
