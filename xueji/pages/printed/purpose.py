"""Asking for whole numbers on a paper: only with a purpose, and never of what is not one's own."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest

from xueji.pages.forms import PrintForm, first_error

WHOLE = "完整号码"  # in the access log, as the field that was shown


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the request asked for; without ``whole`` the numbers stay masked."""

    form: PrintForm
    whole: bool = False
    purpose: str = ""
    status: int = 200

    @property
    def looked(self) -> dict[str, str]:
        """What the access log says of it."""
        return {"field": WHOLE if self.whole else "", "reason": self.purpose}

    @property
    def context(self) -> dict[str, object]:
        """What templates/print/_whole.html and _foot.html read."""
        return {"form": self.form, "whole": self.whole, "purpose": self.purpose}


def asked(request: HttpRequest, *, refusal: str = "") -> Asked:
    """GET asks for nothing. A POST without purpose, or against a ``refusal``, is told why not."""
    if request.method != "POST":
        return Asked(form=PrintForm())
    form = PrintForm(request.POST)
    if form.is_valid() and not refusal:
        return Asked(form=form, whole=True, purpose=form.cleaned_data["purpose"])
    why = refusal or first_error(form)
    messages.error(request, f"没有换成完整号码\n\n{why}")
    return Asked(form=form, status=422)
