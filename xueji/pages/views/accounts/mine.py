"""One's own account: the password, the second factor, and where one is logged in."""

import hashlib

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods

from xueji.accounts import access, factor, log, passwords, sessions, throttle, totp
from xueji.accounts.models import Happened, UserSession
from xueji.pages import gate
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, NotDone, once
from xueji.pages.people import shown_once
from xueji.pages.people.forms import CodeForm, PasswordForm
from xueji.pages.people.login_form import TOO_MANY
from xueji.pages.slowed import slowed

ISSUER = "学籍"
ENROLLING, RECOVERY = "enrolling", "recovery_codes"  # names in the session
MOST_SESSIONS = 20
OVERTAKEN = "没有改：密码刚刚在别处改过，或被重设。请用新的密码重新登录。"
WRONG_CODE = "动态码不对，或已经用过。请等手机上换下一个再输；手机时间要准。"
WRONG_RECOVERY = (
    "恢复码不对，或已经用过；每个只能用一次。请换没有用过的一个；都用完的，请安全管理员解除动态码。"
)


@access.act("own_session")
@require_GET
def my_account(request: HttpRequest) -> HttpResponse:
    """What stands between one's pupils and a stranger, and where one is logged in now."""
    user = request.acting.user
    rows = UserSession.objects.filter(user=user, expire_date__gt=request.acting.at)
    own = request.session.session_key
    return render(
        request,
        "accounts/mine.html",
        {
            "user": user,
            "expires_at": passwords.expires_at(user),
            "codes_left": factor.codes_left(user),
            "recovery": shown_once.take(request, RECOVERY).split(),
            "sessions": [
                (row, _handle(row.session_key), row.session_key == own)
                for row in rows.order_by("-seen_at", "session_key")[:MOST_SESSIONS]
            ],
            "most_sessions": MOST_SESSIONS,
            "key": new_key(),
            "today": request.acting.today,
        },
    )


def _handle(session_key: str) -> str:
    """What names a session on a page: its key would let in whoever reads it there."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]


@access.act("own_session")
@posted_from("my_account")
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one of one's other sessions, or all of them."""
    user, own = request.acting.user, request.session.session_key
    chosen = request.POST.get("session", "")

    def act() -> Done | NotDone:
        others = UserSession.objects.filter(user=user).exclude(session_key=own)
        keys = [row.session_key for row in others if chosen in ("", _handle(row.session_key))]
        UserSession.objects.filter(session_key__in=keys).delete()
        if not keys:
            return NotDone(reverse("my_account"), "没有别处的登录了")
        _note(request, Happened.SESSIONS, f"{len(keys)} 处")
        return Done(reverse("my_account"), success=f"已结束别处的 {len(keys)} 个登录")

    return once(request, act, back=reverse("my_account"))


