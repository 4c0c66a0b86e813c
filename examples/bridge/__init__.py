"""What bridges of all platforms share: facts that are kept, settled in Classbell, and received."""
