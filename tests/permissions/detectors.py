"""What is looked for in every answer. Each detector returns the faults it sees, in words.

The tests use these functions, and the planted faults show that they see what they should.
"""

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import unquote

from django.db import connection
from django.http import HttpResponse

from tests.permissions.site import Site
from xueji.audit.models import Access

TAG = re.compile(r"<[^>]*>")
# csrf tokens, form keys, sealed searches: other ones in every answer
TOKEN = re.compile(
    r"[A-Za-z0-9]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=find=)[\w%=-]+"
)
# filled by every answer that shows pupils, every act, login and message: not register data
NOT_HASHED = re.compile(r"django_session|xueji_(session|act|accountevent|access(_.*)?)")
# what every answer carries
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def text_of(response: HttpResponse) -> str:
    """Everything that can be read in an answer: the markup, and the words without it."""
    body = b"".join(response) if response.streaming else response.content
    html = body.decode(errors="replace")
    return "\n".join([html, TAG.sub("", html), unquote(str(response.headers))])


def leaks(site: Site, path: str, text: str, *, sent: str = "") -> list[str]:
    """Foreign names, numbers and cases in an answer to a post at ``path``; ``sent`` is no news."""
    return sorted(
        f"{canary.what} {canary.text}"
        for canary in site.foreign(path)
        if canary.text in text and canary.text not in sent
    )


def whole_numbers(site: Site, text: str, *, sent: str = "") -> list[str]:
    """Document and telephone numbers shown in full."""
    return sorted(n for n in site.numbers if n in text and n not in sent)


def shown_pupils(site: Site, text: str, *, sent: str = "") -> set[int]:
    """The pupils named in an answer; 0 stands for somebody who is still only a draft."""
    return {pk for name, pk in site.pupil_of.items() if name in text and name not in sent}


def log_faults(site: Site, text: str, looks: list[Access], *, sent: str = "") -> list[str]:
    """An answer that shows pupils wrote exactly one row, with exactly these pupils."""
    shown = shown_pupils(site, text, sent=sent)
    if len(looks) > 1:
        return [f"{len(looks)} rows in the access log"]
    if not looks:
        return [f"shows {sorted(shown)} and records nothing"] if shown else []
    recorded = set(looks[0].students)
    if recorded != shown - {0}:
        return [f"shows {sorted(shown)} and records {sorted(recorded)}"]
    return []


def header_faults(response: HttpResponse) -> list[str]:
    """What is missing from the headers of an answer."""
    faults = [
        f"{name}: {response.headers.get(name)}"
        for name, value in HEADERS.items()
        if response.headers.get(name) != value
    ]
    policy = response.headers.get("Content-Security-Policy", "")
    rules = {rule.strip().split(" ")[0]: rule for rule in policy.split(";")}
    if "default-src" not in rules or "unsafe" in policy or "*" in policy:
        faults.append(f"Content-Security-Policy: {policy}")
    if "frame-ancestors 'none'" not in policy and "sandbox" not in rules:
        faults.append(f"frame-ancestors: {policy}")
    if "no-store" not in response.headers.get("Cache-Control", ""):
        faults.append(f"Cache-Control: {response.headers.get('Cache-Control')}")
    return faults


def same(text: str) -> str:
    """A fingerprint of an answer, the same whatever tokens and keys it carries."""
    return hashlib.sha256(TOKEN.sub("…", text).encode()).hexdigest()


def tables() -> list[str]:
    names = connection.introspection.table_names()
    return sorted(name for name in names if not NOT_HASHED.fullmatch(name))


def state() -> dict[str, list]:
    """A fingerprint of all rows of each table, but for the access log and sessions."""
    parts = [
        f"SELECT '{name}', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM \"{name}\" t"
        for name in tables()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {name: found for name, *found in cursor.fetchall()}


def changed(before: dict[str, list], but: Iterable[str] = ()) -> list[str]:
    """Tables whose rows are other than before."""
    now = state()
    return sorted(name for name in now if now[name] != before.get(name) and name not in but)
