"""Code tables of the national base-information sheet (学生基础信息采集表), one per column.

Each table maps the code that is stored to the words that are shown, in the sheet's order. The
file is long because the tables are. Where a comment says so, the codes are ours after the pattern
of the standard it names.
"""

import csv
import re
import unicodedata
from functools import lru_cache, partial
from pathlib import Path

_DATA = Path(__file__).resolve().parent / "data"
_CODE_FIRST = re.compile(r"[0-9A-Z]+")
_WHOLE_NUMBER = re.compile(r"([0-9]+)\.0+")


class CodeTable(dict[str, str]):
    """Code to label, with the other words that people write for a code."""

    def __init__(self, rows: dict[str, str], *, aliases: dict[str, str] | None = None) -> None:
        super().__init__(rows)
        self._codes = {_plain(label): code for code, label in reversed(rows.items())}
        for words, code in (aliases or {}).items():
            self._codes.setdefault(_plain(words), code)
        self.widths = sorted({len(code) for code in rows})
        # an intake asks the same few words ten thousand times
        self.meaning = lru_cache(maxsize=512)(partial(_meaning, self))

    def code_of(self, words: str) -> str | None:
        """The code of a label or alias; the first one where two codes share a label."""
        return self._codes.get(words)


def by_name_or_code(table: CodeTable, raw: object) -> str | None:
    """The code that a cell means: "1", "男", "1 男", "1.0", 汉 for 汉族; None if it means none."""
    return table.meaning("" if raw is None else str(raw))


def _meaning(table: CodeTable, words: str) -> str | None:
    text = _plain(words)
    if found := _code(table, text) or table.code_of(text) or table.code_of(text + "族"):
        return found
    begins = _CODE_FIRST.match(text)
    for end in range(
        begins.end() if begins else 0, 0, -1
    ):  # 3 AB型: the code ends somewhere in 3AB
        code, label = _code(table, text[:end]), text[end:].lstrip("-:.、")
        if code and code in (table.code_of(label), table.code_of(label + "族")):
            return code
    return None


def _code(table: CodeTable, text: str) -> str | None:
    """The code itself, also as Excel leaves it: without leading zero, as a decimal number."""
    if whole := _WHOLE_NUMBER.fullmatch(text):
        text = whole[1]
    if text in table:
        return text
    if text.isascii() and text.isdigit():
        return next((text.zfill(w) for w in table.widths if text.zfill(w) in table), None)
    return None


def _plain(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).split()).upper()


