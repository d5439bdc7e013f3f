"""Hooks of schemathesis: access tokens, signed webhooks, and a new account when a call has deleted the old one."""

import hashlib
import hmac
import os
import re
import time
import uuid

import requests
import schemathesis

GATEWAY = os.environ["GATEWAY_URL"]
ADMIN = {"email": os.environ["ADMIN_EMAIL"], "password": os.environ["ADMIN_PASSWORD"]}
WEBHOOK_SECRET = os.environ["PROVIDER_WEBHOOK_SECRET"].encode()

tokens = {}


def post(path, body, expected):
    response = requests.post(GATEWAY + path, json=body, timeout=30)
    assert response.status_code == expected, f"{path} answers {response.status_code}: {response.text}"
    return response.json()


def log_in(credentials):
    return post("/auth/login", credentials, 200)["accessToken"]


def new_customer():
    credentials = {"email": f"{uuid.uuid4()}@example.com", "password": "correct horse battery"}
    post("/users", {**credentials, "name": "Ann Lee"}, 201)
    return log_in(credentials)


def role_of(operation):
    """An operation with a description of 403 is for administrators."""
    return "admin" if "403" in operation.definition.raw["responses"] else "customer"


@schemathesis.auth(refresh_interval=None).skip_for(path_regex="^/payments/webhooks/")
class AccessToken:
    def get(self, case, context):
        role = role_of(context.operation)
        if role not in tokens:
            tokens[role] = log_in(ADMIN) if role == "admin" else new_customer()
        return tokens[role]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


def has_opaque_cursor(operation):
    """Only a nextCursor is a valid cursor, unless it is an id."""
    parameters = operation.definition.raw.get("parameters", [])
    return any(each["name"] == "cursor" and each["schema"].get("format") != "uuid" for each in parameters)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Leaves out a well-formed cursor that no answer gave."""
    cursor = (case.query or {}).get("cursor")
    if isinstance(cursor, str) and re.fullmatch(r"[\x20-\x7e]{1,300}", cursor) and has_opaque_cursor(case.operation):
        del case.query["cursor"]


@schemathesis.hook
def after_call(context, case, response):
    if case.operation.label == "DELETE /users/me" and response.status_code == 204:
        tokens.pop("customer", None)


class Signature(requests.auth.AuthBase):
    """Replaces a generated signature by the valid one of the body; leaves a missing or malformed one."""

    def __call__(self, request):
        if re.fullmatch(r"t=[0-9]{1,12},v1=[0-9a-f]{64}", request.headers.get("X-Signature", "")):
            body = request.body or b""
            seconds = str(int(time.time())).encode()
            signed = seconds + b"." + (body.encode() if isinstance(body, str) else body)
            digest = hmac.new(WEBHOOK_SECRET, signed, hashlib.sha256).hexdigest()
            request.headers["X-Signature"] = f"t={seconds.decode()},v1={digest}"
        return request


schemathesis.auth.set_from_requests(Signature()).apply_to(path_regex="^/payments/webhooks/")
