"""Jurisdictions: divisions, and the places that an article names. Pure."""
