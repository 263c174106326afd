"""The forms of 分班: whom to put where, and a class of the year."""

from collections.abc import Iterable

from django import forms


class AssignForm(forms.Form):
    """Pupils to put into one class; both are checked where it is done."""

    students = forms.TypedMultipleChoiceField(
        label="学生",
        coerce=int,
        error_messages={
            "required": "还没有选中学生。请先勾选，再编班。",
            "invalid_choice": "所选学生刚由他人编班，名单已刷新，请再选。",
        },
    )
    school_class = forms.TypedChoiceField(
        label="班级",
        coerce=int,
        error_messages={
            "required": "还没有选班级。请选一个班，再编班。",
            "invalid_choice": "所选班级刚被撤销，名单已刷新，请再选。",
        },
    )

    def __init__(
        self, *args, students: Iterable[int], classes: Iterable[tuple[int, str]], **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.fields["students"].choices = [(pk, pk) for pk in students]
        self.fields["school_class"].choices = list(classes)


def _whole(label: str, most: int) -> forms.IntegerField:
    told = dict.fromkeys(("invalid", "min_value", "max_value"), f"请填 1 至 {most} 的整数。")
    return forms.IntegerField(label=label, min_value=1, max_value=most, error_messages=told)


class ClassForm(forms.Form):
    """A class of the year's intake."""

    number, capacity = _whole("班号", 40), _whole("班额", 80)
    number.width = capacity.width = "w3"
