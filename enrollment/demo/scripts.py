"""What happens to the cases of the autumn: who acts how many working days before today.

Who: 0 is the clerk, 1 to 3 are the posts of the route in their order, whatever it is at the
school; COUNTY is the county's officer beside the route.
"""

from dataclasses import dataclass
from enum import StrEnum

COUNTY = -1


class Act(StrEnum):
    DRAFT = "draft"
    SUBMIT = "submit"
    AGREE = "agree"
    RETURN = "return"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    REVERSE = "reverse"
    ASSIGN = "assign"


@dataclass(frozen=True)
class Script:
    """The acts of one case in order, and what is particular about the child."""

    acts: tuple[tuple[int, int, Act], ...]
    note: str = ""
    snag: str = ""
    in_class: bool = False
    deferred_for: int = 0  # days from today: an application to come later instead of an entry


def _agreed(submitted: int, *signed: int) -> tuple[tuple[int, int, Act], ...]:
    signatures = ((days, who, Act.AGREE) for who, days in enumerate(signed, start=1))
    return ((submitted, 0, Act.SUBMIT), *signatures)


DONE_AND_NUMBERED = Script(_agreed(34, 33, 31, 29), in_class=True)
AWAITING_NUMBER = Script(_agreed(15, 14, 12, 10), in_class=True)
WITHOUT_CLASS = Script(_agreed(14, 13, 11, 9))
ASSIGNED_LATER = Script((*_agreed(16, 15, 14, 12), (8, 0, Act.ASSIGN)))
WITHOUT_DOCUMENT = Script(_agreed(13, 12, 10, 7), snag="no_document")
MIGRANT = Script(_agreed(17, 16, 13, 11), snag="migrant", in_class=True)
AT_PRINCIPAL = Script(_agreed(1))
AT_PRINCIPAL_LATE = Script(_agreed(13))
AT_SECOND = Script(_agreed(4, 3))
AT_SECOND_LATE = Script(_agreed(16, 15))
AT_THIRD = Script(_agreed(6, 5, 3))
AT_THIRD_LATE = Script(_agreed(19, 18, 16))
LIVES_ELSEWHERE = Script(_agreed(7, 6, 4), snag="elsewhere")
UNDERAGE = Script(_agreed(5, 4, 2), snag="underage")
LIKE_ANOTHER = Script(_agreed(8, 7, 5), snag="near")
RETURNED_BY_PRINCIPAL = Script(
    (*_agreed(3), (2, 1, Act.RETURN)), note="户口簿首页与户主页对不上，请核对后重报。"
)
RETURNED_BY_SECOND = Script(
    (*_agreed(7, 6), (5, 2, Act.RETURN)), note="现住址写到门牌，房产证明看过原件再报。"
)
SENT_AGAIN = Script(
    (*_agreed(9, 8), (7, 2, Act.RETURN), (5, 0, Act.SUBMIT), (4, 1, Act.AGREE)),
    note="监护人电话少一位，请补正。",
)
REFUSED = Script((*_agreed(12, 11, 10), (8, 3, Act.REFUSE)), note="已在外省建籍，请家长办理转学。")
WITHDRAWN = Script(((10, 0, Act.SUBMIT), (9, 0, Act.WITHDRAW)), note="家长已到另一所学校报名。")
LAPSED = Script(((20, 0, Act.SUBMIT), (18, 1, Act.RETURN)), note="没有房产证明，补齐再报。")
REVERSED = Script((*_agreed(30, 29, 28, 27), (20, 2, Act.REVERSE)), note="未报到，随父母去外地。")
CLOSED = Script((*_agreed(25, 24), (6, COUNTY, Act.CLOSE)), note="学校确认该生不来就读，结束办理。")
DRAFT = Script(((2, 0, Act.DRAFT),))
UNFINISHED = Script(((1, 0, Act.DRAFT),), snag="unfinished")

SHORT = (
    AWAITING_NUMBER,
    AWAITING_NUMBER,
    WITHOUT_CLASS,
    AT_PRINCIPAL,
    AT_SECOND,
    AT_SECOND_LATE,
    AT_THIRD,
    RETURNED_BY_PRINCIPAL,
    WITHDRAWN,
    DRAFT,
)
FULL = (
    DONE_AND_NUMBERED,
    DONE_AND_NUMBERED,
    *SHORT,
    ASSIGNED_LATER,
    WITHOUT_DOCUMENT,
    AT_PRINCIPAL,
    AT_PRINCIPAL_LATE,
    AT_SECOND,
    AT_THIRD_LATE,
    LIVES_ELSEWHERE,
    UNDERAGE,
    LIKE_ANOTHER,
    RETURNED_BY_SECOND,
    SENT_AGAIN,
    REFUSED,
    LAPSED,
    REVERSED,
    CLOSED,
    UNFINISHED,
)
DEFERRED = Script(_agreed(40, 39, 37, 36), deferred_for=270)
DEFERRED_TO_SOON = Script(_agreed(42, 41, 40, 38), deferred_for=18)
DEFERRAL_AT_SECOND = Script(_agreed(6, 4), deferred_for=150)
THIRD_GRADE_AT_CHECK = Script(_agreed(9, 8, 6), snag="third_grade")
# told after everything else, so that nobody else's story changes
LATECOMERS = (DEFERRED, DEFERRED_TO_SOON, DEFERRAL_AT_SECOND, THIRD_GRADE_AT_CHECK)
EVERYWHERE = (AT_SECOND, AT_THIRD, WITHOUT_CLASS)
