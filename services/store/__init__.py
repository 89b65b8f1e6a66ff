"""The rows that are the truth, on SQLite or PostgreSQL: one file a noun."""
