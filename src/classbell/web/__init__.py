"""The web door: the Admin Center's pages. It translates between HTTP and use cases."""
