"""What the product means: plain functions, one for each sentence an admin would say."""
