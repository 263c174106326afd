"""The addresses of every page of every role, and how the pages of a site are built."""

from html.parser import HTMLParser

from django.urls import reverse

ROLES = ["clerk", "principal", "centre", "county", "county-head", "city", "province"]
# whose pages are about people and records, none about pupils
APART = {
    "auditor": ["audit", "checks", "reports_taken"],
    "admin": ["accounts", "account_new", "accounts_vacant"],
    "security": ["accounts", "checks"],
}


def addresses(site, username: str) -> list[str]:
    """Every page that the person's navigation leads to, one case and one pupil."""
    names = [
        "desk",
        "keys",
        "help",
        *APART.get(username, ["my_account", "my_password", "my_factor"]),
    ]
    if username not in APART:
        names += [
            "students",
            "dossiers",
            "cases",
            "notices",
            "enrollment",
            "enrollment_admissions",
            "numbering",
            "rules",
            "rules_exceptions",
            "reports_rosters",
            "reports_roster_new",
            "organisations",
            "calendar",
            "orders",
        ]
    if username == "clerk":
        names += ["enrollment_new", "enrollment_classes", "enrollment_admission_new"]
    if username == "county":
        names += ["organisation_new", "organisations_import", "calendar_edit", "order_new"]
    pages = [reverse(name) for name in names]
    if "accounts" in names:
        pages += [reverse("account", args=[site.posts["clerk"].user_id])]
    if username == "clerk":
        pages += [reverse("student_edit", args=[site.student.pk])]
        pages += [reverse("enrollment_attendance", args=[site.student.pk])]
    if username not in APART:
        pages += ["/cases/?tab=others", "/students/?q=没有这个人"]
        pages += [reverse("case", args=[case.number]) for case in site.cases]
        pages += [
            reverse("student_card", args=[site.student.pk]),
            reverse("student_sheet", args=[site.student.pk]),
            reverse("class_sheets", args=[site.schools["清泉小学"].classes.get(number=1).pk]),
            reverse("enrollment_roll", args=[site.schools["清泉小学"].pk, 2026]),
            reverse("enrollment_sheet", args=[site.cases[1].number]),
        ]
        tabs = ("facts", "family", "sheet", "file", "conduct", "history", "cases")
        pages += [f"{reverse('student', args=[site.student.pk])}?tab={tab}" for tab in tabs]
        pages += [f"{reverse('student', args=[site.student.pk])}?on=2026-09-02"]
        pages += ["/students/?place=former"]
        pages += ["/rules/?by=topic", reverse("rule", args=["entry.underage"])]
        school = site.schools["清泉小学"].pk
        pages += [reverse("numbering_series", args=[school, "primary", 2026])]
        pages += [reverse("organisation", args=[school])]
    if username == "county":
        of_school = ("organisation_edit", "organisation_stages", "organisation_catchment")
        pages += [reverse(name, args=[school]) for name in of_school]
    if username == "city":
        pages += [reverse("organisation_rules", args=[school])]
    return pages


# elements that have no end
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.around: list[str] = []
        self.kinds: set[tuple[str, ...]] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = sorted(name for name, _ in attributes)
        given = dict(attributes)
        own = f"{tag}.{given.get('class', '')} {given.get('role', '')} {given.get('type', '')}"
        if "main" in {word.partition(".")[0] for word in self.around}:
            self.kinds.add((*self.around, own, *names))
        if tag not in VOID:
            self.around.append(own)

    def handle_endtag(self, tag: str) -> None:
        while self.around and self.around.pop().partition(".")[0] != tag:
            pass


def kinds(html: str) -> set[tuple[str, ...]]:
    """Kinds of elements inside a page's main part, by what stands around them: no words of it."""
    parser = _Elements()
    parser.feed(html)
    return parser.kinds
