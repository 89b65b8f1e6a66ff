"""People, tokens, sessions and sign-in links."""
