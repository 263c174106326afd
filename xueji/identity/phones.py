"""Telephone numbers of families: mainland mobiles and landlines, with others let through."""

import re
import unicodedata

from xueji.identity.problems import Problem, Severity

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－_", "-"))
_PREFIX = re.compile(r"(?:\+|00)86-?|86(?=1[3-9][0-9]{9}$)")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(
    r"\(?(?:(010|02[0-9])\)?-?([2-9][0-9]{7})"
    r"|(0[3-9][0-9]{2})\)?-?([2-9][0-9]{6,7}))"
    r"(?:(?:-|转|EXT\.?)([0-9]{1,6}))?"
)
_DECIMAL = re.compile(r"([0-9]+)\.0+")
_ABROAD = re.compile(r"\+(?!86)[1-9][0-9]{6,14}")


def normalise_phone(raw: object) -> str:
    """One written form: 13931520018, 0315-7123456, 0315-7123456-801; other text only tidied."""
    text = "" if raw is None else str(raw)
    if _MOBILE.fullmatch(text):
        return text
    text = unicodedata.normalize("NFKC", text).translate(_DASHES).upper()
    text = "".join(c for c in text if unicodedata.category(c)[0] not in "CZ")
    if whole := _DECIMAL.fullmatch(text):  # Excel kept the number as a number; nothing is lost
        text = whole[1]
    text = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text
    bare = text.replace("-", "")
    if _MOBILE.fullmatch(bare) or _ABROAD.fullmatch(bare):
        return bare
    if found := _LANDLINE.fullmatch(text):
        return "-".join(part for part in found.groups() if part)
    return text


def check_phone(raw: object) -> list[Problem]:
    """Every fault of a number that must be there; skip the call where none is needed."""
    text = normalise_phone(raw)
    if not text:
        return [
            _problem("required", "没有填写联系电话。", "请填写手机号码，或区号加固定电话号码。")
        ]
    if _MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text):
        return []
    if _ABROAD.fullmatch(text):
        return [
            _problem(
                "abroad",
                "这是境外的电话号码，学校可能打不通。",
                "请尽量填写境内的号码；没有的可以继续。",
                "warning",
            )
        ]
    return [_fault(text)]


def _problem(code: str, message: str, remedy: str, severity: Severity = "error") -> Problem:
    return Problem(f"phone.{code}", message, remedy, severity, "phone")


def _fault(text: str) -> Problem:
    digits = sum(character in "0123456789" for character in text)
    if digits < len(text.replace("-", "")):
        return _problem(
            "characters",
            "电话号码里有数字以外的字符。",
            "请只填一个号码：手机 11 位数字，或区号加固定电话号码。",
        )
    if text.startswith("0"):
        return _problem(
            "landline",
            "固定电话应是区号（3 或 4 位）加 7 或 8 位号码，"
            f"如 0315-7xxxxxx；现在共有 {digits} 位数字。",
            "请核对区号和号码后改正。",
        )
    if text.startswith("1"):
        return _mobile_fault(digits)
    return _problem(
        "form",
        f"电话号码应是 11 位手机号码，或区号加固定电话号码；现在是 {digits} 位数字。",
        "请核对后改正；固定电话请在前面加区号，如 0315-7xxxxxx。",
    )


def _mobile_fault(digits: int) -> Problem:
    if digits == 11:
        return _problem(
            "mobile",
            "手机号码的第二位应是 3 至 9。",
            "请核对号码开头后改正。",
        )
    return _problem(
        "mobile",
        f"手机号码应为 11 位数字，现在是 {digits} 位。",
        "请核对后补全或删去多余的数字。",
    )
