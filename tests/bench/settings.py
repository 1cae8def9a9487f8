"""The settings of an installation, and the reference page beside Waymark's own addresses. Nothing is switched off."""

from config.settings import *  # noqa: F403 - the product's settings are what is measured

DEBUG = False
ROOT_URLCONF = "tests.bench.reference"
ALLOWED_HOSTS = ["*"]
# What a fresh Django project has, for the reference page.
PLAIN_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
