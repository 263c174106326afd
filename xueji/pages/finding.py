"""What was searched for, in the address of a list: a number stands there only sealed.

An address is kept by the browser, by proxies and in logs; with the search sealed in it, paging,
reloading and going back work as with any other.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable

from django.http import HttpRequest, QueryDict

from xueji.accounts.access import Acting
from xueji.cases import veil
from xueji.cases.finding import as_case_number
from xueji.cases.models import ALIVE, Case
from xueji.identity import crypto
from xueji.organisations.models import within
from xueji.students.models import UNREGISTERED, Student
from xueji.students.search import masked, search

OPEN, SEALED = "q", "find"  # the names in the address
LONGEST = 60
MOST_UNDER_WAY = 10
PURPOSE = "search.typed"


def typed(query: QueryDict) -> str:
    """The search that an address asks for; nothing where it was not sealed here."""
    if SEALED not in query:
        return query.get(OPEN, "").replace("\0", "")[:LONGEST]
    try:
        return crypto.decrypt(PURPOSE, urlsafe_b64decode(str(query[SEALED]).encode()))
    except (crypto.CannotDecrypt, Error, ValueError):
        return ""


def asking(query: QueryDict, text: str) -> QueryDict:
    """``query`` with this search in place of its own."""
    changed = query.copy()
    for name in (OPEN, SEALED):
        changed.pop(name, None)
    if text.strip() == masked(text):
        if text:
            changed[OPEN] = text
    else:
        sealed = crypto.encrypt(PURPOSE, text)
        changed[SEALED] = urlsafe_b64encode(sealed).decode()
    return changed


def read(request: HttpRequest) -> str:
    """The search of the page asked for; the addresses made from here on have it sealed."""
    text = typed(request.GET)
    request.GET = asking(request.GET, text)  # type: ignore[assignment]
    return text


def address(query: QueryDict, names: Iterable[str]) -> str:
    """The address that asks for the same again: of ``query`` these names, and the search."""
    kept = QueryDict(mutable=True)
    for name in names:
        if value := query.get(name, ""):
            kept[name] = str(value)[:LONGEST].replace("\0", "")
    return asking(kept, typed(query)).urlencode()


def parsed(address: str) -> QueryDict:
    """What ``address`` wrote."""
    return QueryDict(address)


def case_named(text: str, post: object) -> Case | None:
    """The case whose number was typed, with or without the letter of its kind before it."""
    number = as_case_number(text)
    return Case.objects.visible_to(post).filter(number=number).first() if number else None


def under_way(text: str, acting: Acting) -> list[Case]:
    """Cases of pupils without a register yet whom the text may mean; no roster has them."""
    if not text.strip():
        return []
    pupils = search(Student.objects.filter(status__in=UNREGISTERED), text)
    # an entry is its school's: the range of the index keeps the search short
    own = within(acting.post.organisation.path, "org_path")
    cases = Case.objects.visible_to(acting.post).filter(own, state__in=ALIVE, student__in=pupils)
    found = list(cases.select_related("waiting_at").order_by("-pk")[:MOST_UNDER_WAY])
    veil.draw(found, acting)
    return found
