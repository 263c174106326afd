"""Accounts and posts below an administrator: found, opened, closed, given posts, handed over."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xueji.accounts import access, people, posts, throttle
from xueji.accounts.access import Acting
from xueji.accounts.models import AccountEvent, Post, User
from xueji.accounts.people import Refused
from xueji.organisations.models import Organisation
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from, typing_here
from xueji.pages.once import Done, once
from xueji.pages.people import shown_once
from xueji.pages.people.forms import AccountForm, EndForm, PostForm, ReasonForm

FIRST_PASSWORD = "first_password"  # noqa: S105 -- a name in the session
MOST_PLACES, MOST_POSTS, MOST_EVENTS = 300, 50, 30

# what may be done with one account: the words, the service
STATE_ACTS: dict[str, tuple[str, Callable]] = {
    "disable": ("已停用", people.disable),
    "enable": ("已启用", people.enable),
    "reopen": ("已解除封存", people.reopen),
    "reset": ("已重设密码", people.reset),
}
SECURITY_ACTS: dict[str, tuple[str, Callable]] = {
    "unlock": ("已解除登录限制", people.unlock),
    "sessions": ("已结束全部登录", people.end_sessions),
    "factor": ("已解除动态码", people.take_off_factor),
}


@access.act("accounts.administer")
@require_http_methods(["GET", "POST"])
@typing_here()
def open_account(request: HttpRequest) -> HttpResponse:
    """A new account, with its first post or without; its password is shown once."""
    asked = {name: request.GET.get(name, "")[:120] for name in ("place", "role")}
    initial = {**asked, "starts": request.acting.today}
    form = AccountForm(request.POST or None, acting=request.acting, initial=initial)
    if request.method == "POST" and form.is_valid():
        said: list[tuple[int, str]] = []

        def act() -> Done:
            data = form.cleaned_data
            account, password = people.open_account(
                username=data["username"],
                name=data["name"],
                home=data["place"],
                acting=request.acting,
            )
            if data["role"]:
                _grant(account.pk, data, request.acting)
            said.append((account.pk, password))
            return Done(
                reverse("account", args=[account.pk]),
                success=f"已开通账号 {account.username}\n\n把页面上的初始密码当面交给本人。",
            )

        try:
            return _once(request, act, said)
        except Refused as refused:
            form.add_error(None, str(refused))
    status = 422 if form.errors else 200
    context = {"form": form, "key": new_key(), "places": places(request.acting)}
    return render(request, "accounts/new.html", context, status=status)


@access.act("accounts.read")
@require_GET
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its posts, what may be done about it, and what happened to it."""
    return answer(request, _found(request, pk))


def answer(
    request: HttpRequest,
    found: User,
    *,
    status: int = 200,
    grant_form: PostForm | None = None,
    end_form: EndForm | None = None,
    ending: int | None = None,
    reason_form: ReasonForm | None = None,
) -> HttpResponse:
    """The page; forms that were not taken are shown again, ``ending`` is the post of the second."""
    acting = request.acting
    held = found.posts.select_related("organisation").order_by("-starts", "-pk")[:MOST_POSTS]
    running = access.not_over(found.posts.all(), on=acting.today).values_list("pk", flat=True)
    blank = EndForm(acting=acting, initial={"on": acting.today})
    refusal = people.refusal(found, acting)
    administers = acting.may("accounts.administer") and not refusal
    context = {
        "account": found,
        "lines": [
            (post, post.pk in running, end_form if end_form and post.pk == ending else blank)
            for post in held
        ],
        "most_posts": MOST_POSTS,
        "ending": ending,
        "refusal": refusal,
        "administers": administers,
        "secures": acting.may("accounts.secure") and not refusal,
        "may_reopen": administers and found.home_id != acting.post.organisation_id,
        "grant_form": grant_form
        or PostForm(acting=acting, initial={"place": found.home.name, "starts": acting.today}),
        "reason_form": reason_form,
        "is_limited": throttle.is_limited(found.username, at=acting.at),
        "events": _events(found),
        "first_password": shown_once.take(request, f"{FIRST_PASSWORD}_{found.pk}"),
        "places": places(acting) if administers else [],
        "key": new_key(),
        "today": acting.today,
    }
    return render(request, "accounts/account.html", context, status=status)


def _events(found: User) -> list[tuple[AccountEvent, str]]:
    events = list(
        AccountEvent.objects.filter(account_id=found.pk).order_by("-at", "-pk")[:MOST_EVENTS]
    )
    names = User.objects.in_bulk({event.user_id for event in events if event.user_id})
    return [
        (event, names[event.user_id].name if event.user_id in names else "系统") for event in events
    ]


