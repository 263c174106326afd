"""The 18 characters of GB 11643: six of region, eight of birth date, three of order, one check.

Residence permits of Hong Kong, Macao and Taiwan and the permanent residence card of 2023
share the check digit and the place of the birth date.
"""

import datetime as dt
import re
from dataclasses import dataclass
from operator import mul

from xueji.identity.problems import Problem

LENGTH = 18
EARLIEST = dt.date(1900, 1, 1)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
_ZEROS = ord("0") * sum(WEIGHTS)
_FORM = re.compile(r"[0-9]{17}[0-9X]")


@dataclass(frozen=True, slots=True)
class IdFacts:
    """What an identity number says of its holder; ``sex`` is "1" (男) or "2" (女)."""

    sex: str
    birth_date: dt.date
    region: str


def has_form(number: str) -> bool:
    """18 characters, all digits, the last perhaps X; says nothing of the check digit."""
    return _FORM.fullmatch(number) is not None


def check_character(body: str) -> str:
    """The 18th character that belongs to these 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(map(mul, WEIGHTS, body.encode()))
    return CHECK_CHARACTERS[(total - _ZEROS) % 11]


def facts(number: str) -> IdFacts | None:
    """Read a number; None unless its form, check digit and birth date are all right."""
    if not has_form(number) or check_character(number[:17]) != number[17]:
        return None
    born = _birth_date(number)
    return IdFacts(sex_of(number), born, number[:6]) if born else None


def sex_of(number: str) -> str:
    """The 17th digit: odd 男 "1", even 女 "2"."""
    return "1" if int(number[16]) % 2 else "2"


def _birth_date(number: str) -> dt.date | None:
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def judge(
    number: str, *, today: dt.date, sex: str | None, birth_date: dt.date | None
) -> list[Problem]:
    """Check digit, birth date and sex of a number that has the form."""
    found = []
    if check_character(number[:17]) != number[17]:
        found.append(_wrong_check_digit(number))
    found += _judge_birth_date(_birth_date(number), today=today, given=birth_date)
    if sex in ("1", "2") and sex != sex_of(number) and not (found and _rounded(number)):
        found.append(
            Problem(
                "id.sex",
                "证件号第 17 位表示的性别与所填性别不一致（单数为男，双数为女）。",
                "请对照证件核对「性别」和证件号，改正填错的一项。",
                field="sex",
            )
        )
    return found


def _rounded(number: str) -> bool:
    """Excel keeps 15 digits of a number and fills up with zeros."""
    return number.endswith("000")


def _wrong_check_digit(number: str) -> Problem:
    if _rounded(number):
        return Problem(
            "id.check_digit",
            "证件号的校验码（第 18 位）不对，末三位又都是 0，很可能是 Excel 把号码当作数值，"
            "丢掉了末三位。",
            "请先把单元格设为「文本」格式，再照证件重新输入完整的 18 位号码。",
            field="id_number",
        )
    return Problem(
        "id.check_digit",
        "证件号的校验码（第 18 位）与前 17 位对不上，其中至少有一位填错了。",
        "请对照身份证或户口簿逐位核对后改正。",
        field="id_number",
    )


def _judge_birth_date(
    born: dt.date | None, *, today: dt.date, given: dt.date | None
) -> list[Problem]:
    if born is None:
        return [
            _wrong_birth_date(
                "id.birth_date",
                "证件号第 7 至 14 位应是出生日期（年 4 位、月 2 位、日 2 位），"
                "现在不是真实存在的日期。",
            )
        ]
    if born > today:
        return [_wrong_birth_date("id.birth_future", "证件号中的出生日期晚于今天。")]
    if born < EARLIEST:
        return [_wrong_birth_date("id.birth_too_old", "证件号中的出生日期早于 1900 年。")]
    if given is None or born == given:
        return []
    pairs = {"年": (born.year, given.year), "月": (born.month, given.month)}
    pairs["日"] = (born.day, given.day)
    parts = "、".join(part for part, (left, right) in pairs.items() if left != right)
    return [
        Problem(
            "id.birth_mismatch",
            f"证件号中的出生日期与所填的出生日期不一致（{parts}不同）。",
            "请对照证件核对「出生日期」和证件号第 7 至 14 位，改正填错的一项。",
            field="birth_date",
        )
    ]


def _wrong_birth_date(code: str, message: str) -> Problem:
    return Problem(code, message, "请对照证件逐位核对第 7 至 14 位。", field="id_number")
