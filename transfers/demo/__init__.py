"""What the invented county does of transfers and borrowed study, told to today."""

from datetime import date, datetime

from transfers.demo import borrowed, moves
from xueji.accounts.models import Post


def tell(today: date) -> list[tuple[datetime, moves.Deed]]:
    """Each act with its time, by the people of the accounts; nobody is in two stories."""
    rows = Post.objects.select_related("user", "organisation").order_by("-pk")
    posts = {post.user.username: post for post in rows}
    taken: set[int] = set()
    return [*moves.deeds(today, posts, taken), *borrowed.deeds(today, posts, taken)]
