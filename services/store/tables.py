"""All tables that most of the store asks for, by name; each subject has its file `*_tables.py` beside this one.

Times are aware and in UTC. Choices are short strings with a check. Nothing here knows how rows are used: each noun has
a file of its own beside this one.
"""

from services.store.alert_tables import Alert, DeliveryAlert, Remainder, Window
from services.store.article_tables import Article
from services.store.delivery_tables import Attempt, Channel, Delivery, Lane, Suppression
from services.store.people_tables import BrowserSession, Invitation, Person, SignInLink, SignInTry, TeamMember, Token
from services.store.service_tables import Audit, Counter, Idempotency, Incident, Worker
from services.store.source_tables import Poll, Source
from services.store.story_tables import Story, StoryAlias, StoryKey, StoryMember
from services.store.subscription_tables import Rule, RuleChange, Subscription, SubscriptionChannel

__all__ = [
    "Alert", "Article", "Attempt", "Audit", "BrowserSession", "Channel", "Counter", "Delivery", "DeliveryAlert",
    "Idempotency", "Incident", "Invitation", "Lane", "Person", "Poll", "Remainder", "Rule", "RuleChange", "SignInLink",
    "SignInTry", "Source", "Story", "StoryAlias", "StoryKey", "StoryMember", "Subscription", "SubscriptionChannel",
    "Suppression", "TeamMember", "Token", "Window", "Worker",
]  # fmt: skip
