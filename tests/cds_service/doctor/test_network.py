"""The doctor's way to other machines, against servers on this one."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cds_service.doctor.network import Internet
from tests.support.mock_fhir import MockFhir

END = datetime.now(UTC).replace(microsecond=0) + timedelta(days=12)


@contextmanager
def tls_server(certificate: Path) -> Iterator[str]:
    """Shakes hands and says nothing more."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            with suppress(OSError):
                plain, _ = listener.accept()
                with suppress(OSError), context.wrap_socket(plain, server_side=True) as wire:
                    wire.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}/jwks"
    ended.set()
    with suppress(OSError):
        socket.create_connection(listener.getsockname(), 1).close()
    thread.join(5)
    listener.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(END - timedelta(days=30))
        .not_valid_after(END)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_the_date_of_another_machine_is_read(fhir: MockFhir) -> None:
    told = Internet().date_of(f"{fhir.base}/metadata")
    assert told is not None and told.utcoffset() == timedelta(0) and abs((datetime.now(UTC) - told).total_seconds()) < 3600
    assert "Authorization" not in fhir.asked[0][1]


def test_a_machine_that_is_not_there_is_an_oserror_without_its_words() -> None:
    with pytest.raises(OSError, match=r"^not reachable$"):
        Internet().date_of("http://127.0.0.1:1/secret?patient=1")


def test_the_end_of_a_trusted_certificate_is_read(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with tls_server(certificate) as url:
        assert Internet().certificate_end(url) == END


def test_an_untrusted_certificate_is_refused(certificate: Path) -> None:
    with tls_server(certificate) as url, pytest.raises(ssl.SSLCertVerificationError):
        Internet().certificate_end(url)


def test_keys_are_fetched_as_calls_fetch_them() -> None:
    """An address that is not https is refused there, so nothing is sent."""
    count, because = Internet().keys_at("http://ehr.example.org/jwks")
    assert count == 0 and "https" in because
