"""Connected systems for tests, and calls in their name."""

import json
from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from exchange.services import register_client

TOKEN = "/api/oauth/token"


def make_client(*scopes, now=None, **fields):
    """(the registered system, its secret)."""
    now = now or timezone.now()
    values = {
        "name": "Sở Tài chính – phần mềm ngân sách",
        "owner": "Sở Tài chính",
        "contact": "so-tai-chinh@example.com",
        "purpose": "Đối chiếu kinh phí",
        "basis": "Nghị định 278/2025/NĐ-CP",
        "scopes": list(scopes) or ["enterprises:read"],
        "wards": [],
        "groups": [],
        "addresses": [],
        "calls_a_minute": 600,
        "expires_on": timezone.localdate(now) + timedelta(days=90),
    }
    return register_client(by="system:test", now=now, **{**values, **fields})


def ask_for_token(client, secret, **more):
    body = {"grant_type": "client_credentials", "client_id": client.application.client_id, "client_secret": secret}
    return Client(raise_request_exception=False).post(TOKEN, {**body, **more})


class System:
    """A connected system with a token in its hand."""

    def __init__(self, *scopes, language="vi", **fields):
        self.client, self.secret = make_client(*scopes, **fields)
        self.token = ask_for_token(self.client, self.secret).json()["access_token"]
        self.language, self.browser = language, Client(raise_request_exception=False)

    def get(self, path, **headers):
        named = {"authorization": f"Bearer {self.token}", "accept-language": self.language}
        return self.browser.get(f"/api/v1/{path}", headers={**named, **headers})

    def post(self, path, body, *, key=None, **headers):
        """Send JSON with a key of its own, unless another one or "" is given."""
        named = {"authorization": f"Bearer {self.token}", "accept-language": self.language}
        key = str(uuid4()) if key is None else key
        if key:
            named["idempotency-key"] = key
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.browser.post(
            f"/api/v1/{path}",
            data,
            content_type=headers.pop("content_type", "application/json"),
            headers={**named, **headers},
        )

    def send_form(self, path, parts, *, key=None):
        """Send a form (multipart/form-data) of texts and files."""
        named = {"authorization": f"Bearer {self.token}", "accept-language": self.language}
        named["idempotency-key"] = key or str(uuid4())
        return self.browser.post(f"/api/v1/{path}", parts, headers=named)

    def write(self, path, body, status=201, **more):
        answer = self.post(path, body, **more)
        assert answer.status_code == status, answer.content
        return json.loads(answer.content)

    def read(self, path):
        answer = self.get(path)
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)

    def walk(self, path):
        """Every row of a list, page by page."""
        rows, page = [], self.read(path)
        while True:
            rows += page["data"]
            if page["next"] is None:
                return rows
            page = self.read(f"{path}&cursor={page['next']}")

    def changed(self, path, cursor=None):
        """([change…], cursor at the end)."""
        changes = []
        while True:
            page = self.read(path + (f"&cursor={cursor}" if cursor else ""))
            changes, cursor = changes + page["data"], page["next"]
            if not page["more"]:
                return changes, cursor
