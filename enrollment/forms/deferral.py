"""The form of an application for 缓学: the child as for an entry, why, and until when."""

from collections.abc import Mapping

from django import forms

from enrollment.forms.entry import PAPER, EntryForm
from enrollment.models import LateReason
from enrollment.services.check import Context
from enrollment.services.deferral import LONGEST_DETAILS, concerns
from xueji.pages.fields import choice, text
from xueji.rules.engine import Rules
from xueji.rules.files import Effect


class DeferralForm(EntryForm):
    """Of the entry's fields it draws those that say who the child is."""

    late_reason = choice("w4", dict(LateReason.choices), empty="请选择")
    until = text("w4")
    late_details = text("w12", maxlength=str(LONGEST_DETAILS))

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        context: Context,
        row: Mapping[str, str] | None = None,
    ):
        initial = {"until": context.year.ends_on.isoformat(), **(row or {})}
        super().__init__(data, context=context, row=initial)
        self.fields["late_reason"].label = "缓学原因"
        self.fields["late_reason"].widget.choices = [("", "请选择"), *LateReason.choices]
        self.fields["until"].label = "缓学到"
        self.fields["late_details"].label = "具体情况"
        for name in ("late_reason", "until", "late_details"):
            self.demand(name)
        self.fields["late_details"].help_text = "照监护人的申请写，只给本校和教育局看"

    def warned(self, rules: Rules) -> dict[str, str]:
        return {
            rule.key: rule.title
            for rule in rules
            if rule.effect == Effect.WARN and concerns(rule.key)
        }

    def papers(self, rules: Rules) -> list[list[forms.BoundField]]:
        return [
            [self[PAPER + code] for code in group] for group in rules.value("entry.late_papers")
        ]
