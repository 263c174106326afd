"""What the rule sets say of transfers: conditions, and by whose signatures a pupil goes."""

from transfers.rules import borrowing, conditions, papers
from transfers.rules.conditions import TransferFacts
from transfers.rules.routes import (
    Sides,
    direction,
    inside_at_receiving,
    placement,
    places,
    starts_at_receiving,
)

__all__ = [
    "Sides",
    "TransferFacts",
    "borrowing",
    "conditions",
    "direction",
    "inside_at_receiving",
    "papers",
    "placement",
    "places",
    "starts_at_receiving",
]
