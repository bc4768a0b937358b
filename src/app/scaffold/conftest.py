"""What the tests are told: where the application is, and the secrets that it was given.

TEST_REMOTE_URL          where it serves (default: here, as localtest starts it)
TEST_SECRET_JSON         the file of its secrets, when they are known here
TEST_SEALED_SECRET_JSON  the file of its sealed secrets, when they are known here
"""

import json
import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter


class AnyName(HTTPAdapter):
    """The certificate is the enclave's own, whatever name it is reached by."""

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, assert_hostname=False, **kwargs)


class Client(requests.Session):
    """Requests to the application, by path."""

    def __init__(self, url):
        super().__init__()
        self.url = url.rstrip("/")
        self.trust_env = False

    def request(self, method, url, *args, **kwargs):
        kwargs.setdefault("timeout", 60)
        return super().request(method, self.url + url, *args, **kwargs)


def read_json(variable):
    """The object in the file that an environment variable names, or None."""
    path = os.environ.get(variable)
    return json.loads(Path(path).read_text(encoding="utf-8")) if path else None


@pytest.fixture(scope="session", name="client")
def fixture_client(tmp_path_factory):
    """Talks to the application. Over TLS, with the one certificate that it shows first: that it is
    the enclave's was verified before the application got its secrets."""
    url = os.environ.get("TEST_REMOTE_URL", "http://localhost:5000")
    client = Client(url)
    parts = urlsplit(url)
    if parts.scheme == "https":
        shown = ssl.get_server_certificate((parts.hostname, parts.port or 443))
        certificate = tmp_path_factory.mktemp("tls") / "certificate.pem"
        certificate.write_text(shown, encoding="ascii")
        client.verify = str(certificate)
        client.mount("https://", AnyName())
    with client:
        yield client


@pytest.fixture(scope="session", name="secrets")
def fixture_secrets():
    """What is in secrets.json, or None."""
    return read_json("TEST_SECRET_JSON")


@pytest.fixture(scope="session", name="sealed_secrets")
def fixture_sealed_secrets():
    """What is in secrets_to_seal.json, or None."""
    return read_json("TEST_SEALED_SECRET_JSON")
