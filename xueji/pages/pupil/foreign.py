"""Numbers of other registers as they are typed: one on a form, or many in a pasted list."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django import forms

from xueji.accounts.access import Acting
from xueji.identity import idnumbers
from xueji.students import foreign_numbers, queries
from xueji.students.foreign_numbers import Given
from xueji.students.identity_documents import id_index
from xueji.students.models import Student
from xueji.students.reading import day

MOST = 2000  # lines at once
LONGEST = 200_000  # characters of a pasted list
COLUMNS = 4
SEPARATORS = "\t,，;；"
HEADS = {"学号", "学籍号", "外来学号"}
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
    starts = forms.DateField(
        label="起用日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请写成 2026-09-01 这样的年、月、日。"},
    )
    ends = forms.DateField(
        label="停用日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请写成 2026-09-01 这样的年、月、日。"},
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
    """A list as it is copied from a workbook, and what all its lines have in common."""

    issuer = ForeignNumberForm.base_fields["issuer"]
    paper = ForeignNumberForm.base_fields["paper"]
    text = forms.CharField(
        label="名单",
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        help_text="每行一名：学号、身份证号、起用日期、停用日期（还在用的留空）",
        error_messages={
            "required": "请粘贴名单，每行一名。",
            "max_length": "名单太长，请分几次登记。",
        },
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("issuer", "paper"):
            self.fields[name].width = "w4"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a list; ``why`` says what is wrong with it, "" where nothing is."""

    place: int
    number: str
    document: str
    student: Student | None = None
    given: Given | None = None
    why: str = ""


def read(text: str, *, issuer: str, paper: str, acting: Acting) -> list[Line]:
    """Every line of a list, judged; four queries whatever their number."""
    rows = list(_rows(text))
    indexes = {index for _, cells in rows if (index := _index(cells))}
    pupils = {
        bytes(student.id_index): student
        for student in queries.visible(acting).filter(id_index__in=indexes)
    }
    lines = []
    for place, cells in rows:
        student = pupils.get(_index(cells) or b"")
        lines.append(_line(place, cells, student, issuer, paper, acting.today))
    wanted = [(line.student, line.given) for line in lines if line.student and line.given]
    whys = iter(foreign_numbers.refusals(wanted))
    return [
        Line(**{**vars(line), "why": next(whys)}) if line.student and line.given else line
        for line in lines
    ]


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that say something, counted from 1, without a line of heads."""
    for place, line in enumerate(text.replace("\0", "").splitlines(), start=1):
        separator = next((one for one in SEPARATORS if one in line), None)
        cells = next(csv.reader([line], delimiter=separator)) if separator else line.split()
        cells = [cell.strip() for cell in cells]
        if any(cells) and not (place == 1 and cells[0] in HEADS):
            yield place, cells


def _index(cells: Sequence[str]) -> bytes | None:
    return id_index(cells[1]) if len(cells) > 1 and cells[1] else None


def _line(
    place: int, cells: Sequence[str], student: Student | None, issuer: str, paper: str, today: date
) -> Line:
    number, document, starts, ends = [*cells, "", "", "", ""][:COLUMNS]
    line = partial(Line, place=place, number=number, document=document)
    if len(cells) > COLUMNS:
        return line(why=f"多于 {COLUMNS} 列。只要学号、身份证号、起用日期、停用日期。")
    if why := foreign_numbers.fault(number, today=today):
        return line(why=why)
    if student is None:
        return line(why=UNKNOWN)
    if ends and day(ends) is None:
        return line(why="停用日期不是日期。请写成 2026-09-01 这样；还在用的留空。")
    given = Given(
        number=idnumbers.normalise(number),
        issuer=issuer,
        starts=day(starts),
        ends=day(ends),
        paper=paper,
    )
    born = student.birth_date
    why = foreign_numbers.span_fault(given.starts, given.ends, born=born, today=today)
    return line(student=student, given=None if why else given, why=why)
