"""Numbers of other registers as they are typed: one on a form, or many in a list."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django import forms

from xueji.accounts.access import Acting
from xueji.identity import idnumbers
from xueji.pages.fields import DayField
from xueji.pages.pupil.number_list import LONGEST, TOO_LONG, Row
from xueji.students import foreign_numbers, queries
from xueji.students.foreign_numbers import Given
from xueji.students.identity_documents import id_index
from xueji.students.models import Student
from xueji.students.reading import day

NOTHING = "请粘贴名单，每行一名；或选文件。"
NO_DOCUMENT = "没有填身份证号，认不出是哪名学生。请照户口簿填写。"
UNKNOWN = "本单位范围内没有这个身份证号的学生。请核对号码；正在办入学的，核准以后再登记。"


class ForeignNumberForm(forms.Form):
    """One number of a pupil born on ``born``."""

    number = forms.CharField(
        label="学号",
        max_length=40,
        error_messages={
            "required": "请填写原来的学号。",
            "max_length": "学号太长，请对照学籍卡逐位核对。",
        },
        help_text="全国学籍号（G、J、L 开头），或别的县编的学籍号",
    )
    issuer = forms.CharField(
        label="发号单位",
        max_length=60,
        error_messages={
            "required": "请填写编这个号的学校或教育局。",
            "max_length": "发号单位超过 60 个字，请写短一些。",
        },
    )
    starts = DayField(
        label="起用日期",
        required=False,
    )
    ends = DayField(
        label="停用日期",
        required=False,
        help_text="还在用的留空",
    )
    paper = forms.CharField(
        label="依据",
        max_length=60,
        help_text="看的是什么材料，如转学证明、原学籍卡",
        error_messages={
            "required": "请写明依据的材料。",
            "max_length": "依据超过 60 个字，请写短一些。",
        },
    )

    def __init__(self, *args, born: date, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.born, self.today = born, today

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if why := foreign_numbers.fault(number, today=self.today):
            raise forms.ValidationError(why)
        return idnumbers.normalise(number)

    def clean(self):
        data = super().clean()
        if "starts" in data and "ends" in data:
            dates = data["starts"], data["ends"]
            if why := foreign_numbers.span_fault(*dates, born=self.born, today=self.today):
                self.add_error("ends" if why.startswith("停用") else "starts", why)
        return data


class ManyNumbersForm(forms.Form):
    """A list copied from a workbook or as a file, and what all its lines have in common."""

    mark_optional = False

    issuer = ForeignNumberForm.base_fields["issuer"]
    paper = ForeignNumberForm.base_fields["paper"]
    text = forms.CharField(
        label="名单",
        required=False,
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        help_text="每行一名：学号、身份证号、起用日期、停用日期（还在用的留空）",
        error_messages={"max_length": TOO_LONG},
    )
    file = forms.FileField(
        label="表格文件",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        help_text="xlsx、xls 或 csv；选了文件的，以文件为准",
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("issuer", "paper"):
            self.fields[name].width = "w4"

    def clean(self):
        data = super().clean()
        if "text" in data and not data["text"].strip() and not data.get("file"):
            self.add_error("text", NOTHING)
        return data


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a list; ``why`` says what is wrong with it, "" where nothing is."""

    place: int
    number: str
    document: str
    student: Student | None = None
    given: Given | None = None
    why: str = ""


def judge(rows: Iterable[Row], *, issuer: str, paper: str, acting: Acting) -> list[Line]:
    """Every row of a list, judged; four queries whatever their number."""
    rows = list(rows)
    indexes = {id_index(row.document) for row in rows if row.document}
    pupils = {
        bytes(student.id_index): student
        for student in queries.visible(acting).filter(id_index__in=indexes)
    }
    lines = []
    for row in rows:
        student = pupils.get(id_index(row.document)) if row.document else None
        lines.append(_line(row, student, issuer, paper, acting.today))
    wanted = [(line.student, line.given) for line in lines if line.student and line.given]
    whys = iter(foreign_numbers.refusals(wanted))
    return [
        replace(line, why=next(whys)) if line.student and line.given else line for line in lines
    ]


def _line(row: Row, student: Student | None, issuer: str, paper: str, today: date) -> Line:
    line = Line(place=row.place, number=row.number, document=row.document)
    if why := row.why or foreign_numbers.fault(row.number, today=today):
        return replace(line, why=why)
    if student is None:
        return replace(line, why=UNKNOWN if row.document else NO_DOCUMENT)
    if row.ends and day(row.ends) is None:
        return replace(line, why="停用日期不是日期。请写成 2026-09-01 这样；还在用的留空。")
    given = Given(
        number=idnumbers.normalise(row.number),
        issuer=issuer,
        starts=day(row.starts),
        ends=day(row.ends),
        paper=paper,
    )
    born = student.birth_date
    why = foreign_numbers.span_fault(given.starts, given.ends, born=born, today=today)
    return replace(line, student=student, given=None if why else given, why=why)
