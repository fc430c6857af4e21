"""GET /me: says who is calling. GET /staff: the same, for those with the role "staff" only. Copy it and put your own work
where the answer is built.

The session is checked before this code runs: API Gateway asks the session authorizer and hands on what it said. So
there is no token to read here, and nothing in the headers, the query or the body says who somebody is.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timezone


@dataclass(frozen=True)
class Identity:
    """Who is calling."""

    user_id: str
    app_id: str
    openid: str
    session_id: str
    expires_at: int
    unionid: str | None = None
    # What your backend said of the user, and when they logged in: docs/accounts.md.
    roles: tuple[str, ...] = ()
    claims: dict[str, str] = field(default_factory=dict)
    external_id: str | None = None
    auth_time: int | None = None


def identity_of(event):
    """The caller, or None when no session authorizer was asked."""
    handed_on = ((event or {}).get("requestContext") or {}).get("authorizer") or {}
    # Flat behind a REST API and a WebSocket API, under "lambda" behind an HTTP API.
    context = handed_on.get("lambda") or handed_on
    texts = [context.get(name) for name in ("user_id", "app_id", "openid", "session_id")]
    expires_at = _seconds(context.get("expires_at"))
    if expires_at is None or not all(isinstance(text, str) for text in texts):
        return None
    roles = context.get("roles")
    return Identity(
        *texts,
        expires_at,
        context.get("unionid"),
        tuple(roles.split()) if isinstance(roles, str) else (),
        {name[6:]: value for name, value in context.items() if name.startswith("claim_")},
        context.get("external_id"),
        _seconds(context.get("auth_time")),
    )


def handler(event, context):
    identity = identity_of(event)
    if identity is None:
        return _without_authorizer(context.aws_request_id)
    # What a role may do is this function's decision. 403, never 401: a new login gives nobody a role.
    if _route(event) == "/staff" and "staff" not in identity.roles:
        return _without_role(context.aws_request_id)

    # Your own work goes here. `identity.user_id` is the key to keep a user's things under.
    body = {
        "user_id": identity.user_id,
        "app_id": identity.app_id,
        "session_id": identity.session_id,
        "expires_at": identity.expires_at,
        # WeChat's names of the user, openid and unionid, stay on the server.
        "has_unionid": identity.unionid is not None,
    }
    return _answer(200, "application/json", body)


def _route(event):
    """The route as the template has it, behind a REST API and behind an HTTP API."""
    return event.get("resource") or (event.get("routeKey") or "").partition(" ")[2]


def _seconds(value):
    """API Gateway hands every value on as text; a number is taken too."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if type(value) is int and value >= 0 else None


def _without_authorizer(request_id):
    """The route is open by mistake, and only the deployer can mend that."""
    _log("ERROR", request_id, {
        "outcome": "credentials_missing",
        "reason": "no_authorizer",
        "operator": {
            "cause": "a request came without an identity: the route has no session authorizer",
            "fix": "attach the session authorizer to the route in the template and deploy again",
        },
    })
    problem = {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "A bearer token is needed",
        "code": "credentials_missing",
        "instance": request_id,
    }
    return _answer(401, "application/problem+json", problem, {"WWW-Authenticate": 'Bearer realm="wxs"'})


def _without_role(request_id):
    problem = {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "The user may not do this",
        "code": "role_missing",
        "instance": request_id,
    }
    return _answer(403, "application/problem+json", problem)


def _answer(status_code, content_type, body, more=None):
    headers = {
        "Content-Type": content_type,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **(more or {}),
    }
    return {"statusCode": status_code, "headers": headers, "body": json.dumps(body), "isBase64Encoded": False}


def _log(level, request_id, fields):
    """One JSON line, whatever the log format of the function: `logging` would put the time before it."""
    time = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"timestamp": time, "level": level, "message": "request", "function": "me", "request_id": request_id}
    print(json.dumps(line | fields), flush=True)
