import os
from urllib.parse import unquote, urlsplit

# django-environ or dj-database-url do the same.
url = urlsplit(os.environ.get("DATABASE_URL", "postgres:///shop"))

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "only for this example")
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shop"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": url.port or "",
    }
}
