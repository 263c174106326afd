"""When the register was proved last and what was found, for the desk and for its own page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import localdate

from xueji.accounts.access import Acting
from xueji.cases.todos import Todo
from xueji.ledger import examinations
from xueji.ledger.models import Examination
from xueji.organisations.models import Organisation, within
from xueji.pages.check_words import FAULTS, PROVED

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One proof with its last outcome, if it was ever made.

    The proofs are of the whole register: how much it holds, and which faults, is for a post that
    reaches all of it (``is_whole``); every other is told whether there are any.
    """

    title: str
    counted: str
    asks: str
    last: Examination | None
    overdue: bool
    is_whole: bool

    @property
    def verdict(self) -> tuple[str, str]:
        """The word and its colour: what was found outweighs that it is old."""
        if self.last is None:
            return "还没核对", "tag-warn"
        if self.last.faults:
            return (f"{self.last.found} 处问题" if self.is_whole else "有问题"), "tag-bad"
        if self.overdue:
            return "逾期", "tag-bad"
        return ("没有问题", "tag-ok") if self.last.looked_at else ("没有数据", "")

    @property
    def faults(self) -> list[tuple[str, int]]:
        """Each kind of fault in words, the most frequent first."""
        found = self.last.faults if self.last and self.is_whole else {}
        by_count = sorted(found.items(), key=lambda one: (-one[1], one[0]))
        return [(FAULTS.get(name, name), count) for name, count in by_count]


def reaches_all(acting: Acting) -> bool:
    """Whether no office of the register lies outside the post's own."""
    return not Organisation.objects.exclude(within(acting.post.organisation.path, "path")).exists()


def lines(acting: Acting) -> list[Line]:
    """Every proof, in two queries."""
    last, is_whole = examinations.latest(), reaches_all(acting)
    return [
        Line(
            title=title,
            counted=counted,
            asks=asks,
            last=last.get(name),
            overdue=examinations.is_overdue(last.get(name), at=acting.at),
            is_whole=is_whole,
        )
        for name, (title, counted, asks) in PROVED.items()
    ]


def todos(found: list[Line], acting: Acting) -> Iterator[Todo]:
    """What was found, and what was not proved in time."""
    for line in found:
        if line.last and line.last.faults:
            yield Todo(
                label=f"数据核对发现问题：{line.title}",
                count=line.last.found if line.is_whole else 1,
                help="请当天转告运行维护人员查明；改好以前，有关的号和名册先不要往外出",
                url="checks",
                unit="处" if line.is_whole else "项",
                since=line.last.ended_at,
                due=acting.today,
            )
        if line.overdue:
            yield Todo(
                label=f"数据核对没有按时做：{line.title}",
                count=1,
                help="应当每天自动核对一次；请转告运行维护人员查看后台任务",
                url="checks",
                unit="项",
                since=line.last.ended_at if line.last else None,
                due=localdate(line.last.ended_at) + DAY if line.last else acting.today,
            )
