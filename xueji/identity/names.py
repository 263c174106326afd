"""Names as the household register writes them, rare characters kept."""

import re
import unicodedata

from xueji.identity.problems import Problem, Severity

SHORTEST, LONGEST = 2, 50
MIDDLE_DOT = "·"

_ONE_FORM = str.maketrans(dict.fromkeys("・･•‧∙⋅●．᛫⸱﹒", MIDDLE_DOT))
_ONE_FORM |= {code: code - 0xFEE0 for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_HAN = "〇㐀-䶿一-鿿\uf900-\ufaff\U00020000-\U0002fa1f\U00030000-\U000323af"
_PLAIN = re.compile("[㐀-䶿一-鿿]{2,4}")  # most names; nothing in them is written otherwise
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_HAN_ONLY = re.compile(f"[{_HAN}]")
_DOT_IN_HAN = re.compile(f"(?<=[{_HAN}])\\.(?=[{_HAN}])")
LATIN_MARKS = "-'’."
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
_UNSEEN_TOO = re.compile(  # of other categories: joiners, blank letters, selectors of variants
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def clean_name(raw: object) -> str:
    """One written form: trimmed, every middle dot ``·``, half-width letters, single blanks.

    NFC, never NFKC: a rare character is not exchanged for a common one. Blanks inside stay, so
    that ``check_name`` can refuse them in a Chinese name.
    """
    text = "" if raw is None else str(raw)
    if _PLAIN.fullmatch(text):
        return text
    text = unicodedata.normalize("NFC", text.translate(_ONE_FORM))
    text = _RADICAL.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return _DOT_IN_HAN.sub(MIDDLE_DOT, " ".join(text.split()))


def check_name(name: object) -> list[Problem]:
    """Every fault of the name in its clean form; requiredness is judged here too."""
    text = clean_name(name)
    if _PLAIN.fullmatch(text):
        return []
    if not text:
        return [_problem("required", "没有填写姓名。", "请照户口簿填写姓名。")]
    found = [fault for judge in (_characters, _blanks, _dots, _length) if (fault := judge(text))]
    if not found and (mixed := _mixed(text)):
        found.append(mixed)
    return found


def unseen(name: str, what: str = "姓名") -> Problem | None:
    """The fault of a name, also of a place or an office, in which stands what nobody sees."""
    for place, character in enumerate(name, start=1):
        if _is_unseen(character):
            return _problem(
                "invisible",
                f"{what}第 {place} 个字符是看不见的字符，多半是从别处复制时带来的。",
                f"请删去整个{what}后重新输入。",
            )
    return None


def is_chinese(name: str) -> bool:
    """Whether the name has Chinese characters, and so a surname first and no blanks."""
    return _HAN_ONLY.search(name) is not None


def _problem(code: str, message: str, remedy: str, severity: Severity = "error") -> Problem:
    return Problem(f"name.{code}", message, remedy, severity, "name")


def _characters(text: str) -> Problem | None:
    """The first character that no name has."""
    chinese = is_chinese(text)
    for place, character in enumerate(text, start=1):
        if _HAN_ONLY.match(character) or character in (" ", MIDDLE_DOT):
            continue
        if _is_latin(character) or (not chinese and character in LATIN_MARKS):
            continue
        if _is_unseen(character):
            return unseen(text)
        if unicodedata.category(character) == "Mn" and not chinese:
            continue
        return _wrong_character(character, place)
    if not chinese and not any(_is_latin(character) for character in text):
        return _wrong_character(text[0], 1)
    return None


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or bool(_UNSEEN_TOO.match(character))


def _is_latin(character: str) -> bool:
    return character.isalpha() and (
        character.isascii() or unicodedata.name(character, "").startswith("LATIN ")
    )


def _wrong_character(character: str, place: int) -> Problem:
    category = unicodedata.category(character)
    if category == "Nd":
        return _problem(
            "digit", f"姓名第 {place} 个字符是数字。", "请删去数字；重名的学生不用编号区分。"
        )
    if category in ("Co", "Cn", "Cs"):
        return _problem(
            "private",
            f"姓名第 {place} 个字符是自造字或乱码，别的电脑显示不出来。",
            "请用支持生僻字（GB 18030-2022）的输入法重新输入这个字。",
        )
    if category.startswith("L"):
        return _problem(
            "script",
            f"姓名第 {place} 个字符既不是汉字，也不是拉丁字母。",
            "请照户口簿用汉字填写；外籍学生照护照用拉丁字母填写。",
        )
    return _problem(
        "punctuation",
        f"姓名第 {place} 个字符是标点或符号；汉字姓名中只能用间隔号「·」。",
        "请照户口簿改正；少数民族姓名的间隔号请用「·」。",
    )


def _blanks(text: str) -> Problem | None:
    if " " in text and is_chinese(text):
        return _problem(
            "blank",
            "汉字姓名中间不能有空格。",
            "请删去空格；少数民族姓名的各部分之间请用间隔号「·」。",
        )
    return None


def _dots(text: str) -> Problem | None:
    if text[0] == MIDDLE_DOT or text[-1] == MIDDLE_DOT or MIDDLE_DOT * 2 in text:
        return _problem(
            "dot",
            "间隔号「·」只能单独出现在姓名的两部分之间。",
            "请删去开头、末尾或重复的间隔号。",
        )
    return None


def _length(text: str) -> Problem | None:
    if len(text) > LONGEST:
        return _problem(
            "long",
            f"姓名最多 {LONGEST} 个字符，现在有 {len(text)} 个。",
            "请照户口簿核对；过长的外文姓名请照护照机读区填写。",
        )
    if len(text) < SHORTEST:
        return _problem(
            "short",
            "姓名只有 1 个字。",
            "请照户口簿核对；户口簿上确是单字的可以继续。",
            "warning",
        )
    return None


def _mixed(text: str) -> Problem | None:
    if is_chinese(text) and any(_is_latin(character) for character in text):
        return _problem(
            "mixed",
            "姓名里既有汉字又有字母。",
            "请照户口簿核对；字母是用来区分重名的请删去。",
            "warning",
        )
    return None
