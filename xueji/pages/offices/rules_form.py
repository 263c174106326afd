"""The form that names the rule set of an office, or lets it inherit."""

from django import forms

from xueji.pages.offices.base import ReasonedForm, choice, words

INHERIT = "inherit"  # in the form: "" would say that nothing was chosen


class RulesForm(ReasonedForm):
    """One of ``sets``; ``inherited`` in words where there is something to take back."""

    was = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = words("依据和原因", width="w12", help_text="文号和说明；留在履历里，人人看得到")

    def __init__(self, *args, sets: list[tuple[str, str]], inherited: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        back = [(INHERIT, f"收回单独指定，随上级：{inherited}")] if inherited else []
        self.fields["rule_set"] = choice("执行的制度", [("", "请选择"), *sets, *back], "w8")
        self.order_fields(["seen", "was", "rule_set", "reason"])

    @property
    def name(self) -> str:
        chosen = self.cleaned_data["rule_set"]
        return "" if chosen == INHERIT else chosen
