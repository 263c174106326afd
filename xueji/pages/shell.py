"""What every page shows around its content: place, posts, navigation with counts."""

from django.conf import settings
from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from xueji.accounts.access import Acting
from xueji.accounts.models import Post
from xueji.cases.models import Case
from xueji.identity.regions import region_name
from xueji.notices.models import Notice
from xueji.organisations.models import Level, Organisation
from xueji.pages import manual

# title, entries of (label, url name, act); a workflow app adds its line here
NAVIGATION = (
    ("", (("我的桌面", "desk", "desk"),)),
    (
        "学生",
        (
            ("学生名册", "students", "students.read"),
            ("新生入学", "enrollment", "enrollment.read"),
            ("档案材料", "dossiers", "students.read"),
        ),
    ),
    (
        "办理",
        (
            ("业务待办", "cases", "cases.read"),
            ("转学", "transfers", "transfers.read"),
            ("借读", "borrowing", "borrowing.read"),
        ),
    ),
    ("学籍号", (("编号", "numbering", "numbering.read"),)),
    ("报表", (("导出名册", "reports_rosters", "reports.export"),)),
    (
        "查阅",
        (
            ("机构与学校", "organisations", "organisations.read"),
            ("规则", "rules", "rules.read"),
            ("审计", "audit", "audit.read"),
            ("数据核对", "checks", "checks.read"),
        ),
    ),
    ("管理", (("账号与岗位", "accounts", "accounts.read"),)),
)


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of base.html; nothing of the register where nobody is acting, or not yet."""
    acting = getattr(request, "acting", None)
    if acting is None or getattr(request, "demanded", False):
        return {"shell": {"demo": settings.DEMO}}
    waiting, unread = _counts(acting)
    return {
        "shell": {
            "demo": settings.DEMO,
            "home": "desk",
            "place": _place(acting.post.organisation),
            "post": str(acting.post),
            "posts": [(p.pk, str(p), p.pk == acting.post.pk) for p in request.posts],
            "finds": acting.may("students.read"),
            "user_name": acting.user.name,
            "unread": unread,
            "help": manual.about(request.path),
            "nav": list(_navigation(request, waiting)),
        }
    }


def _counts(acting: Acting) -> tuple[int, int | None]:
    """Cases that wait for this post, and notices it has not read: one query for every page."""
    if not acting.may("notices.read"):
        return 0, None
    waiting = Case.objects.waiting_for(acting.post).values("waiting_at")
    unread = Notice.objects.filter(post=acting.post, read_at__isnull=True).values("post")
    counted = Post.objects.filter(pk=acting.post.pk).values_list(
        Coalesce(Subquery(waiting.annotate(n=Count("pk")).values("n")), 0),
        Coalesce(Subquery(unread.annotate(n=Count("pk")).values("n")), 0),
    )
    return counted.get()


def _navigation(request: HttpRequest, waiting: int):
    acting = request.acting
    for title, entries in NAVIGATION:
        items = [
            {
                "label": label,
                "url": reverse(name),
                "count": waiting if name in ("desk", "cases") else None,
                "is_current": request.path.startswith(reverse(name))
                if name != "desk"
                else request.path == reverse(name),
                "urgent": name == "desk" and waiting > 0,
            }
            for label, name, act in entries
            if acting.may(act)
        ]
        if items:
            yield {"title": title, "items": items}


def _place(organisation: Organisation) -> str:
    """``河北省迁安市``: province and county of the acting post, or the office above counties."""
    offices = [
        office
        for office in Organisation.objects.above(organisation.path)
        if office.level <= Level.COUNTY
    ]
    code = offices[-1].division_code.ljust(6, "0")
    name, above = region_name(code), region_name(f"{code[:4]}00")
    if not name or not above:
        return offices[-1].name
    return name if name == above else (region_name(f"{code[:2]}0000") or "") + name[len(above) :]
