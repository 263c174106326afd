"""The forms of 分班: whom to put where, a class of the year, a larger one, changing class."""

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


def _reason(most: int, *, required: str) -> forms.CharField:
    return forms.CharField(
        label="原因",
        max_length=most,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": required,
            "max_length": f"原因超过 {most} 个字，请写短一些。",
        },
    )


class MoveForm(forms.Form):
    """Pupils of one class, the class they change to, and why."""

    students = forms.TypedMultipleChoiceField(
        label="学生",
        coerce=int,
        error_messages={
            "required": "还没有选中学生。请先勾选，再调班。",
            "invalid_choice": "所选学生刚离开这个班，名单已刷新，请再选。",
        },
    )
    into = forms.TypedChoiceField(
        label="调入",
        coerce=int,
        error_messages={
            "required": "还没有选调入的班。请选一个班，再调班。",
            "invalid_choice": "只能调到本校同一级的另一个班。请另选一个班。",
        },
    )
    reason = _reason(100, required="请写明调班的原因，会留在学生的经历里。")

    def __init__(
        self, *args, students: Iterable[int], classes: Iterable[tuple[int, str]], **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.fields["students"].choices = [(pk, pk) for pk in students]
        self.fields["into"].choices = list(classes)


class ExcessForm(forms.Form):
    """Up to how many pupils a class may have, and why."""

    heads = forms.IntegerField(
        label="最多人数",
        min_value=1,
        max_value=120,
        error_messages={
            "required": "请填同意的最多人数。",
            "invalid": "最多人数是 1 至 120 的整数。",
            "min_value": "最多人数是 1 至 120 的整数。",
            "max_value": "最多人数是 1 至 120 的整数。",
        },
    )
    reason = _reason(200, required="请写明同意的理由，会留在班级的记录里。")
    heads.width = "w4"
    reason.width = "w8"
