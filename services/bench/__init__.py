"""How fast the rule engine is beside others that match articles against standing queries."""
