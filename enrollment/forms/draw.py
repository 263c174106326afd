"""The form of a balanced assignment (均衡分班)."""

from collections.abc import Sequence

from django import forms

from enrollment.services.balance import Wish
from enrollment.services.draw import KEYS

MOST_WISHES = 15
WISHES = [("", "不要求"), ("together", "同班"), ("apart", "不同班")]


def _order(label: str, initial: int | None) -> forms.IntegerField:
    widget = forms.TextInput(
        attrs={"aria-label": label, "inputmode": "numeric", "autocomplete": "off"}
    )
    return forms.IntegerField(
        label=label,
        required=False,
        initial=initial,
        widget=widget,
        error_messages={"invalid": "名单序号是整数。"},
    )


class DrawForm(forms.Form):
    """Which classes, what to spread, which seed, who together or apart; sent by GET."""

    mark_optional = False

    classes = forms.TypedMultipleChoiceField(
        label="参加分班的班级",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请勾选参加分班的班级，至少两个。",
            "invalid_choice": "所选班级刚被撤销，请再选。",
        },
    )
    keys = forms.MultipleChoiceField(
        label="除性别外还要均衡",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(key, label) for key, (label, _) in KEYS.items()],
        error_messages={"invalid_choice": "没有这个均衡项目。"},
    )
    seed = forms.RegexField(
        label="种子",
        regex=r"^[0-9A-Za-z]+$",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text="空着由系统抽取；当众抽出的号码填在这里。",
        error_messages={
            "invalid": "种子只能是数字和英文字母。",
            "max_length": "种子最多 40 位。",
        },
    )

    def __init__(
        self,
        *args,
        classes: Sequence[tuple[int, str]],
        count: int,
        twins: Sequence[tuple[int, int]],
        **kwargs,
    ):
        """``count``: length of the list; ``twins``: pairs to ask for, by their order in it."""
        super().__init__(*args, **kwargs)
        self.count = count
        self.wishes: tuple[Wish, ...] = ()
        self.fields["classes"].choices = list(classes)
        self.fields["classes"].initial = [pk for pk, _ in classes]
        self.fields["keys"].initial = ["birth"]
        self.pairs = range(min(len(twins) + 3, MOST_WISHES))
        for n in self.pairs:
            first, second = twins[n] if n < len(twins) else (None, None)
            self.fields[f"a{n}"] = _order(f"第 {n + 1} 对，第一人的名单序号", first)
            self.fields[f"b{n}"] = _order(f"第 {n + 1} 对，第二人的名单序号", second)
            label = f"第 {n + 1} 对的要求"
            self.fields[f"how{n}"] = forms.ChoiceField(
                label=label,
                required=False,
                choices=WISHES,
                widget=forms.Select(attrs={"aria-label": label}),
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [(self[f"a{n}"], self[f"b{n}"], self[f"how{n}"]) for n in self.pairs]

    def clean(self):
        data = super().clean()
        self.wishes = ()
        for n in self.pairs:
            first, second, how = (data.get(f"{part}{n}") for part in ("a", "b", "how"))
            if not how:
                continue
            orders = range(1, self.count + 1)
            if first not in orders or second not in orders or first == second:
                self.add_error(
                    f"a{n}", f"请填名单里两名学生的序号（1 至 {self.count}），不能是同一人。"
                )
            else:
                wish = Wish(first=first, second=second, together=how == "together")
                self.wishes = (*self.wishes, wish)
        return data
