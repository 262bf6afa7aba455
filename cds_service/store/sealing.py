"""Encrypts what a person wrote or what was read of a patient, with keys that can be changed. It keeps nothing."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

_NONCE = 16  #: random bytes before a profile, so that its digest cannot be found by trying


class Sealing:
    """`keys`: Fernet keys, separated by commas. The first one encrypts, all of them decrypt. '' seals nothing."""

    def __init__(self, keys: str) -> None:
        self._keys = tuple(key.strip() for key in keys.split(",") if key.strip())
        self._fernet: MultiFernet | None = None

    def __bool__(self) -> bool:
        return bool(self._keys)

    def seal(self, plain: bytes) -> bytes:
        return self._opened().encrypt(plain)

    def open(self, token: bytes) -> bytes:
        """Raises ValueError where none of the keys fits."""
        from cryptography.fernet import InvalidToken

        try:
            return self._opened().decrypt(token)
        except InvalidToken:
            raise ValueError("none of the keys decrypts it") from None

    def anew(self, token: bytes) -> bytes:
        """The same under the first key. Raises ValueError where none of the keys fits."""
        from cryptography.fernet import InvalidToken

        try:
            return self._opened().rotate(token)
        except InvalidToken:
            raise ValueError("none of the keys decrypts it") from None

    def seal_profile(self, profile: bytes) -> tuple[bytes, str]:
        """For an audit entry: its `profile`, and the digest for `details["profile"]`, which holds whatever the key."""
        nonce = secrets.token_bytes(_NONCE)
        return self.seal(nonce + profile), sha256(nonce + profile).hexdigest()

    def open_profile(self, token: bytes, digest: str) -> bytes:
        """Raises ValueError where none of the keys fits, or where it is not the one that the digest is of."""
        plain = self.open(token)
        if sha256(plain).hexdigest() != digest:
            raise ValueError("it is not the profile that was kept with this entry")
        return plain[_NONCE:]

    def _opened(self) -> MultiFernet:
        if self._fernet is None:
            from cryptography.fernet import Fernet, MultiFernet  # on first use: most installations set no key

            self._fernet = MultiFernet([Fernet(key) for key in self._keys])
        return self._fernet
