"""Argon2 with memory that twenty simultaneous logins can afford."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """OWASP's second recommendation: 19 MiB, two passes, one lane."""

    memory_cost = 19456
    time_cost = 2
    parallelism = 1
