"""What is typed to take a roster out: columns with their order, title, purpose."""

from collections.abc import Mapping, Sequence
from typing import cast

from django import forms

from reports.models import Format
from reports.queries.columns import Column
from xueji.pages.forms import PURPOSES

NO_COLUMNS = "一列也没有选。请至少选一列。"
LAST = 10_000  # behind those that have a place


class RosterForm(forms.Form):
    """All but the columns; ``sorts`` are those of the list, name → words."""

    title = forms.CharField(
        label="标题",
        required=False,
        max_length=60,
        help_text="印在表格上方；空着就没有标题，第一行是列名",
        error_messages={"max_length": "标题超过 60 个字，请写短一些。"},
    )
    sort = forms.ChoiceField(
        label="排列", error_messages={"invalid_choice": "请从列出的排列里选一种。"}
    )
    format = forms.ChoiceField(
        label="格式",
        choices=Format.choices,
        widget=forms.RadioSelect,
        initial=Format.XLSX,
        error_messages={"required": "请选格式。", "invalid_choice": "请从列出的格式里选一种。"},
    )
    purpose = forms.ChoiceField(
        label="导出用途",
        choices=[("", "请选择"), *((text, text) for text in PURPOSES)],
        error_messages={
            "required": "请选导出用途，会记入操作记录。",
            "invalid_choice": "请从列出的用途中选一个。",
        },
    )
    whole = forms.BooleanField(label="完整的证件号、电话和邮箱", required=False)

    def __init__(self, *args, sorts, may_be_whole, **more):
        super().__init__(*args, **more)
        sort = cast(forms.ChoiceField, self.fields["sort"])
        sort.choices = [(name, f"按{label}") for name, label in sorts.items()]
        if not may_be_whole:
            del self.fields["whole"]
        for field in self.fields.values():
            field.width = "w12"


class ChoiceNameForm(forms.Form):
    """Under which name the columns are kept."""

    name = forms.CharField(
        max_length=20,
        error_messages={
            "required": "请给这套列起个名字，再存。",
            "max_length": "名字超过 20 个字，请写短一些。",
        },
    )


class DecisionForm(forms.Form):
    """The second person's word."""

    mark_optional = False  # the opinion is demanded with a no

    decision = forms.ChoiceField(
        label="决定",
        choices=[("agreed", "同意导出"), ("refused", "不同意")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "请先选择：同意或不同意。",
            "invalid_choice": "请先选择：同意或不同意。",
        },
    )
    note = forms.CharField(
        label="意见",
        required=False,
        max_length=200,
        error_messages={"max_length": "意见超过 200 个字，请写短一些。"},
    )

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        for field in self.fields.values():
            field.width = "w12"


def ordered(
    ticked: Sequence[str], places: Mapping[str, str], columns: Mapping[str, Column]
) -> list[str]:
    """The ticked columns by the numbers written beside them; those without one come last."""
    sheet_order = {key: number for number, key in enumerate(columns)}

    def place(key: str) -> tuple[int, int]:
        text = places.get(f"place-{key}", "").strip()
        written = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else LAST
        return written, sheet_order[key]

    return sorted(dict.fromkeys(key for key in ticked if key in columns), key=place)
