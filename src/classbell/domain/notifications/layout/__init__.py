"""How mail looks: one layout around every message, in a catalog's colours and with its logo."""
