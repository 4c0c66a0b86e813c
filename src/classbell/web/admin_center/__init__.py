"""The pages of the Admin Center, one module each."""
