"""Invented names: common ones by weight, and those that break registers."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from random import Random

from xueji.identity import pinyin, strokes

_COMMON = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_USUAL = (
    "梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖"
    "邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_RARE = ("单", "曾", "仇", "解", "查", "盖", "翟", "缪", "欧阳", "尉迟", "万俟", "上官", "令狐")
SURNAMES = (*_COMMON, *_USUAL, *_RARE)
_WEIGHTS = list(accumulate([60] * len(_COMMON) + [10] * len(_USUAL) + [1] * len(_RARE)))

_FIRST = {
    "1": "浩子宇俊一泽明文博思嘉天承志晨家梓建奕睿景书允皓铭星修远怀瑾云沐",
    "2": "雨欣梓诗一思佳若语嘉可心子梦晓雅静芷沐艺锦书清安念舒宜知亦婉云",
}
_SECOND = {
    "1": "轩然涵辰宇泽豪博阳睿霖凯航哲文琪林诚东晖昊川远恒毅帆岩松鸣骁瑞峰洋奇朗",
    "2": "涵萱怡彤妍宁瑶琪悦然婷雯菲雪桐晴玥蕊汐颖琳诺娴溪澜茉岚柠禾妤昕朵倩",
}
_SINGLE = {"1": "浩宇轩博睿哲晨阳航鑫昊毅", "2": "悦婷欣怡妍雪彤琪颖静蕊诺"}
_GROWN_UP = {
    "1": ("建国", "志强", "国栋", "海涛", "永刚", "立新", "晓东", "宝林", "春生", "振华", "文军")
    + ("小兵", "长顺", "玉山", "庆丰", "学文", "金锁", "世杰", "连成", "福来", "大勇", "占魁"),
    "2": ("雪梅", "丽娟", "秀英", "晓燕", "桂兰", "淑芬", "春霞", "艳红", "玉珍", "海燕", "立华")
    + ("小芳", "凤琴", "爱萍", "金凤", "素云", "翠玲", "文静", "亚楠", "会敏", "志华", "喜莲"),
}
_ETHNIC = {
    "1": ("买买提", "艾力", "吐尔逊", "玉素甫", "阿卜杜拉"),
    "2": ("古丽米热", "阿依努尔", "迪丽拜尔", "热依汗", "茹仙古丽"),
}
# Each is right and breaks something: one character, four, five and more, a dot, readings that
# hold for surnames only, characters beyond the first plane or missing from old fonts.
HARD = (
    ("单雨桐", "2", "01"),
    ("曾沐", "2", "01"),
    ("仇一诺", "1", "01"),
    ("解思远", "1", "01"),
    ("查清宁", "2", "01"),
    ("欧阳靖文", "2", "01"),
    ("尉迟怀瑾", "1", "01"),
    ("万俟清", "1", "01"),
    ("赵𠮷安", "1", "01"),
    ("李䶮", "1", "01"),
    ("王㛃", "2", "01"),
    ("阿依努尔·买买提", "2", "05"),
    ("古丽米热·艾力江", "2", "05"),
    ("吕绿", "2", "11"),
    ("区乐晟", "1", "01"),
    ("任盖华", "1", "01"),
)
_NATIONS = ("01",) * 946 + ("11",) * 40 + ("03",) * 8 + ("02",) * 4 + ("05",) * 2


def surname(random: Random) -> str:
    return random.choices(SURNAMES, cum_weights=_WEIGHTS)[0]


def nation(random: Random) -> str:
    """A code of NATIONS as the villages have them."""
    return random.choice(_NATIONS)


def child(random: Random, family: str, sex: str, nation_code: str) -> str:
    """A pupil's name: three characters mostly, two at times, with a dot where the nation has it."""
    if nation_code == "05":
        return f"{random.choice(_ETHNIC[sex])}·{random.choice(_ETHNIC['1'])}"
    if random.random() < 0.06:
        return family + random.choice(_SINGLE[sex])
    return family + random.choice(_FIRST[sex]) + random.choice(_SECOND[sex])


def adult(random: Random, sex: str, family: str = "") -> str:
    """A parent's or colleague's name."""
    return (family or surname(random)) + random.choice(_GROWN_UP[sex])


def distinct_adults(random: Random, count: int, taken: Sequence[str] = ()) -> list[str]:
    """That many names of staff, none twice."""
    names: dict[str, None] = {}
    while len(names) < count:
        name = adult(random, random.choice("12"))
        if len(names) > count // 2 and name in names:  # the short names run out in big trees
            name = name[:-1] + random.choice(_SECOND["1"]) + name[-1]
        if name not in taken:
            names[name] = None
    return list(names)


@lru_cache(maxsize=500_000)  # a million pupils share some 300,000 names
def keys(name: str) -> tuple[str, str, str, str]:
    """Initials, whole pinyin and both sort keys, remembered because names repeat."""
    return pinyin.initials(name), pinyin.full(name), pinyin.order(name), strokes.order(name)
