"""Identity and telephone numbers of invented people: valid by form, never twice.

Telephones begin with 154, which has been given to no subscriber.
"""

from collections import Counter
from datetime import date, timedelta
from random import Random

from xueji.identity import gb11643

ORDERS = 499  # orders of one sex, region and birth date: 001 to 998
PHONE_PREFIX = "154"
# where grandparents, mothers and migrants were first registered
ELSEWHERE = (
    ("130284", "河北省 唐山市 滦州市"),
    ("130281", "河北省 唐山市 遵化市"),
    ("130227", "河北省 唐山市 迁西县"),
    ("130321", "河北省 秦皇岛市 青龙满族自治县"),
    ("211421", "辽宁省 葫芦岛市 绥中县"),
    ("150429", "内蒙古自治区 赤峰市 宁城县"),
    ("230281", "黑龙江省 齐齐哈尔市 讷河市"),
    ("411481", "河南省 商丘市 永城市"),
    ("513423", "四川省 凉山彝族自治州 盐源县"),
)


class Documents:
    """Gives out numbers; the same calls in the same order give the same numbers."""

    def __init__(self) -> None:
        self._orders: Counter[tuple[str, date, str]] = Counter()

    def id_number(self, region: str, born: date, sex: str) -> tuple[str, date]:
        """A number with the birth date it says: the next day where a day is used up."""
        while (used := self._orders[region, born, sex]) == ORDERS:
            born += timedelta(days=1)
        self._orders[region, born, sex] += 1
        order = (born.toordinal() * 131 + used * 37) % ORDERS * 2 + (1 if sex == "1" else 2)
        body = f"{region}{born:%Y%m%d}{order:03d}"
        return body + gb11643.check_character(body), born


def phone(random: Random) -> str:
    return f"{PHONE_PREFIX}{random.randrange(10**8):08d}"
