"""The user manual inside the product: docs/manual is the one source, read where help is asked for.

Knows as much Markdown as the manual uses; everything is escaped before it is marked up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(settings.ROOT) / "docs" / "manual"
# beginnings of addresses, and the chapter of what is there; the longest that fits counts
ABOUT = {
    "/": "20-desk",
    "/keys/": "1-login",
    "/login/": "1-login",
    "/post/": "1-login",
    "/accounts/": "16-accounts",
    "/audit/": "17-audit",
    "/borrowing/": "19-borrowing",
    "/cases/": "3-signing",
    "/checks/": "17-audit",
    "/dossiers/": "11-file",
    "/enrollment/": "2-entry",
    "/enrollment/admissions/": "2-entry",
    "/enrollment/classes/": "4-classes",
    "/enrollment/import/": "12-import",
    "/enrollment/photos/": "12-import",
    "/enrollment/takeover/": "18-takeover",
    "/notices/": "20-desk",
    "/numbering/": "5-numbers",
    "/organisations/": "15-organisations",
    "/reports/": "14-rosters",
    "/reports/rosters/taken/": "17-audit",
    "/rules/": "8-rules",
    "/students/": "7-search",
    "/transfers/": "13-transfers",
}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)]*)\)")
CHAPTER = re.compile(r"(\d+-[\w-]+)\.md$")


@dataclass(frozen=True)
class Chapter:
    name: str
    title: str
    body: SafeString
    parts: list[str]


@cache
def chapters() -> dict[str, Chapter]:
    """Every chapter by its name, in the order of their numbers."""
    files = sorted(FOLDER.glob("[0-9]*-*.md"), key=lambda file: int(file.stem.partition("-")[0]))
    return {file.stem: _chapter(file.stem, file.read_text()) for file in files}


def about(path: str) -> str:
    """The address of the chapter about a page."""
    fitting = [start for start in ABOUT if path.startswith(start)]
    chapter = ABOUT[max(fitting, key=len)]
    return reverse("help") + "?" + urlencode({"chapter": chapter})


def _chapter(name: str, text: str) -> Chapter:
    title, _, rest = text.removeprefix("# ").partition("\n")
    parts = re.findall(r"^## (.+)$", rest, re.M)
    html = "\n".join(_blocks(rest.splitlines()))
    return Chapter(name, title.strip(), mark_safe(html), parts)  # noqa: S308 -- escaped by _text


def _blocks(lines: list[str]) -> Iterator[str]:
    """HTML of blocks: headings, tables, lists, paragraphs."""
    number = 0
    while lines:
        line = lines.pop(0)
        if not line.strip():
            continue
        if heading := re.match(r"(#{2,3}) (.+)", line):
            level = len(heading[1])
            number += level == 2
            mark = f' id="part-{number}"' if level == 2 else ""
            yield f"<h{level}{mark}>{_text(heading[2])}</h{level}>"
        elif line.startswith("|"):
            yield _table([line, *_taken(lines, r"\|")])
        elif item := re.match(r"(-|\d+\.) ", line):
            tag = "ul" if item[1] == "-" else "ol"
            items = [line, *_taken(lines, r"(-|\d+\.) ")]
            inner = "".join(
                f"<li>{_text(re.sub(r'^(-|[0-9]+[.]) ', '', one))}</li>" for one in items
            )
            yield f"<{tag}>{inner}</{tag}>"
        elif text := _text(" ".join([line, *_taken(lines, r"[^|#\s]")])).strip():
            yield f"<p>{text}</p>"


def _taken(lines: list[str], pattern: str) -> list[str]:
    """Take the following lines that go on in the same manner."""
    taken = []
    while lines and re.match(pattern, lines[0]):
        taken.append(lines.pop(0))
    return taken


def _table(lines: list[str]) -> str:
    rows = [[_text(cell.strip()) for cell in line.strip("| ").split("|")] for line in lines]
    heads, cells = rows[0], rows[2:]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in heads)
    body = "".join(
        "<tr>"
        + f'<th scope="row">{row[0]}</th>'
        + "".join(f"<td>{c}</td>" for c in row[1:])
        + "</tr>"
        for row in cells
    )
    head = f"<thead><tr>{head}</tr></thead>" if any(heads) else ""
    return f'<table class="table">{head}<tbody>{body}</tbody></table>'


def _text(text: str) -> str:
    """Escaped, with what the manual marks: bold, keys, links to chapters; pictures stay there."""
    text = LINK.sub(_linked, escape(text))
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"`(.+?)`", r"<kbd>\1</kbd>", text)


def _linked(found: re.Match[str]) -> str:
    is_picture, words, target = found.groups()
    if is_picture:
        return ""
    chapter = CHAPTER.search(target)
    if chapter is None:
        return words
    return f'<a href="?{urlencode({"chapter": chapter[1]})}">{words}</a>'
