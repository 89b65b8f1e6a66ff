"""Why somebody did not get an article: its way, stage by stage, for each of their subscriptions."""
