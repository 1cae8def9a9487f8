"""The product's settings, with what makes tests fast and repeatable. Nothing here changes a rule."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ.setdefault("WAYMARK_DATA", tempfile.mkdtemp(prefix="waymark-tests-"))

from config.settings import *  # noqa: F403 - the environment must be set first

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# WhiteNoise reads every static file each time a test client is made.
MIDDLEWARE = [one for one in MIDDLEWARE if "whitenoise" not in one]  # noqa: F405 - comes with the star above
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["*"]
CENTRE_NAME = "Northgate Learning"
AXES_ENABLED = False
# The second step has tests of its own.
REQUIRE_SECOND_FACTOR = False
# Tasks run at once in the test's own process; `tests/core/test_broker.py` uses the real broker.
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
# The scanner has tests of its own, which start one.
CLAMD_URL = ""
