"""What a match becomes, and what a message says. Pure."""
