"""What the operator needs to run an installation: figures, checks and signs of life."""
