"""The tests run on the servers that they say they run on."""

import os

import pytest
from django.db import connection


@pytest.mark.django_db
@pytest.mark.sqlite
def test_the_database_is_the_one_that_the_environment_names():
    wanted = "sqlite" if os.environ["DATABASE_URL"].startswith("sqlite") else "postgresql"

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")

        assert cursor.fetchone() == (1,)
    assert connection.vendor == wanted


@pytest.mark.redis
def test_the_private_redis_keeps_a_value(redis_url):
    from kombu.utils.url import urlparse
    from redis import Redis

    with Redis(unix_socket_path=urlparse(redis_url).path) as server:
        server.set("waymark", "here", ex=5)

        assert server.get("waymark") == b"here"
