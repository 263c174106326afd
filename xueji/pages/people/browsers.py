"""A browser in words that its user knows, from what it says of itself."""

import re

# the first that fits: those that stand on Chrome say its name too
BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("360 浏览器", r"\b360[SE]E\b"),
    ("QQ 浏览器", r"QQBrowser/(\d+)"),
    ("微信", r"MicroMessenger/(\d+)"),
    ("火狐", r"Firefox/(\d+)"),
    ("Chrome", r"Chrome/(\d+)"),
    ("Safari", r"Version/(\d+).*Safari"),
)
SYSTEMS = (
    ("Windows 10 或 11", "Windows NT 10"),
    ("Windows 8", r"Windows NT 6\.[23]"),
    ("Windows 7", r"Windows NT 6\.1"),
    ("Windows", "Windows"),
    ("安卓", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac", "Macintosh"),
    ("Linux", "Linux"),
)


def browser_words(agent: str) -> str:
    """``Chrome 109，Windows 7``; what nobody knows stays as it says itself."""
    words = []
    for name, pattern in BROWSERS:
        if found := re.search(pattern, agent):
            words.append(" ".join([name, *found.groups()]))
            break
    words += [name for name, pattern in SYSTEMS if re.search(pattern, agent)][:1]
    return "，".join(words) or agent[:40]
