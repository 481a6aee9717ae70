"""The portal's settings, with what only tests need. ``tests/conftest.py`` sets the environment they read."""

from s3portal.settings import *  # noqa: F403
from s3portal.settings import DATABASES, STORAGES, TEMPLATES
from tests.migrated import TEMPLATE
from tests.strictness import RefuseUndefined

# Hashing a password a thousand times proves nothing more than once.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Static files straight from their source: nothing has to be collected before a test.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = RefuseUndefined()
# No thread of a test's web server leaves a connection that would keep the database from being removed.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Migrated once for all workers and, while no migration changes, for all runs.
DATABASES["default"]["TEST"] = {"TEMPLATE": TEMPLATE}
