"""The addresses of every page of every role, and how the pages of a site are built."""

from html.parser import HTMLParser

from django.urls import reverse

from tests.permissions.table import PLAYED_BY, rows

ROLES = ["clerk", "principal", "centre", "county", "county-head", "city", "province"]
APART = ["auditor", "admin", "security"]  # whose pages are about people and records, not pupils
# what is no page: states for machines, files, pieces of pages
NO_PAGE = {
    "healthz",
    "readyz",
    "divisions",
    "rules_places",
    "foreign_numbers_template",
    "enrollment_template",
}


def without_id(username: str) -> list[str]:
    """Names of the pages that tests/permissions.csv opens to the person and that take no id."""
    (role,) = (role for role, person in PLAYED_BY.items() if person == username)
    names = (
        row.url
        for row in rows()
        if (row.answer, "GET" in row.methods, role in row.roles, "-" in row.positions)
        == ("200", True, True, True)
    )
    return [name for name in names if name not in NO_PAGE]


def addresses(site, username: str) -> list[str]:
    """Every page of the person that takes no id, one case, one pupil, one school, one account."""
    names = without_id(username)
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
