"""Pinyin of names, with the readings that a character has only as a surname."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import product

from pypinyin import Style, lazy_pinyin, pinyin

from xueji.identity.names import LATIN_MARKS, MIDDLE_DOT, clean_name, is_chinese

_SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "朴": "piao",
    "区": "ou",
    "查": "zha",
    "任": "ren",
    "盖": "ge",
    "宁": "ning",
    "乐": "yue",
    "翟": "zhai",
    "缪": "miao",
    "燕": "yan",
    "华": "hua",
    "洗": "xian",
    "秘": "bi",
    "员": "yun",
    "贠": "yun",
    "覃": "qin",
    "召": "shao",
    "种": "chong",
    "折": "she",
    "黑": "he",
    "炅": "gui",
    "能": "nai",
    "乜": "nie",
    "粘": "nian",
    "隗": "wei",
    "祭": "zhai",
    "都": "du",
    "句": "gou",
    "牟": "mu",
    "薄": "bo",
    "繁": "po",
    "阚": "kan",
    "佴": "nai",
    "角": "jue",
    "术": "zhu",
    # read otherwise by some: both find the name
    "郇": "huan",
    "宓": "mi",
    "莘": "shen",
    "尉": "wei",
    "隽": "juan",
    "郗": "xi",
    "柏": "bai",
    "盛": "sheng",
}
# Where the dictionary has none, or prefers one that is in nobody's name.
_GIVEN = {"晟": "sheng", "卜": "bu", "𠮷": "ji"}
_COMPOUND = {
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "澹台": "tan tai",
    "长孙": "zhang sun",
    "单于": "chan yu",
    "令狐": "ling hu",
    "鲜于": "xian yu",
    "夏侯": "xia hou",
    "诸葛": "zhu ge",
    "欧阳": "ou yang",
    "司马": "si ma",
    "司徒": "si tu",
    "司空": "si kong",
    "上官": "shang guan",
    "皇甫": "huang fu",
    "慕容": "mu rong",
    "宇文": "yu wen",
    "公孙": "gong sun",
    "公冶": "gong ye",
    "东方": "dong fang",
    "东郭": "dong guo",
    "南宫": "nan gong",
    "西门": "xi men",
    "端木": "duan mu",
    "轩辕": "xuan yuan",
    "呼延": "hu yan",
    "赫连": "he lian",
    "钟离": "zhong li",
    "濮阳": "pu yang",
    "申屠": "shen tu",
    "太叔": "tai shu",
    "闻人": "wen ren",
    "宗政": "zong zheng",
    "百里": "bai li",
    "独孤": "du gu",
    "拓跋": "tuo ba",
    "亓官": "qi guan",
    "颛孙": "zhuan sun",
    "乐正": "yue zheng",
    "漆雕": "qi diao",
    "谷梁": "gu liang",
    "第五": "di wu",
    "纳兰": "na lan",
    "闾丘": "lü qiu",
    "左丘": "zuo qiu",
    "梁丘": "liang qiu",
    "即墨": "ji mo",
}


_LAST = "~"  # behind every letter


def full(name: str) -> str:
    """``zhangyinuo``: what one types to find the name; ü is written v."""
    return "".join(_typed(part) for part in _syllables(name))


def initials(name: str) -> str:
    """``zyn``: the first letter of every syllable, or of every word of a foreign name."""
    return "".join(_typed(part)[:1] for part in _syllables(name))


def letters(word: str) -> str:
    """``muller`` of Müller, ``annamaria`` of Anna-Maria; "" where it is no word of a to z."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(
        part for part in parts if not unicodedata.combining(part) and part not in LATIN_MARKS
    )
    return plain if plain.isascii() and plain.isalpha() else ""


def order(name: str) -> str:
    """What names are sorted by, byte for byte: each character by syllable, tone and itself.

    阎鑫 comes before 杨宇, though yangyu before yanxin. Characters without a reading come last, in
    the order of their codes; the words of a foreign name stand among the syllables.
    """
    text = clean_name(name)
    if not is_chinese(text):
        return " ".join(_syllables(name)).lower()
    characters = text.replace(MIDDLE_DOT, "")
    return "".join(
        f"{_LAST}{character}" if syllable == character else _toned(character, syllable) + character
        for character, syllable in zip(characters, _syllables(name), strict=True)
    )


