"""Fields that many forms ask for alike.

Those of the national sheet's items, drawn by their kind, take any text and judge none.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django import forms

from xueji.organisations.models import Division
from xueji.students import reading
from xueji.students.sheet import Item

# twelfths; whatever is not named takes three
WIDTHS = {
    "birth_place_text": "w6",
    "id_valid": "w4",
    "mail_address": "w6",
    "family_address": "w6",
    "specialty": "w6",
    "homepage": "w5",
    "email": "w4",
    "address_text": "w6",
    "hukou_text": "w6",
    "workplace": "w6",
}


class DayField(forms.DateField):
    """A day typed as in any row of a workbook; days.js adds the browser's calendar."""

    widget = forms.DateInput(
        attrs={"data-day": "", "inputmode": "numeric", "autocomplete": "off"}, format="%Y-%m-%d"
    )
    default_error_messages = {"invalid": "请写成 2026-09-01 这样的年、月、日。"}

    def to_python(self, value: object) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        typed = reading.day(str(value))
        if typed is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return typed


class PapersField(forms.MultipleChoiceField):
    """Papers whose originals were seen; which of them are needed is asked of the rules."""

    widget = forms.CheckboxSelectMultiple
    width = "w12"
    default_error_messages = {"invalid_choice": "请从列出的材料中勾选。"}

    def __init__(self) -> None:
        super().__init__(label="看过原件的材料", required=False)


def text(width: str, **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attributes})
    field = forms.CharField(required=False, strip=False, widget=widget)
    field.width = width
    return field


def choice(width: str, table: Mapping[str, str], *, empty: str | None = None) -> forms.CharField:
    """Any text is taken: what is no choice is told where it is checked, not lost."""
    choices = [(code, f"{code} {words}") for code, words in table.items()]
    if empty is not None:
        choices.insert(0, ("", empty))
    field = forms.CharField(required=False, strip=False, widget=forms.Select(choices=choices))
    field.width = width
    return field


def tick(width: str) -> forms.BooleanField:
    field = forms.BooleanField(required=False)
    field.width = width
    return field


def place_field(name: str, width: str = "w6") -> forms.CharField:
    return text(width, **{"data-choose": "/divisions/?q=", "data-code-target": f"#id_{name}_code"})


def code_field() -> forms.CharField:
    return forms.CharField(required=False, widget=forms.HiddenInput)


def of_item(name: str, item: Item, *, empty: str | None) -> forms.CharField:
    """The field of one item, with its help; ``empty`` is the word of a choice not made."""
    width = WIDTHS.get(item.key, "w3")
    if item.is_place:
        field = place_field(name.removesuffix("_text"), width)
    elif item.table is not None:
        field = choice(width, item.table, empty=empty)
    else:
        field = text(width)
    field.label, field.help_text = item.label, item.help
    return field


def mark_chosen(form: forms.BaseForm, places: Iterable[str]) -> None:
    """Tell choose.js which part of a stored text the code stands for."""
    codes = {place: plain(form[f"{place}_code"].value()) for place in places}
    found = Division.objects.in_bulk({code for code in codes.values() if code.isdecimal()})
    for place, code in codes.items():
        division = found.get(code)
        text = plain(form[f"{place}_text"].value())
        chosen = division and text.startswith(division.full_name)
        attributes = form.fields[f"{place}_text"].widget.attrs
        attributes["data-chosen"] = division.full_name if division and chosen else ""


def plain(value: object) -> str:
    """What stands in a field, without the one character that no column can keep."""
    return "on" if value is True else str(value or "").replace("\0", "")
