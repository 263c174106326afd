"""Reading a row about an existing pupil: the sheet as for an entry, place, status, numbers."""

import re
from collections.abc import Mapping

from enrollment.services.check import Checked
from enrollment.services.takeover.context import Context
from xueji.identity import idnumbers
from xueji.organisations.models import GRADE_NAMES, grade_name
from xueji.students import foreign_numbers, items
from xueji.students.models import Status
from xueji.students.reading import EARLIEST, PupilReader

LONGEST_REASON = 200
LONGEST_SCHOOL = 100
FARTHEST = 10  # years between the entry that the grade tells and that of the number
MOST_FORMER = 5
_CLASS = re.compile(r"(\D*?)(?:年级)?[(（]?(\d{1,2})[)）]?班?")
_BETWEEN = re.compile(r"[\s、,，;；/]+")
_YEAR = re.compile(r"(\d{4})年?级?")


def read(row: Mapping[str, str], context: Context) -> Checked:
    """Clean every field by itself, without a query."""
    reader = PupilReader(row)
    reader.person(context.today)
    reader.place("guardian_hukou", "监护人户口所在地", required=False)
    reader.family()
    reader.contact()
    reader.day("entered_on", "入学日期", EARLIEST, context.as_on)
    reader.attending()
    reader.flag("migrant", "是否进城务工人员随迁子女")
    items.read(reader, context.today)
    reader.identity_is_whole()
    _place(reader, context)
    _status(reader, context)
    _host(reader, context)
    _numbers(reader, context)
    return Checked(values=reader.values, members=reader.members, problems=reader.problems)


def _place(reader: PupilReader, context: Context) -> None:
    """Grade, class and the year of entry; ``class_key`` may be that of a class yet to be made."""
    typed = reader.text("grade")
    names = {str(grade): grade for grade in context.stages}
    names |= {grade_name(grade): grade for grade in context.stages}
    grade = names.get(typed)
    reader.values["class_key"] = None
    if grade is None:
        if typed:
            message = f"本校没有「{typed[:10]}」。"
            known = "、".join(grade_name(one) for one in context.stages)
            reader.tell("grade", "grade", message, f"请填{known}。")
        else:
            reader.missing("grade", "年级")
        return
    reader.values["grade"], reader.values["grade_name"] = grade, grade_name(grade)
    reader.values["entry_year"] = _entry_year(reader, context, grade)
    _class(reader, context, grade)


def _entry_year(reader: PupilReader, context: Context, grade: int) -> int:
    """The year in the number: that of the grade unless another one is typed."""
    due, typed = context.cohort(grade), reader.text("entry_year")
    found = _YEAR.fullmatch(typed)
    if typed and not found:
        message = f"入学年份「{typed[:10]}」不是四位年份。"
        reader.tell("year", "entry_year", message, f"请填四位年份，如 {due}；空着就是 {due}。")
    year = int(found[1]) if found else due
    if not due - FARTHEST <= year <= context.year.year:
        message = f"入学年份 {year} 与年级差得太远。"
        reader.tell("year", "entry_year", message, f"请核对，按年级应是 {due}。")
        return due
    return year


def _class(reader: PupilReader, context: Context, grade: int) -> None:
    typed = reader.text("school_class")
    if not typed:
        if reader.text("status") in ("", Status.ENROLLED, Status.ENROLLED.label):
            reader.missing("school_class", "班级")
        return
    found = _CLASS.fullmatch(typed.replace(" ", ""))
    if not found or found[1] not in ("", GRADE_NAMES[grade]) or not int(found[2]):
        message = f"班级「{typed[:20]}」认不出是{grade_name(grade)}的哪个班。"
        example = f"{GRADE_NAMES[grade]}（2）班"
        reader.tell("class", "school_class", message, f"请填班号，如 2 或 {example}。")
        return
    key = (context.stages[grade].stage, context.cohort(grade), int(found[2]))
    if key in context.closed:
        message = f"{GRADE_NAMES[grade]}（{key[2]}）班已撤销，不能编入。"
        reader.tell("class", "school_class", message, "请填学生现在所在的班。")
        return
    reader.values["class_key"] = key


