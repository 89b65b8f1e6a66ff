"""What a query would have caught: analysed articles kept in bundles, and asked all at once. Pure."""
