"""Say in one sentence when PostgreSQL or Redis does not answer; used before CI's long part."""

import os
import sys

import psycopg2
import redis


def main() -> int:
    """0 when both answer."""
    try:
        psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=5).close()
    except psycopg2.OperationalError as error:
        print(f"PostgreSQL does not answer at DATABASE_URL: start it, or point DATABASE_URL at it. ({error})")
        return 1
    try:
        redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=5).ping()
    except redis.RedisError as error:
        print(f"Redis does not answer at REDIS_URL: start it, or point REDIS_URL at it. ({error})")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
