"""What a process that serves has loaded: nothing of what trains."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONVERSATIONS = ROOT / "tests/conversations"
CODE = """
import json, sys
from pathlib import Path
from cds_service.cli import main
from cds_service.app import create_app, create_state
from cds_service.evaluate import evaluate_body
from cds_service.settings import Settings
settings = Settings(store_url="sqlite://", memory=False)
client = create_app(state=create_state(settings)).test_client()
services = [service["id"] for service in client.get("/cds-services").json["services"]]
statuses = [evaluate_body(Path(name).read_bytes(), None, settings, fetch=False).status for name in sys.argv[1:]]
heavy = sorted({name.split(".")[0] for name in sys.modules} & {"numpy", "pandas", "sklearn", "scipy", "joblib"})
training = sorted(name for name in sys.modules if name.startswith(("models.training", "cds_service.model_training")))
print(json.dumps({"services": services, "statuses": statuses, "heavy": heavy, "training": training}))
"""


def test_a_process_that_serves_has_loaded_nothing_that_trains() -> None:
    bodies = [str(CONVERSATIONS / f"{name}.request.json") for name in ("clopidogrel-poor-metabolizer", "clopidogrel-normal-metabolizer")]
    done = subprocess.run(
        [sys.executable, "-c", CODE, *bodies],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    found = json.loads(done.stdout)
    assert found["statuses"] == [200, 200] and len(found["services"]) >= 3
    assert found["heavy"] == [] and found["training"] == []
