"""The query language: text to tree, tree to canonical text, truth with evidence. Pure."""
