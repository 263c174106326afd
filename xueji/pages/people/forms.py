"""Forms about accounts and posts: texts in, domain values out; whether it may be is asked later."""

import re

from django import forms
from django.core.validators import RegexValidator

from xueji.accounts import passwords, people
from xueji.accounts.access import Acting
from xueji.accounts.models import Role, User
from xueji.identity.names import unseen
from xueji.organisations import queries as organisations
from xueji.organisations.models import Organisation
from xueji.pages.fields import DayField

USERNAME = RegexValidator(
    re.compile(r"^[a-z0-9][a-z0-9._-]{2,39}\Z"),
    "账号用 3 到 40 个小写字母、数字、点或横线，以字母或数字开头。例如 qq-liping。",
)
ROLES = [(role.value, role.label) for role in Role]


class PlaceField(forms.CharField):
    """An office typed by its name; what is offered is below the acting post."""

    def __init__(self, **more):
        super().__init__(max_length=120, **more)
        self.acting: Acting | None = None
        self.widget.attrs |= {"list": "places", "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value) -> Organisation:
        typed = super().clean(value)
        found = organisations.named(self.acting.post.organisation.path, typed)
        if not found:
            raise forms.ValidationError(
                f"您管理的范围里没有“{typed}”。请从列出的单位里选，或核对名称。"
            )
        if len(found) > 1:
            raise forms.ValidationError(
                f"有 {len(found)} 个单位叫“{typed}”。请写成“上级名称/单位名称”。"
            )
        return found[0]


class PostForm(forms.Form):
    """A post to be given: which, where, from when to when."""

    role = forms.ChoiceField(label="岗位", choices=[("", "请选择"), *ROLES])
    place = PlaceField(label="单位")
    starts = DayField(label="自")
    ends = DayField(label="至", required=False, help_text="不填就一直有效，到结束岗位为止")

    def __init__(self, *args, acting: Acting, **more):
        more.setdefault("initial", {"starts": acting.today})
        super().__init__(*args, **more)
        self.fields["place"].acting = acting
        for name, width in (("role", "w3"), ("place", "w3"), ("starts", "w3"), ("ends", "w3")):
            self.fields[name].width = width


class AccountForm(PostForm):
    """A new account, with its first post or without."""

    username = forms.CharField(label="账号", max_length=40, validators=[USERNAME])
    name = forms.CharField(label="姓名", max_length=50)
    field_order = ("username", "name", "place", "role", "starts", "ends")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        role = self.fields["role"]
        role.required, role.choices = False, [("", "先不授予"), *ROLES]
        for name in ("username", "name"):
            self.fields[name].width = "w4"
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if fault := unseen(typed):
            raise forms.ValidationError(f"{fault.message}{fault.remedy}")
        return typed


class EndForm(forms.Form):
    """The last day of a post, and who has it from then on."""

    on = DayField(
        label="岗位到哪一天止",
        error_messages={"required": "请填岗位到哪一天止；今天结束就填今天。"},
    )
    to = forms.CharField(
        label="交接给",
        max_length=40,
        required=False,
        help_text="填接任人的账号；不填就只结束岗位",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args, acting: Acting, **more):
        super().__init__(*args, **more)
        self.acting = acting

    def clean_to(self) -> User | None:
        typed = self.cleaned_data["to"]
        if not typed:
            return None
        account = people.in_reach(self.acting).filter(username=typed.lower()).first()
        if account is None:
            raise forms.ValidationError(
                f"您管理的范围里没有账号“{typed}”。请核对，或先给接任人开通账号。"
            )
        return account


class ReasonForm(forms.Form):
    """Why an account is disabled, opened, reset: kept with the act."""

    what = forms.CharField(required=False)
    reason = forms.CharField(
        label="原因",
        max_length=200,
        error_messages={
            "required": "请写明{act}的原因，会留在账号的记录里。",
            "max_length": "原因超过 200 个字，请写短一些。",
        },
    )

    def __init__(self, *args, act: str, **more):
        super().__init__(*args, **more)
        told = self.fields["reason"].error_messages
        told["required"] = told["required"].format(act=act)


class PasswordForm(forms.Form):
    """One's own password, changed by whoever knows the present one."""

    old = forms.CharField(label="现在的密码", strip=False, max_length=passwords.LONGEST)
    new = forms.CharField(label="新密码", strip=False, max_length=passwords.LONGEST)
    again = forms.CharField(label="再输一遍", strip=False, max_length=passwords.LONGEST)

    def __init__(self, *args, user: User, **more):
        super().__init__(*args, **more)
        self.user = user
        for name, field in self.fields.items():
            kind = "current-password" if name == "old" else "new-password"
            field.widget = forms.PasswordInput(attrs={"autocomplete": kind})
            field.width = "w12"
        self.fields["new"].help_text = passwords.profile().words

    def clean(self):
        data = super().clean()
        # looked at in every form, finished or not: where "old" has no fault it was right
        if "old" in data and not self.user.check_password(data["old"]):
            self.add_error("old", "现在的密码不对。忘记的，请上级账号管理员重设。")
        if self.errors:
            return data
        if data["new"] != data["again"]:
            self.add_error("again", "两遍不一样，请重新输。")
        else:
            for fault in passwords.faults(data["new"], self.user):
                self.add_error("new", fault)
        return data


class CodeForm(forms.Form):
    """The six digits of the moment, or a recovery code."""

    code = forms.CharField(
        label="动态码",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}
        ),
        error_messages={"required": "请输手机上显示的 6 位数字。"},
    )
