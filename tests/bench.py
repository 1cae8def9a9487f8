"""Run `manage.py bench` against a private PostgreSQL and Redis: `./run bench`, whose words go on to the command."""

import os
import subprocess
import sys

from tests.services import CannotStart, postgres, redis, temporary_folder


def main(words: list[str]) -> int:
    try:
        with temporary_folder("bench") as folder, postgres() as database, redis() as broker:
            environment = {
                **os.environ,
                "DATABASE_URL": os.environ.get("DATABASE_URL") or database,
                "REDIS_URL": os.environ.get("REDIS_URL") or broker,
                "SECRET_KEY": "only for the bench",
                "WAYMARK_DATA": folder,
                "WAYMARK_DEMO": "1",
            }
            for command in (["migrate", "--noinput", "--verbosity", "0"], ["bench", *words]):
                done = subprocess.run([sys.executable, "manage.py", *command], env=environment, check=False)
                if done.returncode:
                    return done.returncode
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
