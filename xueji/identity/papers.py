"""Documents other than the resident identity card: how each is written, and what it is not."""

import datetime as dt
import re
from dataclasses import dataclass

from xueji.identity import gb11643
from xueji.identity.codes import ID_TYPES
from xueji.identity.problems import Problem, Severity

RESIDENT, HONG_KONG, MACAO, TAIWAN = "1", "6", "7", "8"
PERMANENT, PASSPORT, NONE = "9", "A", "Z"
FROM_OUTSIDE = frozenset({HONG_KONG, MACAO, TAIWAN, PERMANENT, PASSPORT})

_PERMANENT_OLD = re.compile(r"[A-Z]{3}[0-9]{12}")
_PASSPORT = re.compile(r"[A-Z0-9]{5,17}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A number as entered, in its one written form, with what was entered beside it."""

    id_type: str
    text: str
    today: dt.date
    sex: str | None
    birth_date: dt.date | None


@dataclass(frozen=True, slots=True)
class _Outland:
    """How the papers of Hong Kong, Macao or Taiwan are written."""

    region: str
    permit: str
    travel: re.Pattern[str]
    travel_form: str
    local: re.Pattern[str]  # passport or identity card of the place itself


OUTLANDS = {
    HONG_KONG: _Outland(
        "810000",
        "港澳居民居住证",
        re.compile(r"H(?:[0-9]{8}|[0-9]{10})"),
        "港澳居民来往内地通行证是字母 H 加 8 位或 10 位数字",
        re.compile(r"(?!H[0-9]+$)[A-Z]{1,2}[0-9]{6}\(?[0-9A]\)?|K[A-Z]?[0-9]{7,8}"),
    ),
    MACAO: _Outland(
        "820000",
        "港澳居民居住证",
        re.compile(r"M(?:[0-9]{8}|[0-9]{10})"),
        "港澳居民来往内地通行证是字母 M 加 8 位或 10 位数字",
        re.compile(r"[0-9]{7}\(?[0-9]\)?|M[A-Z][0-9]{7}"),
    ),
    TAIWAN: _Outland(
        "830000",
        "台湾居民居住证",
        re.compile(r"[0-9]{8}|[0-9]{10}"),
        "台湾居民来往大陆通行证是 8 位或 10 位数字",
        re.compile(r"[A-Z][0-9]{9}"),
    ),
}
_TYPE_OF_REGION = {papers.region[:2]: id_type for id_type, papers in OUTLANDS.items()}


def problem(code: str, message: str, remedy: str, severity: Severity = "error") -> Problem:
    """A fault of the number itself."""
    return Problem(f"id.{code}", message, remedy, severity, "id_number")


def owner(number: str) -> str:
    """Which type of document an 18-character number belongs to, by how it begins."""
    if number[:1] == "9":
        return PERMANENT
    return _TYPE_OF_REGION.get(number[:2], RESIDENT)


def choose(id_type: str) -> Problem:
    """The number is faultless perhaps, but of another type of document."""
    name = {RESIDENT: "内地居民身份证", PERMANENT: "外国人永久居留身份证"}
    kind = OUTLANDS[id_type].permit if id_type in OUTLANDS else name[id_type]
    return problem(
        "wrong_type",
        f"这是{kind}的号码，与所选的身份证件类型不符。",
        f"请把「身份证件类型」改为「{id_type} {ID_TYPES[id_type]}」。",
    )


def check_outland(entry: Entry) -> list[Problem]:
    """Residence permit, travel permit, or (with a warning) a paper of the place itself."""
    papers = OUTLANDS[entry.id_type]
    if gb11643.has_form(entry.text):
        return _check_permit(entry, papers)
    if papers.travel.fullmatch(entry.text):
        return []
    forms = f"{papers.travel_form}，{papers.permit}是 {papers.region} 开头的 18 位号码"
    if papers.local.fullmatch(entry.text):
        return [
            problem(
                "local_paper",
                f"这像是当地的护照或身份证号；{forms}。",
                "有通行证或居住证的请改填其号码；只有当地证件的，对照证件核对后可以继续。",
                "warning",
            )
        ]
    return [
        problem(
            "form",
            f"号码的写法不对（现在是 {len(entry.text)} 位）：{forms}。",
            "请对照证件核对后改正，或改选身份证件类型。",
        )
    ]


def _check_permit(entry: Entry, papers: _Outland) -> list[Problem]:
    if (right := owner(entry.text)) != entry.id_type:
        return [choose(right)]
    found = gb11643.judge(entry.text, today=entry.today, sex=entry.sex, birth_date=entry.birth_date)
    if not entry.text.startswith(papers.region):
        found.append(
            problem(
                "form",
                f"{papers.permit}号的前 6 位应是 {papers.region}。",
                "请对照证件核对前 6 位后改正。",
            )
        )
    return found


def check_permanent(entry: Entry) -> list[Problem]:
    """Both editions of the foreigner's card; that of 2023 has a check digit and a birth date."""
    if _PERMANENT_OLD.fullmatch(entry.text):
        return []
    if gb11643.has_form(entry.text):
        if (right := owner(entry.text)) != PERMANENT:
            return [choose(right)]
        return gb11643.judge(entry.text, today=entry.today, sex=None, birth_date=entry.birth_date)
    return [
        problem(
            "form",
            f"号码的写法不对（现在是 {len(entry.text)} 位）："
            "永久居留证号是 3 个字母加 12 位数字（旧版），或 9 开头的 18 位号码（新版）。",
            "请对照证件核对后改正，或改选身份证件类型。",
        )
    ]


def check_passport(entry: Entry) -> list[Problem]:
    """Letters and digits, 5 to 17 of them; issuers differ too much for more."""
    if _PASSPORT.fullmatch(entry.text):
        return []
    return [
        problem(
            "form",
            f"号码的写法不对（现在是 {len(entry.text)} 位）：护照号由 5 至 17 个字母和数字组成。",
            "请对照护照核对后改正；是身份证号的，请改选身份证件类型。",
        )
    ]
