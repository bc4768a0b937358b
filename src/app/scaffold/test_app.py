"""Tests of the application, here and in the enclave."""

import base64

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt


def key_of(secrets):
    """The key that the application makes of its secrets."""
    salt = base64.urlsafe_b64decode(secrets["salt"])
    derive = Scrypt(salt=salt, length=32, n=2**14, r=8, p=1)
    return base64.urlsafe_b64encode(derive.derive(secrets["password"].encode()))


def check_result(response, key, text):
    """The text, with the key; without it a token or, when no secrets were given, nothing."""
    if key is None:
        assert response.status_code in (200, 404)
        return
    assert response.status_code == 200
    assert Fernet(key).decrypt(response.content) == text


def test_hello(client):
    """The first page."""
    response = client.get("/")
    assert response.status_code == 200
    assert response.text == "Hello world"


def test_health(client):
    """It says that it serves."""
    assert client.get("/health").status_code == 200


def test_unknown(client):
    """There is nothing else."""
    assert client.get("/nothing").status_code == 404


def test_secrets(client, secrets):
    """The result for who knows the secrets."""
    key = key_of(secrets) if secrets else None
    text = b"message using password and salt from SECRETS"
    check_result(client.get("/result/secrets"), key, text)


def test_sealed_secrets(client, sealed_secrets):
    """The result for who sealed the secrets."""
    key = sealed_secrets["result_sk"].encode() if sealed_secrets else None
    text = b"message using result_sk from SEALED_SECRETS"
    check_result(client.get("/result/sealed_secrets"), key, text)
