"""The percolator: which of all standing queries hold for one document. Pure."""
