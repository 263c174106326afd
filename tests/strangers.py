"""Up to 212,000 children of one age of whom no two may be the same child.

None shares a birth date, even with day and month swapped, with another whose name sounds alike.
"""

from datetime import date, timedelta

from tests.pupils import id_number

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "梓浩一若宇欣俊诗思佳文明晓海天志国成博林"
YEAR = [date(2019, 9, 1) + timedelta(days=day) for day in range(365)]
BIRTHS = [day for day in YEAR if day.day > 12]


def strangers(count: int, *, after: int = 0) -> list[tuple[str, str]]:
    """Name and ID number of so many, those ``after`` so many others."""
    found = []
    for n in range(after, after + count):
        turn, day = divmod(n, len(BIRTHS))
        family = SURNAMES[(day + turn // 400) % 20]
        name = family + GIVEN[turn % 20] + GIVEN[turn // 20 % 20]
        found.append((name, id_number(born=BIRTHS[day], order=turn + 1)))
    return found
