"""Articles as values: read from feeds, pages and plain text, cut into zones. Pure."""
