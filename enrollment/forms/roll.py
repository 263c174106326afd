"""What is asked before a roll is printed: copies, class, order, and what for."""

from collections.abc import Sequence

from django import forms

from xueji.pages.forms import ListPrintForm


class RollForm(ListPrintForm):
    """Copies by the id of the office that keeps each, and classes by id; "" is all of them.

    Without an order pupils stand by their numbers.
    """

    mark_optional = False
    whole = None  # a roll has no numbers to mask
    copy = forms.ChoiceField(
        label="哪一份", required=False, error_messages={"invalid_choice": "请从列出的份里选一份。"}
    )
    school_class = forms.ChoiceField(
        label="班级", required=False, error_messages={"invalid_choice": "请从列出的班里选一个班。"}
    )
    field_order = ("copy", "school_class", "order", "purpose")

    def __init__(
        self,
        *args: object,
        copies: Sequence[tuple[str, str]],
        classes: Sequence[tuple[str, str]],
        **more: object,
    ):
        super().__init__(*args, **more)
        self.fields["copy"].choices = [("", f"全部 {len(copies)} 份"), *copies]
        self.fields["school_class"].choices = [("", "全部班级"), *classes]
        orders = self.fields["order"]
        orders.choices = [("", "按学籍号"), *orders.choices]
