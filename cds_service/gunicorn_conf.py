"""gunicorn's own settings, made from ours: processes, threads, what is refused, when a process ends. Nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from cds_service.settings import metrics_folder, settings_or_exit

_settings = settings_or_exit()
_metrics, _made_here = metrics_folder()  # before anything imports prometheus_client, which looks for it once

wsgi_app = "cds_service.wsgi:app"
bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = _settings.processes
worker_class = "cds_service.worker.Worker"
threads = 16
worker_connections = 500
preload_app = True  # knowledge is loaded once and shared
timeout = 30  # seconds after which a process that does not move at all is replaced
graceful_timeout = 30  # seconds that calls under way have when it ends
keepalive = 30
max_requests = 50_000  # then a process ends in good order and a new one comes, should memory grow after all
max_requests_jitter = 10_000  # not all of them at once
if Path("/dev/shm").is_dir():  # noqa: S108 - gunicorn makes a file of its own there; on a disk a slow write could end a process
    worker_tmp_dir = "/dev/shm"  # noqa: S108
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 16_384  # a token with a long key set address
forwarded_allow_ips = ""  # what the service needs of X-Forwarded-For it reads itself, for the configured hops (proxy_hops)
forwarder_headers = ""
header_map = "drop"  # a header with an underscore could pass for one with a hyphen
control_socket_disable = True
accesslog = None  # our own log has a line for each answer; gunicorn's would hold addresses and URLs
loglevel = "warning"
proc_name = "precision-hooks"


def pre_request(worker: Any, request: Any) -> None:
    """The rest of it is read in few pieces: after each, a thread waits for its turn on the interpreter."""
    request.unreader.mxchunk = 256 * 1024


def child_exit(server: Any, worker: Any) -> None:
    """A process ended: what it counted stays in the sum, what it measured just then does not."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    if _made_here and not server.reexec_pid:
        shutil.rmtree(_metrics, ignore_errors=True)