def _status(reader: PupilReader, context: Context) -> None:
    """在读 unless another one is typed, which has its day; a suspension has its end as well."""
    known = context.statuses
    typed = reader.text("status") or Status.ENROLLED
    code = typed if typed in known else {word: one for one, word in known.items()}.get(typed)
    reader.values["status"] = code or str(Status.ENROLLED)
    if code is None:
        message = f"学籍状态「{typed[:10]}」不在建库的范围。"
        reader.tell("status", "status", message, f"请填{'、'.join(known.values())}。")
        return
    for key in ("since", "until"):
        reader.values[key] = None
    if code == Status.ENROLLED:
        for key, label in (("since", "状态起始日期"), ("until", "状态截止日期")):
            if reader.text(key):
                message = f"在读的学生填了{label}。"
                reader.tell("status", key, message, "请核对学籍状态，或清空这一格。")
        return
    reader.day("since", "状态起始日期", EARLIEST, context.as_on)
    if code == Status.SUSPENDED:
        first = reader.values["since"] or context.as_on
        reader.day("until", "状态截止日期", first, first.replace(year=first.year + 5, day=1))


def _host(reader: PupilReader, context: Context) -> None:
    """Where a pupil studies on loan: a school of the county by name, or the name of another."""
    name = " ".join(reader.text("host").split())
    reader.values |= {"host": context.hosts.get(name), "host_name": "", "host_since": None}
    if not name:
        if reader.text("host_since"):
            reader.missing("host", "借读学校")
        return
    if name in context.hosts and context.hosts[name] is None:
        message = f"本县有几所学校叫「{name[:20]}」。"
        remedy = "请空着这一格，建库以后由那所学校办借读；不在本系统的，由本校办借出到外地。"
        reader.tell("host", "host", message, remedy)
    elif reader.values["host"] is None:
        reader.words("host", "借读学校", LONGEST_SCHOOL)
        reader.values["host_name"], reader.values["host"] = reader.values["host"], None
    if name == str(context.lineage.school.organisation):
        reader.tell("host", "host", "借读学校就是本校。", "没有在别处借读的，请清空这一格。")
    if reader.values["status"] != Status.ENROLLED:
        reader.tell("host", "host", "借读的学生应是在读。", "请核对学籍状态，或清空借读学校。")
    reader.day("host_since", "借读起始日期", EARLIEST, context.as_on)


def _numbers(reader: PupilReader, context: Context) -> None:
    """The number in use, those of before, and the national one as it was issued."""
    reader.values["number"] = idnumbers.normalise(reader.text("number"))
    reader.values["national"] = _foreign(reader, "national", reader.text("national"), context)
    if reader.values["national"] and not foreign_numbers.NATIONAL.fullmatch(
        reader.values["national"]
    ):
        message = "全国学籍号不是 G、J 或 L 加 18 位。"
        reader.tell("number", "national", message, "请照全国系统填写；还没有的空着。")
        reader.values["national"] = ""
    former = [part for part in _BETWEEN.split(reader.text("former")) if part]
    if len(former) > MOST_FORMER:
        message = f"曾用学籍号超过 {MOST_FORMER} 个。"
        reader.tell("long", "former", message, "请只填最近的几个，其余建库后补登。")
    found = (_foreign(reader, "former", part, context) for part in former[:MOST_FORMER])
    reader.values["former"] = [number for number in found if number]


def _foreign(reader: PupilReader, key: str, typed: str, context: Context) -> str:
    """A number of the register before in its one written form; "" and a fault for no number."""
    number = idnumbers.normalise(typed)
    if not number:
        return ""
    if why := foreign_numbers.fault(number, today=context.today):
        fault, _, remedy = why.partition("。")
        reader.tell("number", key, f"{fault}。", remedy or "请照学籍卡填写。")
        return ""
    return number
