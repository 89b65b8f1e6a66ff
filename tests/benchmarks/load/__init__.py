"""The whole service under load, with sinks on the same machine and a ledger of its own."""
