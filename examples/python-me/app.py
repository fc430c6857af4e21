"""GET /me: says who is calling. GET /staff: the same, for those with the role "staff" only. Copy it and put your own work
where the answer is built.

The session is checked before this code runs: API Gateway asks the session authorizer and hands on what it said. So
there is no token to read here, and nothing in the headers, the query or the body says who somebody is.
"""

import json
import os
from datetime import datetime, timezone

from identity import identity_of


# Pages in a web-view may read the answers, of this one origin; "" for none.
PAGE_ORIGIN = os.environ.get("PAGE_ORIGIN", "")


def handler(event, context):
    return readable_by(PAGE_ORIGIN, event, _serve(event, context))


def readable_by(page, event, answer):
    """What a browser wants to see before it shows an answer to a page of another origin; refusals too, or the page takes them for a
    network that is down. An HTTP API does it by itself."""
    if page == "":
        return answer
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if headers.get("origin") != page:
        return answer
    return answer | {"headers": answer["headers"] | {"Access-Control-Allow-Origin": page, "Vary": "Origin"}}


def _serve(event, context):
    identity = identity_of(event)
    if identity is None:
        return _without_authorizer(context.aws_request_id)
    # What a role may do is this function's decision. 403, never 401: a new login gives nobody a role.
    if _route(event) == "/staff":
        # So is what a page in a web-view may do, with all the scripts that it loads.
        if identity.audience is not None:
            return _not_for_pages(context.aws_request_id)
        if "staff" not in identity.roles:
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


def _not_for_pages(request_id):
    problem = {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "Not for a page's session: ask in the Mini Program",
        "code": "not_for_child",
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
