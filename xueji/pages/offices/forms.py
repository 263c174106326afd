"""Forms about offices: text in, values out; ``establishment`` judges them."""

from collections.abc import Iterable

from django import forms

from xueji.establishment.rules import USUAL, NewOffice, StageFacts
from xueji.organisations.models import (
    Area,
    Level,
    Organisation,
    School,
    SchoolKind,
    StageName,
)
from xueji.pages.fields import code_field, place_field
from xueji.pages.offices.base import ReasonedForm, Told, choice, day, words


class StageFields(Told):
    """Of each stage how many years (0: not taught) and, for 五四学制, its first grade."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for stage in StageName:
            first, years = USUAL[stage]
            self.fields[stage.value] = forms.TypedChoiceField(
                label=f"{stage.label}学制",
                coerce=int,
                empty_value=None,
                required=False,
                choices=[("", "不设"), *((n, f"{n} 年") for n in range(years + 1, 1, -1))],
                error_messages={"invalid_choice": "请从列出的学制里选。"},
            )
            self.fields[f"{stage.value}_first"] = forms.TypedChoiceField(
                label=f"{stage.label}起始年级",
                coerce=int,
                empty_value=None,
                required=False,
                choices=[(n, f"{n} 年级") for n in (first, *((first - 1,) if first > 1 else ()))],
                error_messages={"invalid_choice": "请从列出的年级里选。"},
            )
            for name in (stage.value, f"{stage.value}_first"):
                self.fields[name].width = "w3"

    @property
    def stages(self) -> tuple[StageFacts, ...]:
        data = self.cleaned_data
        return tuple(
            StageFacts(stage.value, data.get(f"{stage.value}_first") or USUAL[stage][0], years)
            for stage in StageName
            if (years := data.get(stage.value) or 0)
        )


class StagesForm(StageFields, ReasonedForm):
    """Which stages a school teaches."""

    @staticmethod
    def initial_of(school: School) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in school.stages.all():
            found |= {row.stage: row.years, f"{row.stage}_first": row.first_grade}
        return found


class CentreForm(Told):
    """A new centre."""

    name = words("名称", width="w6", help_text="批文上的全称，如：建昌营镇中心校")
    division_code = words("乡镇代码", help_text="行政区划代码前 9 位", inputmode="numeric")
    opened_on = day("设立日期")
    reason = words("依据", width="w12", help_text="设立的批文、文号")

    @property
    def office(self) -> NewOffice:
        data = self.cleaned_data
        return NewOffice(
            level=Level.CENTRE,
            name=data["name"].strip(),
            division_code=data["division_code"].strip(),
            opened_on=data["opened_on"],
        )


class SchoolForm(StageFields):
    """A new school; it works only after 入网."""

    name = words("名称", width="w6", help_text="批文上的全称")
    parent = forms.ChoiceField(label="上级", required=False)
    code = words("学校代码", width="w3", help_text="三位数字，用过的不再用", inputmode="numeric")
    identifier = words("学校标识码", width="w3", help_text="10 位数字", inputmode="numeric")
    kind = choice("办学类型", SchoolKind.choices, "w3")
    area = choice("城乡", Area.choices, "w3")
    designated = forms.BooleanField(label="指定借读学校", required=False)
    opened_on = day("设立日期")
    reason = words("依据", width="w12", help_text="设立的批文、文号")

    def __init__(self, *args, centres: Iterable[str], county: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        names = [(name, name) for name in centres]
        self.fields["parent"].choices = [("", f"{county}直属"), *names]
        self.fields["parent"].error_messages["invalid_choice"] = "请从列出的中心校里选。"
        for name, width in (("parent", "w6"), ("designated", "w3"), ("opened_on", "w3")):
            self.fields[name].width = width
        first = ("name", "parent", "code", "identifier", "kind", "area")
        stages = [name for name in self.fields if name.split("_")[0] in StageName.values]
        self.order_fields([*first, *stages, "opened_on", "designated", "reason"])

    @property
    def office(self) -> NewOffice:
        data = self.cleaned_data
        texts = {name: data[name].strip() for name in ("name", "code", "identifier")}
        return NewOffice(
            level=Level.SCHOOL,
            parent=data["parent"],
            kind=data["kind"],
            area=data["area"],
            designated=data["designated"],
            stages=self.stages,
            opened_on=data["opened_on"],
            **texts,
        )


class FactsForm(ReasonedForm):
    """Facts of a centre or school that the county may change."""

    def __init__(self, *args, office: Organisation, school: School | None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = words("名称", width="w6", help_text="改名须有批文")
        if school is None:
            self.fields["division_code"] = words("乡镇代码", inputmode="numeric")
        else:
            self.fields["code"] = words("学校代码", width="w3", inputmode="numeric")
            self.fields["identifier"] = words("学校标识码", width="w3", inputmode="numeric")
            self.fields["kind"] = choice("办学类型", SchoolKind.choices)
            self.fields["area"] = choice("城乡", Area.choices)
            self.fields["designated_for_borrowed"] = forms.BooleanField(
                label="指定借读学校", required=False
            )
            if school.connected_on:
                for name in ("code", "identifier"):
                    self.fields[name].disabled = True
                    self.fields[name].help_text = "入网后不改"
        self.order_fields([name for name in self.fields if name != "reason"] + ["reason"])
        row = {name: getattr(school, name, None) for name in self.fields}
        row |= {"name": office.name, "division_code": office.division_code}
        self.initial = {**row, **self.initial}

    @property
    def values(self) -> dict[str, object]:
        return {
            name: value.strip() if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
            if name not in ("seen", "reason")
        }


class CatchmentForm(Told):
    """A village or community chosen by typing, and why."""

    place_text = place_field("place", "w6")
    place_code = code_field()
    reason = words("依据", width="w6", help_text="划片文件；留在履历里")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place_text"].label = "村、社区"
        self.fields["place_text"].help_text = "打字选，如 建昌营 军屯"


class RemovingForm(Told):
    """Why the villages and communities that are ticked no longer belong to a school."""

    reason = words("依据", width="w6")


class SheetForm(Told):
    """A list of centres and schools, or of villages, pasted or as a file."""

    what = choice("表", [("offices", "中心校和学校"), ("divisions", "村、社区")])
    reason = words("依据", width="w8", help_text="批文、文号；留在履历里")
    text = forms.CharField(
        label="名单",
        required=False,
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        help_text="从表格复制、粘贴，每行一个；或在下面选文件",
        error_messages={"max_length": "名单太长，请分几次。"},
    )
    text.width = "w12"
    file = forms.FileField(
        label="表格文件",
        required=False,
        allow_empty_file=True,
        help_text="xlsx、xls 或 csv，2 MB 以内",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,text/csv"}),
    )
    file.width = "w12"
