"""The forms of 奖惩: they read what is typed; ``conduct.rules`` judges it."""

from collections.abc import Iterable

from django import forms

from xueji.conduct.models import Kind
from xueji.conduct.rules import NAMES, Entry, Revocation, needs_proof, no_proof
from xueji.identity.problems import Problem
from xueji.pages.fields import DayField
from xueji.rules.engine import Rules

SCAN = "image/jpeg,image/png,application/pdf"
WIDTHS = {"what": "w4", "level": "w4", "given_on": "w4", "text": "w6", "unit": "w6"}
WIDTHS |= {"paper_number": "w6", "file": "w6"}


def _day(label: str, missing: str) -> DayField:
    return DayField(
        label=label,
        error_messages={"required": missing},
    )


def _words(label: str, longest: int, *, missing: str = "", help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=bool(missing),
        help_text=help_text,
        error_messages={
            "required": missing,
            "max_length": f"{label}超过 {longest} 个字，请写短一些。",
        },
    )


def _scan(label: str) -> forms.FileField:
    """Whether it is a scan is judged by its content."""
    return forms.FileField(
        label=label,
        allow_empty_file=True,
        help_text="JPEG、PNG 图片或 PDF，5 MB 以内",
        widget=forms.FileInput(attrs={"accept": SCAN}),
    )


class Judged(forms.Form):
    """A form that shows what the rules found; whether a scan is needed they say as well."""

    def __init__(self, *args, rules: Rules, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = needs_proof(rules)
        self.fields["file"].error_messages["required"] = str(no_proof(rules))

    def tell(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            field = problem.field if problem.field in self.fields else None
            self.add_error(field, str(problem))


class ConductForm(Judged):
    """A reward or a sanction; its name is chosen together with its kind."""

    what = forms.ChoiceField(
        label="类别和名称",
        error_messages={"required": "请选择是哪一种奖励或处分。"},
    )
    level = forms.ChoiceField(label="级别", error_messages={"required": "请选择级别。"})
    text = _words("具体名称", 60, help_text="照证明材料写全称，如：2025—2026 学年度三好学生")
    unit = _words("决定单位", 60, missing="请填写作出决定的单位。")
    paper_number = _words("文号", 60, help_text="证明材料上有文号的照抄")
    given_on = _day("日期", "请填写作出决定的日期。")
    file = _scan("证明材料")

    def __init__(self, *args, rules: Rules, **kwargs) -> None:
        super().__init__(*args, rules=rules, **kwargs)
        groups = [
            (kind.label, [(f"{kind}:{name}", name) for name in rules.value(key)])
            for kind, key in NAMES.items()
        ]
        for name, width in WIDTHS.items():
            self.fields[name].width = width
        self.fields["what"].choices = [("", "请选择"), *groups]
        levels = rules.value("conduct.levels")
        self.fields["level"].choices = [("", "请选择"), *((word, word) for word in levels)]
        outside = "不在可选的范围内，请从列出的里面选一个（{}）。"
        for field, key in (("what", "conduct.rewards"), ("level", "conduct.levels")):
            citation = rules.rule(key).citation
            self.fields[field].error_messages["invalid_choice"] = outside.format(citation)

    @property
    def entry(self) -> Entry:
        said = self.cleaned_data
        kind, _, name = said["what"].partition(":")
        keys = ("level", "text", "unit", "paper_number", "given_on")
        return Entry(kind=Kind(kind), name=name, **{key: said[key] for key in keys})

    def tell(self, problems: Iterable[Problem]) -> None:
        fields = {"name": "what"}
        super().tell(
            Problem(p.code, p.message, p.remedy, field=fields.get(p.field, p.field))
            for p in problems
        )


class RevokeForm(Judged):
    """The end of a sanction."""

    on = _day("撤销日期", "请填写作出撤销决定的日期。")
    paper_number = _words("撤销文号", 60, help_text="撤销决定上有文号的照抄")
    file = _scan("撤销决定")

    @property
    def said(self) -> Revocation:
        return Revocation(
            on=self.cleaned_data["on"], paper_number=self.cleaned_data["paper_number"]
        )
