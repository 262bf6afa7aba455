"""`app` for a WSGI server that runs several processes. Importing it makes the service; sockets and threads wait for the fork.

gunicorn -c python:cds_service.gunicorn_conf cds_service.wsgi:app
"""

from __future__ import annotations

from cds_service.app import create_app, create_state
from cds_service.garbage import settle
from cds_service.settings import settings_or_exit
from cds_service.terminal import stop
from models.errors import PrecisionError

try:
    state = create_state(settings_or_exit())
    app = create_app(state=state)
except PrecisionError as error:
    stop(str(error))
settle()
