"""The further items of the national sheet for invented children: plausible, and mostly ordinary."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from enrollment.demo.tables import NULL, sealed
from xueji.students.models import StudentSheet

Row = dict[str, str]
POSTCODES = {"130283": "064400", "130284": "063700"}
SPECIALTIES = ("绘画", "书法", "跳绳", "唱歌", "乒乓球", "篮球", "剪纸", "朗诵")
WORK = ("务农", "迁安市九江线材", "首钢迁安", "个体经营", "镇卫生院", "建筑工地", "县城超市")
TRAVEL = (("1", 0.0, 1.6), ("5", 0.3, 6.0), ("4", 2.0, 12.0), ("2", 2.0, 14.0), ("3", 0.8, 3.0))
HEALTHY, DISABLED = "10", "50"
FLAGS = (
    "only_child preschool orphan martyr_family bought_place needs_aid boarding_subsidy school_bus"
)

# the columns that are filled; few children have the others
COLUMNS = [
    field.name
    for field in StudentSheet._meta.concrete_fields
    if field.name not in ("student", "former_name", "class_number", "email", "homepage")
]


def typed(random: Random, *, boarding: str, migrant: bool, region: str) -> Row:
    """The items as a clerk types them, codes for names; places are added by the caller."""
    disabled = random.random() < 0.006
    travel, nearest, farthest = random.choices(TRAVEL, (40, 36, 8, 8, 8))[0]
    poor = random.random() < 0.06
    return {
        "native_place": "河北迁安" if region == "130283" else "河北滦州",
        "compatriot": "00",
        "health": DISABLED if disabled else random.choices((HEALTHY, "20", "30"), (96, 3, 1))[0],
        "political": "13",
        "specialty": random.choice(SPECIALTIES) if random.random() < 0.25 else "",
        "blood_type": random.choice("1234") if random.random() < 0.4 else "0",
        "source": "1",
        "postcode": POSTCODES.get(region, POSTCODES["130283"]),
        "only_child": _flag(random, 0.35),
        "preschool": _flag(random, 0.96),
        "left_behind": "0" if migrant else random.choices("012", (86, 10, 4))[0],
        "orphan": _flag(random, 0.002),
        "martyr_family": _flag(random, 0.002),
        "inclusion": random.choice(("11", "12", "13")) if disabled else "00",
        "disability": random.choice("1245") if disabled else "0",
        "bought_place": "0",
        "needs_aid": "1" if poor else "0",
        "boarding_subsidy": "1" if poor and boarding == "2" else "0",
        "distance": f"{random.uniform(nearest, farthest):.1f}",
        "travel": travel,
        "school_bus": "1" if travel == "2" else "0",
    }


def columns(random: Random, row: Row, born: date, place: Sequence[str], address: str) -> Row:
    """The same as the columns hold them, with birth place, addresses and a document's validity."""
    medical = ("health", "blood_type", "inclusion", "disability")
    issued = born + timedelta(days=random.randrange(60, 1500))
    has_card = random.random() < 0.5
    return {
        **row,
        **{name: "t" if row[name] == "1" else "f" for name in FLAGS.split()},
        **{name: sealed(f"sheet.{name}", row[name]) for name in medical},
        "birth_place_code": place[0],
        "birth_place_text": place[1],
        "mail_address": address,
        "family_address": address,
        "id_valid_from": issued.isoformat() if has_card else NULL,
        "id_valid_until": _five_years_on(issued).isoformat() if has_card else NULL,
    }


def member(random: Random, nation: str, address: Sequence[str]) -> Row:
    """The further columns of a parent."""
    return {
        "nation": nation,
        "workplace": random.choice(WORK),
        "address_code": address[0],
        "address_text": address[1],
    }


def _flag(random: Random, chance: float) -> str:
    return "1" if random.random() < chance else "0"


def _five_years_on(day: date) -> date:
    last = day.replace(day=28) if (day.month, day.day) == (2, 29) else day
    return last.replace(year=day.year + 5)
