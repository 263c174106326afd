"""The form by which a school takes a pupil of another school without transfer formalities."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django import forms

from enrollment.services.admission import Asked
from xueji.identity import idnumbers
from xueji.organisations.models import SchoolClass
from xueji.pages.fields import DayField, PapersField

LATER = "分班后再定"


class AdmissionForm(forms.Form):
    """Who comes, under which exception, into which class, from when, and what was seen.

    ``only`` names the fields that are asked for; the others may stay empty (查找).
    """

    mark_optional = False  # the rules demand papers, and a class is left open in words

    id_number = forms.CharField(
        label="身份证件号",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="输全；照户口簿或证件逐位核对",
        error_messages={
            "required": "请填写该生的身份证件号。",
            "max_length": "证件号太长，请对照证件逐位核对。",
        },
    )
    name = forms.CharField(
        label="姓名",
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="与户口簿一致",
        error_messages={
            "required": "请照户口簿填写该生的姓名。",
            "max_length": "姓名超过 50 个字，请核对。",
        },
    )
    ground = forms.ChoiceField(
        label="除外情形",
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选属于哪一种除外情形；都不属于的，请办转学手续。",
            "invalid_choice": "请从列出的除外情形中选一种。",
        },
    )
    school_class = forms.TypedChoiceField(
        label="编入班级",
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": "所选班级刚被撤销，请另选。"},
    )
    starts = DayField(
        label="接收日期",
        help_text="学生到本校的日期",
        error_messages={
            "required": "请填写学生到本校的日期。",
        },
    )
    papers = PapersField()
    id_number.width, name.width, ground.width = "w6", "w6", "w12"
    school_class.width, starts.width = "w6", "w6"

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        grounds: Mapping[str, str],
        classes: Sequence[SchoolClass],
        papers: Iterable[tuple[str, str]],
        today: date,
        only: Sequence[str] = (),
        initial: Mapping[str, object] | None = None,
    ):
        super().__init__(
            data,
            initial={"starts": today, **(initial or {})},
            use_required_attribute=False,
        )
        self.classes = {row.pk: row for row in classes}
        self.fields["ground"].choices = list(grounds.items())
        rows = [(row.pk, f"{row}（{row.entry_year} 级）") for row in classes]
        self.fields["school_class"].choices = [("", LATER), *rows]
        self.fields["papers"].choices = list(papers)
        for name, field in self.fields.items():
            if only and name not in only:
                field.required = False

    def clean_id_number(self) -> str:
        return idnumbers.normalise(self.cleaned_data["id_number"])

    def asked(self) -> Asked:
        """What a valid form asks for."""
        data = self.cleaned_data
        return Asked(
            id_number=data["id_number"],
            name=data["name"],
            ground=data["ground"],
            school_class=self.classes.get(data["school_class"]),
            starts=data["starts"],
            papers=frozenset(data["papers"]),
        )

    def row(self) -> dict[str, str]:
        """What a valid form holds, as text, for whoever mends it."""
        data = self.cleaned_data
        return {
            "id_number": data["id_number"],
            "name": data["name"],
            "ground": data["ground"],
            "school_class": str(data["school_class"] or ""),
            "starts": data["starts"].isoformat(),
            "papers": " ".join(data["papers"]),
        }
