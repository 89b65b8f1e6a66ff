"""What a person or a program may do: add people, channels and subscriptions, push articles, watch sources.

The API, the pages and the command line call these and nothing deeper, so that each act is checked, written and
audited in one way. Each takes the unit of work it belongs to; none commits.
"""
