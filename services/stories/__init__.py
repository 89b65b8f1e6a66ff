"""Which articles tell one event. Pure."""
