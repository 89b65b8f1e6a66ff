"""Scripts that make what the product ships. They need packages that the product does not."""
