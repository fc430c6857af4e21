"""Whether an answer is one that API Gateway or a client may get, for events that nobody is logged in for."""

import json


def authorizer(event, answer):
    """Nobody is logged in, so every shape must be refused, in its own form and not by an error."""
    if "errorMessage" in answer:
        return f"an error instead of an answer: {answer}"
    if event.get("version") == "2.0" or "requestContext" in event and "operationName" in event["requestContext"]:
        return None if answer.get("isAuthorized") is False else f"not a refusal: {answer}"
    effects = [entry["Effect"] for entry in answer["policyDocument"]["Statement"]]
    return None if effects == ["Deny"] else f"not a refusal: {answer}"


def http(_event, answer):
    """An HTTP function answers with a status for a client, in our form; a 5xx here means that it cannot do its work."""
    status = answer.get("statusCode")
    if not isinstance(status, int) or status >= 500:
        return f"not an answer for a client: {answer}"
    headers = {name.lower(): value for name, value in answer.get("headers", {}).items()}
    headers |= {name.lower(): value[0] for name, value in answer.get("multiValueHeaders", {}).items()}
    if headers.get("cache-control") != "no-store":
        return f"may be cached: {answer}"
    if status >= 400 and headers.get("content-type") != "application/problem+json":
        return f"not a problem document: {answer}"
    return None


def for_backends(_event, answer):
    """A function without a route answers with a result or an error of its own, and none of these events is a reason for a failure."""
    if set(answer) not in ({"result"}, {"error"}):
        return f"neither a result nor an error: {answer}"
    code = answer.get("error", {}).get("code")
    return f"a failure: {answer}" if code in ("store_unavailable", "unavailable", "misconfigured", "record_damaged", "internal") else None


def of_streams(_event, answer):
    """A function that a table's stream feeds says what is to come again: nothing. By hand, where nothing was stored, it says so."""
    nothing = {"error": {"code": "not_found", "reason": "no_message_of_this_app_id"}}
    return None if answer in ({"batchItemFailures": []}, nothing) else f"not done: {answer}"


def of(function):
    """Who judges the answers of a function of the template."""
    return {
        "AuthorizerFunction": authorizer, "AccountsFunction": for_backends, "WechatFunction": for_backends,
        "ErasuresFunction": of_streams, "EventsFunction": of_streams,
    }.get(function, http)


def summary(answer):
    """An answer in a few words."""
    if "result" in answer or "error" in answer:
        return answer.get("error", {}).get("code", "done")
    if "batchItemFailures" in answer or "undone" in answer:
        return "nothing left"
    if "statusCode" not in answer:
        return "refused"
    code = json.loads(answer.get("body") or "{}").get("code", "")
    return f"{answer['statusCode']} {code}".strip()
