"""Transfers of the invented county: who does what how long ago, one story for each state."""

from dataclasses import dataclass

from xueji.cases.models import Decision

YES, BACK, NO = Decision.AGREED, Decision.RETURNED, Decision.REFUSED
KEEP, ASK, TAKE = "draft", "ask", "take"
WITHDRAW, UNDO, RECEIPT, SEND, RECEIVE = "withdraw", "undo", "receipt", "send", "receive"
AWAY, BACK_HERE = "away", "back_here"


@dataclass(frozen=True, kw_only=True)
class Script:
    """Whose pupil goes to whose school ("": outside), and who does what how long ago.

    ``acts``: who, how many weekdays before today, what. Who gets a receipt had gone outside; the
    school at ``to`` may ask for the pupil back afterwards. ``offline``: the number of the paper on
    which it was done the weekday before, while the system was down. ``grades``: of whom.
    """

    of: str
    to: str
    acts: tuple[tuple[str, int, str], ...]
    note: str = ""
    offline: str = ""
    grades: tuple[int, int] = (2, 4)


def asked(who: str, days: int, *signed: tuple[str, int]) -> tuple[tuple[str, int, str], ...]:
    return ((who, days, ASK), *((person, at, YES) for person, at in signed))


GONE = asked("clerk", 34, ("principal", 33), ("centre", 32), ("county", 31))
PLACED = (("principal", 17), ("centre", 16), ("centre2", 15), ("clerk2", 14), ("principal2", 13))
LEFT = (("urban-principal", 8), ("county", 6))
ACROSS = (
    ("urban-principal", 23),
    ("county", 22),
    ("county9", 20),
    ("county9-head", 18),
    ("clerk9", 17),
    ("principal9", 16),
)
FIFTH = (5, 5)
# abroad already when it was transferred; at the new school to this day
ABROAD = (
    ("clerk2", 40, AWAY),
    *asked("clerk2", 36, ("principal2", 35), ("centre2", 34), ("centre", 33)),
    ("clerk", 32, YES),
    ("principal", 31, YES),
)
SCRIPTS = (
    Script(of="clerk", to="clerk2", acts=(("clerk", 1, KEEP),)),
    Script(of="clerk", to="clerk2", acts=asked("clerk", 1)),
    Script(of="clerk", to="clerk2", acts=asked("clerk", 4, ("principal", 3))),
    Script(
        of="clerk",
        to="clerk2",
        acts=asked("clerk", 6, ("principal", 5), ("centre", 3), ("centre2", 1)),
    ),
    Script(  # overdue at the receiving school
        of="clerk",
        to="clerk2",
        acts=asked("clerk", 15, ("principal", 14), ("centre", 12), ("centre2", 9)),
    ),
    Script(of="clerk", to="clerk2", acts=asked("clerk", 18, *PLACED)),
    Script(
        of="clerk",
        to="clerk2",
        acts=(*asked("clerk", 19, *PLACED), ("clerk", 12, SEND), ("clerk2", 10, RECEIVE)),
    ),
    Script(
        of="clerk",
        to="clerk2",
        acts=(*asked("clerk", 20, *PLACED), ("centre2", 8, UNDO)),
        note="办错学校，家长要转的是另一所。",
    ),
    Script(of="clerk", to="urban", acts=asked("clerk", 5, ("principal", 4), ("centre", 2))),
    Script(
        of="clerk",
        to="",
        acts=asked("clerk", 14, ("principal", 13), ("centre", 12), ("county", 11)),
    ),
    Script(of="clerk", to="", acts=(*GONE, ("clerk", 20, RECEIPT)), note="四年级，刘老师"),
    Script(  # left, and comes back to another school into the same register
        of="clerk",
        to="clerk2",
        acts=(*GONE, ("clerk", 25, RECEIPT), ("clerk2", 3, TAKE), ("principal2", 2, YES)),
        note="五年级，陈老师",
    ),
    Script(
        of="clerk",
        to="clerk2",
        acts=(*asked("clerk", 7, ("principal", 6)), ("centre", 4, BACK)),
        note="房产证明是复印件，请看过原件再报。",
    ),
    Script(
        of="clerk2",
        to="clerk",
        acts=(*asked("clerk2", 9, ("principal2", 8)), ("centre2", 6, NO)),
        note="户口没有迁到建昌营镇，不符合转学条件。",
    ),
    Script(
        of="clerk2",
        to="clerk",
        acts=(*asked("clerk2", 5), ("clerk2", 4, WITHDRAW)),
        note="家长不转了。",
    ),
    Script(
        of="clerk2",
        to="clerk",
        acts=asked("clerk2", 6, ("principal2", 5), ("centre2", 4), ("centre", 2)),
    ),
    Script(of="urban", to="clerk", acts=asked("urban", 3, ("urban-principal", 2))),
    Script(
        of="clerk",
        to="clerk9",
        acts=asked("clerk", 8, ("principal", 7), ("centre", 6), ("county", 4)),
    ),
    Script(
        of="clerk9",
        to="clerk",
        acts=(
            ("clerk", 6, TAKE),
            ("principal", 5, YES),
            ("clerk9", 3, YES),
            ("principal9", 2, YES),
        ),
    ),
    Script(of="clerk9", to="clerk2", acts=(("clerk2", 4, TAKE), ("principal2", 3, YES))),
    Script(of="urban", to="clerk9", acts=asked("urban", 9, *LEFT, ("county9", 3))),
    Script(
        of="urban", to="clerk9", acts=asked("urban", 10, *LEFT, ("county9", 4), ("county9-head", 1))
    ),
    Script(of="urban", to="clerk9", acts=asked("urban", 24, *ACROSS)),
    Script(
        of="clerk2",
        to="clerk",
        acts=asked("clerk2", 3, ("principal2", 2)),
        offline="春转〔2026〕6 号",
        grades=FIFTH,
    ),
    Script(
        of="clerk2",
        to="clerk",
        acts=(*ABROAD, ("clerk", 5, BACK_HERE), ("principal", 4, YES)),
        note="随父母回国，在本校上课",
        grades=FIFTH,
    ),
    Script(
        of="clerk2",
        to="clerk",
        acts=(*ABROAD, ("clerk", 20, BACK_HERE), ("principal", 19, YES), ("centre", 18, YES)),
        note="随父母回国，在本校上课",
        grades=FIFTH,
    ),
)
