"""Identity documents: one written form per number, and every fault named with its remedy."""

import datetime as dt
import re
import unicodedata

from xueji.identity import gb11643, papers, regions
from xueji.identity.codes import ID_TYPES
from xueji.identity.gb11643 import IdFacts
from xueji.identity.papers import NONE, OUTLANDS, PASSPORT, PERMANENT, RESIDENT, Entry, problem
from xueji.identity.problems import Problem

__all__ = ["ID_TYPES", "IdFacts", "check", "facts", "normalise"]

_ASCII_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}
_SCIENTIFIC = re.compile(r"[0-9]+\.[0-9]+E[+-]?[0-9]+|[0-9]+E[+-][0-9]+")
_DECIMAL = re.compile(r"[0-9]+\.[0-9]*")


def normalise(raw: object) -> str:
    """The one written form: half-width, upper case, without blanks or invisible characters."""
    text = "" if raw is None else str(raw)
    if text.isascii() and text.isprintable():
        return text.replace(" ", "").upper()  # of these only the blank is not seen
    text = _visible(text)
    text = _visible(unicodedata.normalize("NFKC", text)).translate(_ASCII_UPPER)
    return unicodedata.normalize("NFKC", text)  # what a removed blank kept apart


def _visible(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE)


def facts(id_type: str, number: object) -> IdFacts | None:
    """What a faultless 18-digit number says; None for every other document or a wrong number.

    The region is where the number was first issued: never a household register or birthplace.
    """
    text = normalise(number)
    if id_type in OUTLANDS:
        return gb11643.facts(text) if text.startswith(OUTLANDS[id_type].region) else None
    if id_type == RESIDENT == papers.owner(text):
        return gb11643.facts(text)
    return None


def check(
    id_type: str,
    number: object,
    *,
    today: dt.date,
    sex: str | None = None,
    birth_date: dt.date | None = None,
) -> list[Problem]:
    """Every fault of the number, also against the ``sex`` and ``birth_date`` that were entered."""
    text = normalise(number)
    if id_type not in ID_TYPES:
        return [problem("type", "没有选择有效的身份证件类型。", "请在「身份证件类型」中选择一项。")]
    if id_type == NONE:
        return [_must_be_empty()] if text else []
    if not text:
        return [_required(id_type)]
    if found := _excel_remains(text):
        return found
    entry = Entry(id_type, text, today, sex, birth_date)
    if id_type in OUTLANDS:
        return papers.check_outland(entry)
    checks = {
        RESIDENT: _check_resident,
        PERMANENT: papers.check_permanent,
        PASSPORT: papers.check_passport,
    }
    return checks[id_type](entry)


def _must_be_empty() -> Problem:
    return problem(
        "must_be_empty",
        f"身份证件类型选了「{ID_TYPES[NONE]}」，却填了证件号。",
        "有证件的请改选证件类型，没有证件的请把证件号留空。",
    )


def _required(id_type: str) -> Problem:
    return problem(
        "required",
        f"身份证件类型选了「{ID_TYPES[id_type]}」，却没有填证件号。",
        f"请填写证件号；确实没有证件的，请把类型改为「{ID_TYPES[NONE]}」。",
    )


def _excel_remains(text: str) -> list[Problem]:
    remedy = "请先把单元格设为「文本」格式，再照证件重新输入完整的号码。"
    if _SCIENTIFIC.fullmatch(text):
        message = "证件号被 Excel 变成了科学计数法，末几位数字已经丢失，无法还原。"
        return [problem("scientific", message, remedy)]
    if _DECIMAL.fullmatch(text):
        message = "证件号带有小数点，说明 Excel 把它当成了数值，数字可能已经改变。"
        return [problem("decimal", message, remedy)]
    return []


def _check_resident(entry: Entry) -> list[Problem]:
    if not gb11643.has_form(entry.text):
        return [_wrong_form(entry.text)]
    if (right := papers.owner(entry.text)) != RESIDENT:
        return [papers.choose(right)]
    found = gb11643.judge(entry.text, today=entry.today, sex=entry.sex, birth_date=entry.birth_date)
    region = entry.text[:6]
    if not regions.is_known(region):
        found.append(
            problem(
                "region",
                f"证件号前 6 位 {region} 不在现行和历次公布的行政区划代码中。",
                "请对照证件核对前 6 位；与证件一致的可以继续。",
                "warning",
            )
        )
    return found


def _wrong_form(text: str) -> Problem:
    """The first reason why a text is not an 18-digit number."""
    for place, character in enumerate(text, start=1):
        if character not in "0123456789" and (character != "X" or place != len(text)):
            return _wrong_character(character, place)
    if len(text) == 15:
        return problem(
            "old_15",
            "这是 15 位的旧号码，自 2013 年 1 月 1 日起停用，现在只有 18 位号码有效。",
            "请查看户口簿或现在的身份证，填写 18 位号码。",
        )
    more = len(text) - gb11643.LENGTH
    difference = f"多了 {more} 位" if more > 0 else f"少了 {-more} 位"
    return problem(
        "length",
        f"居民身份证号应为 18 位，现在是 {len(text)} 位，{difference}。",
        "请对照身份证或户口簿逐位核对后改正。",
    )


def _wrong_character(character: str, place: int) -> Problem:
    if character == "X":
        return problem(
            "characters",
            f"第 {place} 位是字母 X，而 X 只能出现在最后一位（第 18 位）。",
            "请对照身份证或户口簿逐位核对后改正。",
        )
    return problem(
        "characters",
        f"居民身份证号只能由数字组成（末位可以是 X），第 {place} 位是别的字符。",
        "请对照身份证或户口簿改正；是护照或通行证号的，请改选身份证件类型。",
    )
