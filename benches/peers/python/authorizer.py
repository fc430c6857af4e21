"""The authorizer's work on Python: boto3, the client made once at start-up."""

import base64
import hashlib
import json
import os
import re
import sys
import time
import uuid
import zlib
from datetime import datetime, timezone

import boto3

dynamodb = boto3.client("dynamodb")
USERS, SESSIONS = os.environ["USERS_TABLE"], os.environ["SESSIONS_TABLE"]
TOKEN = re.compile(r"Bearer wxs_([A-Za-z0-9_-]{64})([0-9A-Za-z]{6})", re.IGNORECASE)
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
cold = True


def checksum(body):
    rest, text = zlib.crc32(b"wxs_" + body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        text = BASE62[digit] + text
    return text


def read(header):
    match = TOKEN.fullmatch(header or "")
    if not match or checksum(match[1]) != match[2]:
        return None
    raw = base64.urlsafe_b64decode(match[1])
    digest = hashlib.sha256(b"wxs/session/1\x001\0" + raw).digest()
    return str(uuid.UUID(bytes=raw[:16])), base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def find(user, sort_key):
    answer = dynamodb.batch_get_item(RequestItems={
        USERS: {"Keys": [{"user_id": {"S": user}}], "ConsistentRead": True, "ProjectionExpression": "user_id, live, app_id, openid, unionid, created_at, signed_out_at, blocked"},
        SESSIONS: {"Keys": [{"pk": {"S": user}, "sk": {"S": sort_key}}], "ConsistentRead": True},
    })
    if answer.get("UnprocessedKeys"):
        raise RuntimeError("cannot tell")
    found = answer["Responses"]
    return next(iter(found.get(USERS, [])), None), next(iter(found.get(SESSIONS, [])), None)


def is_listed(live, sort_key):
    """The list of live sessions: a mark of eight bytes, then a hash of 32 for each."""
    wanted = base64.urlsafe_b64decode(sort_key + "=")
    return any(live[at:at + 32] == wanted for at in range(8, len(live), 32))


def is_good(record, session, sort_key):
    now = time.time()
    return (
        session is not None and record is not None and session["state"]["S"] == "active"
        and "blocked" not in record and is_listed(record["live"]["B"], sort_key)
        and now < int(session["expires_at"]["N"]) and now < int(session["absolute_expires_at"]["N"])
    )


def policy(effect, principal, arn, context):
    stage = "/".join(arn.split("/", 2)[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{stage}/*"}
    return {"principalId": principal, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, "context": context}


def handler(event, context):
    global cold
    started = time.perf_counter()
    line = {"timestamp": datetime.now(timezone.utc).isoformat(), "level": "INFO", "message": "request", "function": "authorizer",
            "request_id": context.aws_request_id, "cold_start": cold}
    cold = False
    user, session = None, None
    token = read(event.get("authorizationToken"))
    if token:
        user = token[0]
        record, session = find(*token)
        session = session if is_good(record, session, token[1]) else None
    if session:
        answer = policy("Allow", user, event["methodArn"], {
            "user_id": user, "app_id": session["app_id"]["S"], "openid": record["openid"]["S"],
            "session_id": session["session_id"]["S"], "expires_at": session["expires_at"]["N"]})
    else:
        answer = policy("Deny", "refused", event["methodArn"], {"code": "session_invalid"})
    line |= {"user_id": user, "session_id": session and session["session_id"]["S"], "outcome": "allow" if session else "refuse",
             "duration_ms": (time.perf_counter() - started) * 1000}
    sys.stdout.write(json.dumps(line) + "\n")
    return answer
