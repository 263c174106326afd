"""The form of an order (建制调整); ``establishment`` judges what is typed."""

import re
import unicodedata
from collections.abc import Iterable

from django import forms

from xueji.establishment.models import OrderKind
from xueji.organisations.models import Organisation, SchoolClass
from xueji.pages.fields import code_field
from xueji.pages.offices.base import Told, choice, day, words

SCAN = "image/jpeg,image/png,application/pdf"


def _office_field(name: str, label: str, help_text: str) -> forms.CharField:
    return words(
        label,
        width="w6",
        help_text=help_text,
        **{"data-choose": "/rules/places/?q=", "data-code-target": f"#id_{name}_id"},
    )


class OrderForm(Told):
    """An order with its paper; ``school`` and ``into`` are chosen by typing."""

    kind = choice("事项", OrderKind.choices)
    school = _office_field("school", "学校", "打字选")
    school_id = code_field()
    into = _office_field(
        "into", "去向", "调整隶属：中心校，或教育局（直属）；并入、划转：学校；撤销：不填"
    )
    into_id = code_field()
    school_class = words(
        "班级", width="w6 of-class", help_text="整班划转才填，如：三（2）班", list="open-classes"
    )
    number = words("文号", width="w6", help_text="照文件，如：迁教〔2026〕18 号")
    decided_on = day("文件日期", "请照文件上的日期填写。")
    effective_on = day("生效日期", "请填生效月份的 1 日。")
    file = forms.FileField(
        label="文件扫描件",
        required=False,
        allow_empty_file=True,
        help_text="JPEG、PNG 图片或 PDF，5 MB 以内",
        widget=forms.FileInput(attrs={"accept": SCAN}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        first = "kind effective_on decided_on school school_id school_class into into_id"
        self.order_fields([*first.split(), "number", "file"])
        for name, width in (("effective_on", "w4"), ("decided_on", "w4"), ("file", "w6")):
            self.fields[name].width = width

    def give_back(self, **chosen: Organisation | None) -> None:
        """Show the ids of the offices that were found, and no other that was sent."""
        sent = self.data.copy()
        for name, office in chosen.items():
            sent[name] = str(office.pk) if office else ""
        self.data = sent


def class_named(classes: Iterable[SchoolClass], typed: str) -> SchoolClass | None:
    """The one class that is meant: ``三（2）班``, ``三(2)班``, ``三年级2班``."""
    found = [row for row in classes if _bare(str(row)) == _bare(typed)]
    return found[0] if len(found) == 1 else None


def _bare(name: str) -> str:
    return re.sub(r"[()\s班]|年级", "", unicodedata.normalize("NFKC", name))
