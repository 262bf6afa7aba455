"""An EHR that signs its calls: its key, its clients file, and as many tokens as a run needs. Its keys were exchanged by hand."""

from __future__ import annotations

import json
import time
from pathlib import Path
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ISSUER = "https://ehr.example.org/fhir"
BASE = "https://cds.example.org"
LIFETIME = 290  #: seconds; tokens live five minutes at most


class Ehr:
    """One client with an ES384 key."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP384R1())
        public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True) | {"kid": "bench", "use": "sig", "alg": "ES384"}
        public.pop("key_ops", None)
        (folder / "keys.json").write_text(json.dumps({"keys": [public]}), "utf-8")
        self.clients = folder / "clients.toml"
        self.clients.write_text(f'[bench]\nissuer = "{ISSUER}"\nkey_set = "keys.json"\ncalls_per_minute = 600000\n', "utf-8")

    def tokens(self, path: str, number: int) -> Path:
        """A file with one token a line, each different, good for the next few minutes at this address."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": BASE + path, "iat": now, "exp": now + LIFETIME}
        head = {"kid": "bench", "typ": "JWT"}
        made = (jwt.encode(claims | {"jti": str(uuid4())}, self._key, "ES384", head) for _ in range(number))
        file = self._folder / "tokens"
        file.write_text("\n".join(made) + "\n", "ascii")
        return file
