"""When a roster needs a second person, and who that is. Pure: values in, an answer out."""

from xueji.accounts.models import Role
from xueji.rules.engine import Rules

ROWS = "export.whole_rows"
PERSON = "export.second_person"


def needs_second_person(rules: Rules, *, rows: int, taken_today: int) -> bool:
    """Whether so many whole numbers are more than one person may take out on a day alone."""
    return rows + taken_today > rules.value(ROWS)


def second_person(rules: Rules, role: str) -> Role:
    """Who agrees to a roster that ``role`` asks for."""
    return Role(rules.value(PERSON)[role])