def _countries() -> dict[str, str]:
    with (_DATA / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


# 身份证件类型 of the sheet.
ID_TYPES = CodeTable(
    {
        "1": "居民身份证",
        "6": "香港特区护照/身份证明",
        "7": "澳门特区护照/身份证明",
        "8": "台湾居民来往大陆通行证",
        "9": "境外永久居住证",
        "A": "护照",
        "Z": "其他（无证件）",
    },
    aliases={
        "身份证": "1",
        "台胞证": "8",
        "外国人永久居留身份证": "9",
        "其他": "Z",
        "无": "Z",
        "无证件": "Z",
    },
)

# GB/T 2261.1; the sheet takes only these two.
BOY, GIRL = "1", "2"
SEX = CodeTable({BOY: "男", GIRL: "女"}, aliases={"男性": "1", "女性": "2"})

# 1 and 0 as the sheet has them for every 是/否 column.
YES_NO = CodeTable(
    {"1": "是", "0": "否"},
    aliases={"有": "1", "无": "0", "Y": "1", "N": "0", "√": "1", "×": "0"},
)

# GB/T 3304.
NATIONS = CodeTable(
    {
        "01": "汉族",
        "02": "蒙古族",
        "03": "回族",
        "04": "藏族",
        "05": "维吾尔族",
        "06": "苗族",
        "07": "彝族",
        "08": "壮族",
        "09": "布依族",
        "10": "朝鲜族",
        "11": "满族",
        "12": "侗族",
        "13": "瑶族",
        "14": "白族",
        "15": "土家族",
        "16": "哈尼族",
        "17": "哈萨克族",
        "18": "傣族",
        "19": "黎族",
        "20": "傈僳族",
        "21": "佤族",
        "22": "畲族",
        "23": "高山族",
        "24": "拉祜族",
        "25": "水族",
        "26": "东乡族",
        "27": "纳西族",
        "28": "景颇族",
        "29": "柯尔克孜族",
        "30": "土族",
        "31": "达斡尔族",
        "32": "仫佬族",
        "33": "羌族",
        "34": "布朗族",
        "35": "撒拉族",
        "36": "毛南族",
        "37": "仡佬族",
        "38": "锡伯族",
        "39": "阿昌族",
        "40": "普米族",
        "41": "塔吉克族",
        "42": "怒族",
        "43": "乌孜别克族",
        "44": "俄罗斯族",
        "45": "鄂温克族",
        "46": "德昂族",
        "47": "保安族",
        "48": "裕固族",
        "49": "京族",
        "50": "塔塔尔族",
        "51": "独龙族",
        "52": "鄂伦春族",
        "53": "赫哲族",
        "54": "门巴族",
        "55": "珞巴族",
        "56": "基诺族",
        "97": "其他",
        "98": "外国血统中国籍人士",
    }
)

# GB/T 2659 (ISO 3166-1 alpha-3); data/README.md says where the names come from.
COUNTRIES = CodeTable(
    _countries(),
    aliases={
        "中华人民共和国": "CHN",
        "香港": "HKG",
        "中国香港特别行政区": "HKG",
        "澳门": "MAC",
        "中国澳门特别行政区": "MAC",
        "台湾": "TWN",
    },
)

# 港澳台侨外, the codes as the sheet prints them.
COMPATRIOT = CodeTable(
    {
        "00": "否",
        "01": "香港同胞",
        "02": "香港同胞亲属",
        "03": "澳门同胞",
        "04": "澳门同胞亲属",
        "05": "台湾同胞",
        "06": "台湾同胞亲属",
        "11": "华侨",
        "12": "侨眷",
        "13": "归侨",
        "14": "归侨子女",
        "21": "归国留学人员",
        "31": "非华裔中国人",
        "41": "外籍华裔人",
        "51": "外国人",
        "99": "其他",
    },
    aliases={"无": "00", "非港澳台侨外": "00"},
)

# GB/T 2261.3 in the sheet's own wording.
HEALTH = CodeTable(
    {
        "10": "健康或良好",
        "20": "一般或较弱",
        "30": "有慢性病",
        "40": "有生理缺陷",
        "50": "残疾",
    },
    aliases={"健康": "10", "良好": "10", "一般": "20", "较弱": "20", "慢性病": "30"},
)

# GB/T 4762, the four that a pupil can have.
POLITICAL = CodeTable(
    {"01": "中共党员", "02": "中共预备党员", "03": "共青团员", "13": "群众"},
    aliases={"党员": "01", "预备党员": "02", "团员": "03"},
)

# 户口性质 of the sheet; unified since, kept because the sheet still asks.
HUKOU_KIND = CodeTable(
    {"1": "农业", "2": "非农业"},
    aliases={"农业户口": "1", "非农": "2", "非农业户口": "2"},
)

# 入学方式 of the sheet: 11 and 12 in compulsory stages, the others in senior secondary.
ENTRY_MODE = CodeTable(
    {
        "11": "就近入学",
        "12": "其他",
        "21": "统一招生考试/普通入学",
        "22": "体育特招",
        "23": "艺术特招",
        "99": "其他（高中）",
    },
    aliases={"就近": "11", "统一招生考试": "21", "普通入学": "21"},
)

# 就读方式 of the sheet.
BOARDING = CodeTable(
    {"1": "走读", "2": "住校"},
    aliases={"走读生": "1", "住宿": "2", "寄宿": "2", "住校生": "2", "寄宿生": "2"},
)

# 是否留守儿童 of the sheet.
LEFT_BEHIND = CodeTable(
    {"0": "非留守儿童", "1": "单亲留守儿童", "2": "双亲留守儿童"},
    aliases={"否": "0", "非留守": "0", "单亲留守": "1", "双亲留守": "2"},
)

# 血型, the codes of the specification of 2007.
BLOOD_TYPE = CodeTable(
    {
        "0": "未知血型",
        "1": "A型",
        "2": "B型",
        "3": "AB型",
        "4": "O型",
        "5": "其他血型",
        "9": "未定血型",
    },
    aliases={
        "A": "1",
        "B": "2",
        "AB": "3",
        "O": "4",
        "未知": "0",
        "不详": "0",
        "其他": "5",
        "未定": "9",
    },
)

# 学生来源 of the sheet in compulsory stages.
SOURCE = CodeTable({"1": "正常入学", "9": "其他"}, aliases={"正常": "1"})

# 随班就读, the codes of the specification of 2007.
INCLUSION = CodeTable(
    {
        "00": "普通学生",
        "10": "随班就读",
        "11": "视力残疾随班就读",
        "12": "听力残疾随班就读",
        "13": "智力残疾随班就读",
        "19": "其他残疾随班就读",
    },
    aliases={
        "否": "00",
        "无": "00",
        "普通": "00",
        "非随班就读": "00",
        "是": "10",
        "视力": "11",
        "听力": "12",
        "智力": "13",
        "其他": "19",
    },
)

# 残疾类型 in the sheet's words; codes after the pattern of GB/T 26341.
DISABILITY = CodeTable(
    {
        "0": "无残疾",
        "1": "视力残疾",
        "2": "听力残疾",
        "3": "言语残疾",
        "4": "肢体残疾",
        "5": "智力残疾",
        "6": "精神残疾",
        "7": "多重残疾",
        "9": "其他残疾",
    },
    aliases={
        "无": "0",
        "否": "0",
        "视力": "1",
        "听力": "2",
        "言语": "3",
        "肢体": "4",
        "智力": "5",
        "精神": "6",
        "多重": "7",
        "其他": "9",
    },
)

# 上下学方式 in the sheet's words and order; the codes are ours.
TRAVEL = CodeTable(
    {"1": "步行", "2": "校车", "3": "自行车", "4": "公共交通", "5": "家长接送", "9": "其他"},
    aliases={"走路": "1", "骑车": "3", "骑自行车": "3", "公交": "4", "公交车": "4", "接送": "5"},
)

# 成员关系: 1 and 2 as on the sheet, the others after the pattern of GB/T 4761.
RELATION = CodeTable(
    {
        "1": "父亲",
        "2": "母亲",
        "61": "祖父",
        "62": "祖母",
        "63": "外祖父",
        "64": "外祖母",
        "71": "兄",
        "75": "姐",
        "97": "其他亲属",
        "99": "其他",
    },
    aliases={
        "父": "1",
        "爸爸": "1",
        "父子": "1",
        "父女": "1",
        "母": "2",
        "妈妈": "2",
        "母子": "2",
        "母女": "2",
        "爷爷": "61",
        "奶奶": "62",
        "外公": "63",
        "姥爷": "63",
        "外婆": "64",
        "姥姥": "64",
        "哥哥": "71",
        "哥": "71",
        "兄长": "71",
        "姐姐": "75",
        "亲属": "97",
    },
)
PARENTS = frozenset("12")  # 父亲 and 母亲: the codes of the relation are those of the sex
