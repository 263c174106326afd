"""Two versions of one form, field by field, for the second of two windows that wrote it."""

from collections.abc import Iterator, Mapping

from django import forms

from enrollment.forms import LABELS, PAPER, EntryForm
from xueji.rules.papers import PAPERS


def differences(
    here: Mapping[str, str], there: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Label, value here, value there of every field in which two versions of a form differ."""
    names = {**LABELS, **{PAPER + code: label for code, label in PAPERS.items()}}
    for name, label in names.items():
        mine, other = here.get(name, ""), there.get(name, "")
        if mine != other:
            yield label, _shown(name, mine), _shown(name, other)


def _shown(name: str, value: str) -> str:
    field = EntryForm.base_fields.get(name)
    if field is None or isinstance(field, forms.BooleanField):
        return "是" if value else "否"
    choices = dict(getattr(field.widget, "choices", ()))
    return str(choices.get(value, value)) or "（空）"