@access.act("own_session")
@require_http_methods(["GET", "POST"])
def my_password(request: HttpRequest) -> HttpResponse:
    """Change the password; every other session ends with the old one."""
    user = request.acting.user
    form, wait = PasswordForm(user=user), None
    if request.method == "POST":
        this = throttle.begin(user.username, address=_address(request), at=request.acting.at)
        if this.is_refused:  # what was guessed is not looked at
            wait = this.wait
            messages.error(request, f"没有改\n\n{TOO_MANY.format(minutes=this.minutes)}")
        else:
            form = PasswordForm(request.POST, user=user)
            if response := _tried(request, form, this):
                return response
    context = {
        "form": form,
        "key": new_key(),
        "is_demanded": request.demanded == "my_password",
        "is_first": user.must_change,
        "days": passwords.profile().days,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    response = render(
        request, "accounts/password.html", context, status=422 if form.errors else 200
    )
    return slowed(response, wait=wait) if wait else response


def _tried(request: HttpRequest, form: PasswordForm, this: throttle.Try) -> HttpResponse | None:
    """The answer once it is changed; whoever knows the present one may go on trying."""
    if form.is_valid():
        this.succeeded()
        try:
            return _changed(request, form.cleaned_data["new"])
        except passwords.Overtaken:
            form.add_error("old", OVERTAKEN)
    elif "old" not in form.errors:
        this.succeeded()
    return None


def _changed(request: HttpRequest, new: str) -> HttpResponse:
    user, where = request.acting.user, gate.onwards(request)
    before = user.password

    def act() -> Done:
        passwords.put(user, new, at=request.acting.at)
        sessions.end([user.pk], but=request.session.session_key)
        _note(request, Happened.PASSWORD)
        return Done(where, success="密码已修改\n\n别处的登录都已结束。")

    # a form's fingerprint is kept, and a fast one: no password may be part of it
    response = once(request, act, apart=("old", "new", "again"))
    if user.password != before:  # the second of a double click has a session that has ended
        update_session_auth_hash(request, user)
    return response


@access.act("own_session")
@require_http_methods(["GET", "POST"])
def my_factor(request: HttpRequest) -> HttpResponse:
    """Enrol a telephone: its key as a picture and as text, taken once a code of it was typed."""
    user = request.acting.user
    if user.factor_at:
        return redirect("my_account")
    secret = shown_once.peek(request, ENROLLING)
    if not secret:
        secret = totp.new_secret()
        shown_once.put(request, ENROLLING, secret)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if response := _enrolled(request, secret, form.cleaned_data["code"]):
            return response
        form.add_error("code", WRONG_CODE)
    uri = totp.uri(secret, account=user.username, issuer=ISSUER)
    picture = segno.make(uri, error="m").svg_inline(scale=4, border=4, light="#fff")
    context = {
        "form": form,
        "key": new_key(),
        "picture": mark_safe(picture),  # noqa: S308 -- drawn here, of letters and figures
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "is_demanded": request.demanded == "my_factor",
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "accounts/factor.html", context, status=422 if form.errors else 200)


class _Wrong(Exception):
    """The code is none of this telephone's."""


def _enrolled(request: HttpRequest, secret: str, typed: str) -> HttpResponse | None:
    user, own = request.acting.user, request.session.session_key
    codes: list[str] = []

    def act() -> Done:
        found = factor.enrol(
            user,
            secret=secret,
            typed="".join(typed.split()),
            at=request.acting.at,
            address=_address(request),
        )
        if found is None:
            raise _Wrong
        codes.extend(found)
        sessions.end([user.pk], but=own)
        return Done(reverse("my_account"), success="动态码已启用\n\n先把下面的恢复码抄下来。")

    try:
        response = once(request, act, apart=("code",))
    except _Wrong:
        return None
    request.session.pop(ENROLLING, None)
    if codes:
        shown_once.put(request, RECOVERY, " ".join(codes))
        request.session[gate.PASSED] = gate.mark(user)
        request.session.cycle_key()
    return response


@access.act("own_session")
@require_http_methods(["GET", "POST"])
def login_code(request: HttpRequest) -> HttpResponse:
    """The second step of the log-in: the code of the moment, or one kept for need."""
    if request.demanded != "login_code":
        return redirect(gate.onwards(request))
    user, at, address = request.acting.user, request.acting.at, _address(request)
    form, wait = CodeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        this = throttle.begin(user.username, address=address, at=at, purpose=throttle.CODE)
        if this.is_refused:
            wait = this.wait
            form.add_error(None, TOO_MANY.format(minutes=this.minutes))
        elif factor.passes(user, form.cleaned_data["code"], at=at, address=address):
            this.succeeded()
            request.session[gate.PASSED] = gate.mark(user)
            request.session.cycle_key()
            return redirect(gate.onwards(request))
        else:
            _note(request, Happened.FAILED, "动态码不对")
            is_recovery = any(letter.isalpha() for letter in form.cleaned_data["code"])
            form.add_error("code", WRONG_RECOVERY if is_recovery else WRONG_CODE)
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    response = render(request, "accounts/code.html", context, status=422 if form.errors else 200)
    return slowed(response, wait=wait) if wait else response


def _note(request: HttpRequest, kind: Happened, note: str = "") -> None:
    acting = request.acting
    log.note(kind, acting.user, at=acting.at, acting=acting, address=_address(request), note=note)


def _address(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR", "")
