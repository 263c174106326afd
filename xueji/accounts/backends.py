"""Who may log in, and whose session goes on: active accounts that are not sealed."""

from django.contrib.auth.backends import ModelBackend
from django.utils.timezone import now

from xueji.accounts import sealing


class Accounts(ModelBackend):
    """Django's own comparison of passwords, which takes as long for an account there is not."""

    def user_can_authenticate(self, user) -> bool:
        return user.is_active and not sealing.is_sealed(user, at=now())
