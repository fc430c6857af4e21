"""What is measured: the functions, and the peers that do the authorizer's work. Each as the driver's plan wants it."""

import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]
# Those whose time is measured beside others', and those whose size and instructions alone are.
FUNCTIONS = ["authorizer", "check-session", "login", "sessions", "open-data", "accounts"]
BUDGETED = [*FUNCTIONS, "wechat", "push", "erasures", "events"]
TOKEN = json.loads((ROOT / "events/authorizer-rest-token.json").read_text())["authorizationToken"]
USER_ID = "12bbf084-f063-861b-9b20-51bba2f93072"
ALLOWED = [{"at": "/policyDocument/Statement/0/Effect", "is": "Allow"}, {"at": "/context/user_id", "is": USER_ID}]
REFUSED = [{"at": "/policyDocument/Statement/0/Effect", "is": "Deny"}]

# Event, what the answer must say, calls that each warm event must make.
WORK = {
    "authorizer": ("authorizer-rest-token", ALLOWED, {"dynamodb": 1}),
    "check-session": ("check-session-rest", [{"at": "/statusCode", "is": 200}, {"at": "/body/user/id", "is": USER_ID}], {"dynamodb": 1}),
    "login": ("login-rest", [{"at": "/statusCode", "is": 200}, {"at": "/body/user/id", "is": USER_ID}], {"dynamodb": 3, "wechat": 1}),
    "sessions": ("sessions-list-rest", [{"at": "/statusCode", "is": 200}, {"at": "/body/sessions/0/current", "is": True}], {"dynamodb": 2}),
    "open-data": ("open-data-decrypt-rest", [{"at": "/statusCode", "is": 200}, {"at": "/body/data/gender", "is": 0}], {"dynamodb": 1}),
    "accounts": ("accounts-get", [{"at": "/result/user_id", "is": USER_ID}], {"dynamodb": 1}),
    "wechat": ("wechat-sign-virtual-payment", [{"at": "/result/mode", "is": "short_series_goods"}], {"dynamodb": 1}),
    # WeChat's check of the URL: a message of the sample events is too old to be stored.
    "push": ("push-check-rest", [{"at": "/statusCode", "is": 200}, {"at": "/body", "is": "4375120948345356249"}], {}),
    "erasures": ("erasures-stream", [{"at": "/batchItemFailures", "is": []}], {"dynamodb": 3}),
    "events": ("events-stream", [{"at": "/batchItemFailures", "is": []}], {"events": 1}),
}
# Beside what every function finds; not in its place, so that nobody's figures move for another's sake.
MORE = {
    "wechat": {"WECHAT_APPS_SECRET_ID": "RichAppsSecret"},
    "push": {"WECHAT_APPS_SECRET_ID": "RichAppsSecret"},
    "events": {"EVENT_BUS_NAME": "business", "AWS_ENDPOINT_URL_EVENTBRIDGE": "{%s:events}"},
}


def environment(scheme):
    """What Lambda and template.yaml set. A session token is as long as a real one; LOG_LEVEL is the template's default."""
    return {
        "PATH": "/usr/bin:/bin", "LANG": "en_US.UTF-8", "TZ": ":UTC", "LAMBDA_TASK_ROOT": "/var/task",
        "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "ASIABENCHBENCHBENCH0",
        "AWS_SECRET_ACCESS_KEY": "a-key-of-the-length-that-real-ones-have00", "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2Vj" * 53,
        "AWS_LAMBDA_FUNCTION_NAME": "bench", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "LOG_LEVEL": "info",
        "USERS_TABLE": "UsersTable", "SESSIONS_TABLE": "SessionsTable",
        # The open data of the sample event is years old.
        "OPEN_DATA_MAX_AGE_SECONDS": "0",
        "WECHAT_APPS_SECRET_ID": "AppsSecret", "SESSION_KEY_RING_SECRET_ID": "SessionKeyRingSecret",
        "WECHAT_API_BASE_URL": f"{{{scheme}:wechat}}", "AWS_ENDPOINT_URL_DYNAMODB": f"{{{scheme}:dynamodb}}",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": f"{{{scheme}:secrets}}",
    }


def function(name, program, scheme):
    event, expected, calls = WORK[name]
    more = {key: value % scheme if "%s" in value else value for key, value in MORE.get(name, {}).items()}
    return {"name": name, "command": [str(program)], "environment": environment(scheme) | more,
            "event": str(ROOT / f"events/{event}.json"), "expected": expected, "calls": calls}


def refused(program, scheme, work):
    """The authorizer given a token with a wrong checksum: it must refuse without a call."""
    event = json.loads((ROOT / "events/authorizer-rest-token.json").read_text())
    event["authorizationToken"] = TOKEN[:-1] + ("j" if TOKEN[-1] != "j" else "k")
    file = work / "refused.json"
    file.write_text(json.dumps(event))
    return function("authorizer", program, scheme) | {
        "name": "authorizer, refused token", "event": str(file), "expected": REFUSED, "calls": {}}


def plan(path, mode, variants, results, rounds, warm_up, events, share=None, tls=None):
    path.write_text(json.dumps({
        "mode": mode, "rounds": rounds, "warm_up": warm_up, "events": events, "share": share,
        "tls": tls and str(tls), "results": str(results), "variants": variants}, indent=1))
    return path
