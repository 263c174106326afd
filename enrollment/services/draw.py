"""Assigning a whole intake evenly (均衡分班): planned as often as asked, written once, repeated."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from django.db import transaction

from enrollment import queries
from enrollment.models import Draw, DrawClass, DrawPlace
from enrollment.services import assign, room
from enrollment.services.balance import Child, Room, Wish, balance
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.accounts.models import Post
from xueji.audit.models import Access
from xueji.cases.kinds import Refused
from xueji.ledger import services as ledger
from xueji.organisations.models import StageName
from xueji.organisations.queries import Lineage
from xueji.students import services as students
from xueji.students.models import Student

PAGE = "class_draw"  # of the access log: each preview is recorded with seed and result
SEASON = timedelta(days=180)

Values = Callable[[DrawPlace], str]
# key → label and value, the weightiest first; sex is always looked at
KEYS: Mapping[str, tuple[str, Values]] = {
    "migrant": ("随迁子女", lambda place: "1" if place.migrant else "0"),
    "hukou": ("户口所在村、社区", lambda place: place.hukou),
    "birth": ("出生月份", lambda place: place.birth),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the school asks for; ``classes`` are ids."""

    entry_year: int
    classes: tuple[int, ...]
    keys: tuple[str, ...]
    seed: str
    wishes: tuple[Wish, ...] = ()

    @property
    def wish_text(self) -> str:
        """``12+13 20-21``: 12 and 13 together, 20 and 21 apart."""
        return " ".join(f"{w.first}{'+' if w.together else '-'}{w.second}" for w in self.wishes)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What confirming now would do. ``token`` stays the same as long as that is so."""

    asked: Asked
    students: Sequence[Student]
    places: Sequence[DrawPlace]
    classes: Sequence[DrawClass]
    list_digest: str
    token: str = field(repr=False)


def waiting(school: Lineage, entry_year: int) -> Sequence[Student]:
    """The list: who waits for a class, by pinyin. Its order numbers the pupils from 1."""
    rows = queries.without_class(school.school.pk).filter(entry_year=entry_year)
    return list(rows.order_by("name_full", "pk"))


def likely_twins(pupils: Sequence[Student]) -> list[tuple[int, int]]:
    """Pairs of the list, by their order, born on one day and living at one address."""
    homes: dict[tuple[date, str], list[int]] = {}
    for order, student in enumerate(pupils, start=1):
        homes.setdefault((student.birth_date, student.address_text), []).append(order)
    return [pair for orders in homes.values() for pair in pairwise(orders)]


def plan(*, school: Lineage, asked: Asked, acting: Acting) -> Plan:
    """Compute the classes of everybody who waits; writes nothing. Raises Refused."""
    pupils = waiting(school, asked.entry_year)
    if not pupils:
        raise Refused("没有等待分班的学生，名单可能刚由他人编班。请刷新后再看。")
    classes = _classes(school, asked, acting)
    places = [
        DrawPlace(
            order=order,
            student=student,
            sex=student.sex,
            birth=f"{student.birth_date:%Y-%m}",
            hukou=student.hukou_code,
            migrant=student.migrant,
        )
        for order, student in enumerate(pupils, start=1)
    ]
    result = _balance(places, classes, asked.keys, asked.seed, asked.wishes)
    by_number = {row.number: row.school_class for row in classes}
    for place in places:
        place.school_class = by_number[result[place.order]]
    digest = list_digest(places)
    token = _digest(
        [
            digest,
            *(f"{row.number} {row.boys} {row.girls} {row.seats}" for row in classes),
            *(f"{place.student_id}={place.school_class_id}" for place in places),
            f"{asked.entry_year} {asked.seed} {asked.keys} {asked.wish_text}",
        ]
    )
    return Plan(
        asked=asked,
        students=pupils,
        places=places,
        classes=classes,
        list_digest=digest,
        token=token,
    )


def list_digest(places: Iterable[DrawPlace]) -> str:
    """SHA-256 of the list: a line ``order id sex month hukou migrant`` for each pupil."""
    return _digest(
        f"{p.order} {p.student_id} {p.sex} {p.birth} {p.hukou or '-'} {int(p.migrant)}"
        for p in places
    )


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _classes(school: Lineage, asked: Asked, acting: Acting) -> list[DrawClass]:
    rules = room.rules_of(school, acting)
    rows = [
        row
        for row, _ in queries.classes(school.school.pk, asked.entry_year)
        if row.pk in asked.classes
    ]
    if len(rows) < 2 or len(rows) != len(set(asked.classes)):
        raise Refused("均衡分班至少要选本级的两个班。请勾选参加分班的班级。")
    ids = [row.pk for row in rows]
    heads = queries.heads(ids)
    granted = {
        pk: consent.heads
        for pk, consent in queries.granted(ids).items()
        if consent.granted_by.user_id != acting.user.pk  # nobody uses his own
    }
    return [
        DrawClass(
            school_class=row,
            number=row.number,
            boys=heads[row.pk].boys,
            girls=heads[row.pk].girls,
            seats=max(
                room.allowed(row, granted=granted.get(row.pk, 0), rules=rules) - heads[row.pk].all,
                0,
            ),
        )
        for row in rows
    ]


def _balance(
    places: Sequence[DrawPlace],
    classes: Sequence[DrawClass],
    keys: Sequence[str],
    seed: str,
    wishes: Sequence[Wish],
) -> dict[int, int]:
    read = [value for key, (_, value) in KEYS.items() if key in keys]
    return balance(
        children=[
            Child(order=place.order, sex=place.sex, keys=tuple(value(place) for value in read))
            for place in places
        ],
        rooms=[
            Room(number=row.number, boys=row.boys, girls=row.girls, seats=row.seats)
            for row in classes
        ],
        seed=seed,
        wishes=wishes,
    )


@transaction.atomic
def confirm(*, school: Lineage, asked: Asked, is_typed: bool, token: str, acting: Acting) -> Draw:
    """Put everybody into the class of the preview; Refused when it would come out otherwise now."""
    access.require(acting, "enrollment.assign", school.school.pk)
    students.lock([student.pk for student in waiting(school, asked.entry_year)])
    room.lock(asked.classes)
    now = plan(school=school, asked=asked, acting=acting)
    if now.token != token:
        raise Refused("预览以后名单、班级或人数有变，没有分班。下面是新的预览，请重新核对。")
    draw = Draw.objects.create(
        school=school.school,
        stage=StageName.PRIMARY,
        entry_year=asked.entry_year,
        seed=asked.seed,
        is_typed=is_typed,
        keys=" ".join(asked.keys),
        wishes=asked.wish_text,
        list_digest=now.list_digest,
        previewed=_previewed(school, asked.entry_year, acting),
        drawn_at=acting.at,
        drawn_by=acting.post,
    )
    for row in now.classes:
        row.draw = draw
    for place in now.places:
        place.draw = draw
    DrawClass.objects.bulk_create(now.classes)
    DrawPlace.objects.bulk_create(now.places, batch_size=500)
    _write(now, school, acting)
    return draw


def _write(now: Plan, school: Lineage, acting: Acting) -> None:
    for row in now.classes:
        students.put_in_class(
            [place.student for place in now.places if place.school_class_id == row.school_class_id],
            school_class=row.school_class,
            acting=acting,
            reason="均衡分班",
        )
    facts = [
        assign.placed(
            place.student,
            place.school_class,
            school,
            acting,
            text=f"均衡分班编入{place.school_class}，种子 {now.asked.seed}",
        )
        for place in now.places
    ]
    ledger.write(facts, acting=acting)


def preview_note(plan: Plan) -> str:
    """How the access log names a preview, so that it is known how many results were looked at."""
    asked = plan.asked
    return f"均衡分班预览 {asked.entry_year} 级 种子 {asked.seed} 结果 {plan.token[:16]}"


def _previewed(school: Lineage, entry_year: int, acting: Acting) -> int:
    """How many results the school has looked at since it last drew for this intake."""
    last = queries.draws(school.school.pk, entry_year).first()
    since = max(last.drawn_at, acting.at - SEASON) if last else acting.at - SEASON
    seen = Access.objects.filter(
        user_id__in=Post.objects.filter(organisation=school.school.pk).values("user"),
        at__gt=since,
        at__lte=acting.at,
        page=PAGE,
        filter__startswith=f"均衡分班预览 {entry_year} 级 ",
    )
    return seen.values("filter").distinct().count()


def repeats(draw: Draw) -> bool:
    """Whether computing the draw again from what it kept gives the same classes."""
    places = list(draw.places.select_related("school_class").order_by("order"))
    classes = list(draw.classes.order_by("number"))
    again = _balance(places, classes, draw.keys.split(), draw.seed, wishes_of(draw.wishes))
    number_of = {row.school_class_id: row.number for row in classes}
    return list_digest(places) == draw.list_digest and again == {
        place.order: number_of[place.school_class_id] for place in places
    }


def wishes_of(text: str) -> tuple[Wish, ...]:
    """The inverse of ``Asked.wish_text``."""
    found = []
    for part in text.split():
        first, sign, second = part.partition("+" if "+" in part else "-")
        found.append(Wish(first=int(first), second=int(second), together=sign == "+"))
    return tuple(found)