@access.act("accounts.administer")
@posted_from("account", "pk")
@typing_here()
def change_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Disable, enable, open a sealed account, or give a new first password."""
    return _by_name(request, pk, STATE_ACTS)


@access.act("accounts.secure")
@posted_from("account", "pk")
@typing_here()
def secure(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an account be tried again, end its sessions, take its second factor off."""
    return _by_name(request, pk, SECURITY_ACTS)


def _by_name(request: HttpRequest, pk: int, acts: dict[str, tuple[str, Callable]]) -> HttpResponse:
    chosen = request.POST.get("what", "")
    words, service = acts.get(chosen, ("", None))
    label = words.removeprefix("已")
    found, form = _found(request, pk), ReasonForm(request.POST, act=label)
    if request.method == "GET":
        return answer(request, found, reason_form=form)
    if service is None:
        messages.error(request, "没有办理\n\n请选择要办的事。")
        return answer(request, found, status=422, reason_form=form)
    if not form.is_valid():
        messages.error(request, f"没有办理：{label}\n\n{form.errors['reason'][0]}")
        return answer(request, found, status=422, reason_form=form)
    said: list[tuple[int, str]] = []

    def act() -> Done:
        done = service(
            account_id=pk, acting=request.acting, reason=form.cleaned_data["reason"].strip()
        )
        if isinstance(done, tuple):
            said.append((pk, done[1]))
        return Done(reverse("account", args=[pk]), success=f"{words}：{found.name}")

    try:
        return _once(request, act, said, reverse("account", args=[pk]))
    except Refused as refused:
        messages.error(request, f"没有办理：{label}\n\n{refused}")
    return answer(request, found, status=422, reason_form=form)


@access.act("accounts.administer")
@posted_from("account", "pk")
@typing_here()
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a post."""
    found = _found(request, pk)
    form = PostForm(request.POST, acting=request.acting)
    if request.method == "GET":
        return answer(request, found, grant_form=form)
    if not form.is_valid():
        return answer(request, found, status=422, grant_form=form)

    def act() -> Done:
        post = _grant(pk, form.cleaned_data, request.acting)
        return Done(reverse("account", args=[pk]), success=f"已授予岗位：{post}")

    try:
        return once(request, act, back=reverse("account", args=[pk]))
    except Refused as refused:
        form.add_error(None, str(refused))
    return answer(request, found, status=422, grant_form=form)


def _grant(account_id: int, data: dict, acting: Acting) -> Post:
    return posts.grant(
        account_id=account_id,
        role=data["role"],
        organisation=data["place"],
        starts=data["starts"],
        ends=data["ends"],
        acting=acting,
    )


@access.act("accounts.administer")
@posted_from("account", "pk")
@typing_here()
def end_post(request: HttpRequest, pk: int, post: int) -> HttpResponse:
    """End a post, or hand it over to another person."""
    found = _found(request, pk)
    form = EndForm(request.POST, acting=request.acting)
    planned = found.posts.filter(pk=post).values_list("starts", flat=True).first()
    if planned is None:
        raise Http404(post)
    if request.method == "GET":
        return answer(request, found, end_form=form, ending=post)
    if form.is_valid():

        def act() -> Done:
            on, to = form.cleaned_data["on"], form.cleaned_data["to"]
            of = {"account_id": pk, "post_id": post, "on": on, "acting": request.acting}
            if to is None:
                ended = posts.end(**of)
                said = (
                    f"岗位 {ended} 到 {ended.ends} 止"
                    if ended.ends >= planned
                    else f"已撤回岗位 {ended}，不再开始"
                )
            else:
                said = f"岗位 {posts.hand_over(to_id=to.pk, **of)} 已交接给 {to.name}"
            return Done(reverse("account", args=[pk]), success=said)

        try:
            return once(request, act, back=reverse("account", args=[pk]))
        except Refused as refused:
            form.add_error(None, str(refused))
    return answer(request, found, status=422, end_form=form, ending=post)


def places(acting: Acting) -> list[Organisation]:
    """Offices that are offered; others are typed in full."""
    below = Organisation.objects.below(acting.post.organisation.path)
    return list(below.filter(closed_on__isnull=True).order_by("path")[:MOST_PLACES])


def _found(request: HttpRequest, pk: int) -> User:
    found = people.in_reach(request.acting).select_related("home").filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


def _once(
    request: HttpRequest, act: Callable[[], Done], said: list, back: str = ""
) -> HttpResponse:
    """Act once; a first password, if there is one now, waits sealed for the account's page."""
    response = once(request, act, back=back)
    for pk, password in said:
        shown_once.put(request, f"{FIRST_PASSWORD}_{pk}", password)
    return response
