"""Somebody who holds two posts."""

import pytest
from django.test import Client

from tests.world import World, hire_also
from xueji.accounts.models import Post


@pytest.fixture
def two_posts(world: World) -> tuple[Client, Post, Post]:
    """The officer of one county, who since yesterday also holds the post at the other."""
    second = hire_also(world, "county", "滦州市教育局")
    client = Client()
    client.force_login(second.user)
    return client, world.posts["county"], second
