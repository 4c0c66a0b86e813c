"""What the product needs from outside, in its own words: protocols, value objects, errors."""
