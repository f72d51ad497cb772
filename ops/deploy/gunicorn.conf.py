"""How gunicorn serves MusicGroup: `gunicorn --config ops/deploy/gunicorn.conf.py app:server`.

Workers are forked before the application is imported (no preload), so that no connection or thread is shared.
"""

import logging
import os
import threading
import time
import uuid

from ops import liveness
from settings import get_settings

_settings = get_settings()

# All workers have it from here; a reload keeps it, a restart makes another one. /healthz answers it.
os.environ["MUSICGROUP_BOOT_ID"] = os.environ.get("MUSICGROUP_BOOT_ID") or uuid.uuid4().hex

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = max(_settings.workers, 1)
threads = max(_settings.threads, 1)
preload_app = False
timeout = 60  # nginx gives up after 90 s; a worker that hangs, or a request in it, is replaced before
graceful_timeout = 10
keepalive = 5
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True  # it would lie in the home folder, which may be read-only
# A heartbeat file on a slow disk can stall a worker until it is taken for dead.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

_LOOK_AGAIN_SECONDS = 10


def when_ready(server):
    """In the master: systemd's watchdog is fed for as long as health is really answered."""
    liveness.feed_watchdog(_settings.host, _settings.port, _settings.url_prefix + "healthz")


def pre_request(worker, req):
    """A request begins, in a thread of the worker."""
    liveness.requests.begin(req.path)


def post_request(worker, req, environ, resp):
    """It has ended, one way or another."""
    liveness.requests.end()


def post_worker_init(worker):
    """Map the live catalogue's arrays in the background, so that no first visitor waits for that."""
    liveness.watch_requests(worker)
    threading.Thread(target=_keep_warm, args=(worker,), name="warm-up", daemon=True).start()


def _keep_warm(worker):
    """Warm up, and again whenever another catalogue or model is live, for as long as the worker serves."""
    from data_access import catalogue, db, models  # noqa: PLC0415  # after the fork

    warm = None
    while worker.alive:
        try:
            live = catalogue.current()
            model = models.current(live)
            if (found := (live.version, live.started_at, model and model.model)) != warm:
                _warm_up(live)
                warm = found
        except (catalogue.NoCatalogue, db.DatabaseDown, db.QueryTooSlow):
            pass  # pages say so themselves
        except Exception:
            if worker.alive:  # otherwise it was stopped in the middle of it
                logging.getLogger("gunicorn.error").warning("The warm-up failed; pages will try again.", exc_info=True)
            return
        time.sleep(_LOOK_AGAIN_SECONDS)


def _warm_up(live):
    from data_access import columns, moods, tile_files  # noqa: PLC0415
    from ml import recommender  # noqa: PLC0415

    columns.open_store(live)
    moods.open_moods(live)
    recommender.warm_up(live)
    tile_files.warm_up(live)
