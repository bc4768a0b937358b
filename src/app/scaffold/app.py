"""A confidential application: what it is told as a secret, it never says.

Two results show how secrets come to it. Each is a Fernet token: only who knows the secret that it
was made from can read it.
"""

import base64
import json
import os
from http import HTTPStatus
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from flask import Flask, Response

app = Flask(__name__)

RESULT = b"message using password and salt from SECRETS"
SEALED_RESULT = b"message using result_sk from SEALED_SECRETS"


def read_secrets(variable):
    """The JSON object in the file that an environment variable names; None: there is none."""
    path = os.environ.get(variable)
    if path is None or not Path(path).is_file():
        return None
    return json.loads(Path(path).read_text(encoding="utf-8"))


def token(key, text):
    """The text, readable with the key alone."""
    return Response(Fernet(key).encrypt(text), mimetype="text/plain")


def no_secrets():
    """What is answered when nobody brought the secrets."""
    return Response("no secrets were given\n", HTTPStatus.NOT_FOUND, mimetype="text/plain")


@app.get("/")
def hello():
    """The first page."""
    return "Hello world"


@app.get("/health")
def health():
    """Says that the application serves."""
    return Response(status=HTTPStatus.OK)


@app.get("/result/secrets")
def result_secrets():
    """A result for who knows the secrets: the operator brought them (secrets.json)."""
    secrets = read_secrets("SECRETS_PATH")
    if secrets is None:
        return no_secrets()
    salt = base64.urlsafe_b64decode(secrets["salt"])
    derive = Scrypt(salt=salt, length=32, n=2**14, r=8, p=1)
    key = base64.urlsafe_b64encode(derive.derive(secrets["password"].encode()))
    return token(key, RESULT)


@app.get("/result/sealed_secrets")
def result_sealed_secrets():
    """A result for who sealed the secrets: the operator cannot read it (secrets_to_seal.json)."""
    secrets = read_secrets("SEALED_SECRETS_PATH")
    if secrets is None:
        return no_secrets()
    return token(secrets["result_sk"].encode(), SEALED_RESULT)
