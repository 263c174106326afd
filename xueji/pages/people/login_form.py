"""The log-in form: slow for whoever guesses, and never saying which part was wrong."""

from datetime import timedelta

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone

from xueji.accounts import log, throttle
from xueji.accounts.models import Happened, User

WRONG = (
    "账号或密码不对。请核对后再试；忘记密码、账号停用或久未登录被封存的，请找上级账号管理员办理。"
)
TOO_MANY = (
    "试得太多，{minutes} 分钟后再试。急用请找安全管理员解除限制；忘记密码请找上级账号管理员。"
)


class LoginForm(AuthenticationForm):
    """Says the same of an account there is, is not, is closed or sealed, after the same time."""

    wait: timedelta | None = None  # until the next try is looked at, when this one was not
    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    def clean(self):
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password"):
            return self.cleaned_data
        at, address = timezone.now(), self.request.META.get("REMOTE_ADDR", "")
        this = throttle.begin(name, address=address, at=at)
        if this.is_refused:
            self.wait = this.wait
            raise forms.ValidationError(TOO_MANY.format(minutes=this.minutes))
        account = User.objects.filter(username=name).select_related("home").first()
        try:
            super().clean()
        except forms.ValidationError:
            limited = throttle.is_limited(name, at=at)
            kind = Happened.STOPPED if limited else Happened.FAILED
            log.note(kind, account, at=at, address=address)
            raise
        this.succeeded()
        log.note(Happened.LOGIN, account, at=at, address=address)
        return self.cleaned_data
