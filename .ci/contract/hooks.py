"""What schemathesis cannot know: how to log in, what else a request can carry, and how many were sent."""

import atexit
import collections
import json
import os
import pathlib

import requests
import schemathesis
from hypothesis import strategies

SERVICE, WECHAT, COUNTS = (os.environ[name] for name in ("CONTRACT_SERVICE", "CONTRACT_WECHAT", "CONTRACT_COUNTS"))
APP_ID = "wx0123456789abcdef"
http = requests.Session()


def logged_in():
    code = http.post(f"{WECHAT}/_control/codes", json={"app_id": APP_ID}).json()["code"]
    return http.post(f"{SERVICE}/login", json={"code": code}).json()["token"]


@schemathesis.auth(refresh_interval=None)
class Session:
    """A session of its own for every case of what ends sessions; one for all cases of anything else."""

    kept = None

    def get(self, case, context):
        if case.path == "/login":
            return None
        if case.method.upper() == "DELETE":
            return logged_in()
        if self.kept is None:
            self.kept = logged_in()
        return self.kept

    def set(self, case, token, context):
        if token:
            case.headers = case.headers or {}
            case.headers["Authorization"] = f"Bearer {token}"


WORD = strategies.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=12)
VALUE = strategies.text(strategies.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40).map(str.strip)
QUERY = strategies.dictionaries(WORD, strategies.one_of(VALUE, strategies.text(max_size=20)), max_size=3)
HEADERS = strategies.dictionaries(WORD.map("x-unknown-".__add__), VALUE, max_size=3)


@schemathesis.hook
def before_generate_case(context, strategy):
    """Query parameters and headers that nobody describes change nothing, and an operation without input has cases to vary."""
    return strategies.builds(with_more, strategy, QUERY, HEADERS)


def with_more(case, query, headers):
    case.query = {**query, **(case.query or {})}
    case.headers = {**headers, **(case.headers or {})}
    return case


sent = collections.Counter()


@schemathesis.hook
def after_call(context, case, response):
    sent[case.operation.definition.raw["operationId"]] += 1


atexit.register(lambda: pathlib.Path(COUNTS).write_text(json.dumps(sent), encoding="utf-8"))
