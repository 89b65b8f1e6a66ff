"""Looking back: what a query would have caught in the stored articles, and what a change of it changes."""