def otherwise(typed: str) -> set[tuple[str, str]]:
    """Surnames of which ``typed`` may begin with another reading, and what it is in ours.

    ``gaixiao`` → 盖, ``gexiao``; ``dxx`` → 单, ``sxx``. Letters only, in lower case.
    """
    found = set()
    for surname, ours, others in _read_otherwise() if len(typed) > 1 else ():
        for other in others:
            whole, first = "".join(other), _first_letters(other)
            if typed.startswith(whole):
                found.add((surname, "".join(ours) + typed[len(whole) :]))
            elif whole.startswith(typed):
                found.add((surname, "".join(ours)))
            if first != _first_letters(ours) and typed.startswith(first):
                found.add((surname, _first_letters(ours) + typed[len(first) :]))
    return found


def display(name: str) -> str:
    """``Zhang Yinuo``, by GB/T 28039: surname, blank, given name in one word, ü kept."""
    text = clean_name(name)
    if not is_chinese(text):
        return text
    if MIDDLE_DOT in text:
        return " ".join(_word(_read(part)) for part in text.split(MIDDLE_DOT) if part)
    surname, given = _split(text)
    return " ".join(_word(word) for word in (surname, given) if word)


@cache
def _toned(character: str, syllable: str) -> str:
    """The syllable with the number of its tone, 5 where the dictionary has no such reading."""
    toned = (t for t in _all_readings(character, Style.TONE3) if t[:-1] == syllable)
    return next(toned, f"{syllable}5").replace("ü", "u:")  # lu, lü, luan


@cache
def _read_otherwise() -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """Each surname of the tables with our reading and every other of its characters."""
    found = []
    for name, reading in (_SURNAMES | _COMPOUND).items():
        ours = tuple(_typed(reading).split())
        readings = [map(_typed, _all_readings(character, Style.NORMAL)) for character in name]
        found.append((name, ours, [other for other in product(*readings) if other != ours]))
    return found


def _first_letters(syllables: Iterable[str]) -> str:
    return "".join(syllable[:1] for syllable in syllables)


def _all_readings(character: str, style: Style) -> list[str]:
    """Every reading that the dictionary knows, the usual one first."""
    [found] = pinyin(
        character, heteronym=True, style=style, neutral_tone_with_five=True, v_to_u=True
    )
    return list(found)


def _typed(syllable: str) -> str:
    return syllable.replace("ü", "v").lower()


def _word(syllables: list[str]) -> str:
    """Join syllables; an apostrophe keeps apart those that begin with a, o or e."""
    first, *rest = syllables
    joined = first + "".join(f"'{part}" if part[:1] in "aoe" else part for part in rest)
    return joined[:1].upper() + joined[1:]


# a name is asked for its letters, its initials and its order; an intake asks thrice for each
@lru_cache(maxsize=4096)
def _syllables(name: str) -> Sequence[str]:
    text = clean_name(name)
    if not is_chinese(text):
        return [letters(word) or word for word in text.replace(MIDDLE_DOT, " ").split()]
    if MIDDLE_DOT in text:
        return [part for word in text.split(MIDDLE_DOT) for part in _read(word)]
    surname, given = _split(text)
    return surname + given


def _split(text: str) -> tuple[list[str], list[str]]:
    """The syllables of surname and given name."""
    if compound := _COMPOUND.get(text[:2]):
        return compound.split(), _read(text[2:])
    if surname := _SURNAMES.get(text[:1]):
        return [surname], _read(text[1:])
    return _read(text[:1]), _read(text[1:])


def _read(text: str) -> list[str]:
    """One syllable per character; a character without known reading stands for itself."""
    # ``errors=list``: without it neighbours that have no reading come as one syllable.
    syllables = lazy_pinyin(text, style=Style.NORMAL, errors=list, v_to_u=True)  # type: ignore[arg-type]
    return [
        _GIVEN.get(character, syllable) for character, syllable in zip(text, syllables, strict=True)
    ]
