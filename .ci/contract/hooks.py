"""A session of its own for every case, because some cases end the session they use."""

import os

import requests
import schemathesis

SERVICE, WECHAT = os.environ["CONTRACT_SERVICE"], os.environ["CONTRACT_WECHAT"]
APP_ID = "wx0123456789abcdef"
http = requests.Session()


@schemathesis.auth(refresh_interval=None)
class Session:
    """Logs a simulated user in."""

    def get(self, case, context):
        if case.path == "/login":
            return None
        code = http.post(f"{WECHAT}/_control/codes", json={"app_id": APP_ID}).json()["code"]
        return http.post(f"{SERVICE}/login", json={"code": code}).json()["token"]

    def set(self, case, token, context):
        if token:
            case.headers = case.headers or {}
            case.headers["Authorization"] = f"Bearer {token}"
