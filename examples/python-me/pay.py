"""POST /pay: what the phone needs for wx.requestVirtualPayment. POST /phone-number: reads the number behind the button's code.

Both ask the function `wechat` of the login stack, by IAM: docs/wechat-backend.md. AppSecret, AppKey and session_key stay there.
What is sold and for how much is decided here; the phone only names one of the products.
"""

import json
import os
import re
import secrets
from datetime import datetime, timezone

try:
    from botocore.exceptions import BotoCoreError, ClientError  # Lambda's Python has it
except ImportError:  # the tests bring a client of their own

    class BotoCoreError(Exception):
        pass

    class ClientError(Exception):
        pass


from app import PAGE_ORIGIN, readable_by
from identity import identity_of

# Prices in fen, as the console of virtual payment has them.
PRODUCTS = {"vip_month": 1200}
# What the app can do something about, and the status that says so. Everything else is for an operator, or passes.
FOR_THE_APP = {"session_key_stale": 409, "phone_code_invalid": 400, "user_blocked": 403, "rate_limited": 429}
# One invocation, one request: sent again after a lost answer, it would be a phone code's second use. The function takes 8 seconds at most,
# and this one's Timeout is 12.
ONCE = {"retries": {"total_max_attempts": 1}, "connect_timeout": 1, "read_timeout": 10}
# What may be logged of an error: a word, not what somebody wrote.
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


class Refused(Exception):
    """There is no result. `code` and `reason` say why, as docs/wechat-backend.md has them. Nothing was signed; a phone code may be spent."""

    def __init__(self, code, reason=None):
        super().__init__(code)
        self.code, self.reason = code, reason

    def status(self):
        # A refusal of WeChat's that nobody knows: another press would cost, and may end the same.
        return 503 if (self.reason or "").startswith("unexpected_") else FOR_THE_APP.get(self.code, 503)


def handler(event, context, wechat=None):
    # Refusals too: a page should see that it may not, and not that the network is down.
    return readable_by(PAGE_ORIGIN, event, _serve(event, context, wechat))


def _serve(event, context, wechat):
    identity = identity_of(event)
    if identity is None:
        return _problem(401, "credentials_missing", context)
    # A page in a web-view has its user's identity and is still a browser: it neither pays nor reads numbers.
    if identity.audience is not None:
        return _problem(403, "not_for_child", context)
    is_payment = _route(event) == "/pay"
    try:
        body = json.loads(event.get("body") or "")
        wanted = _product(body["product"]) if is_payment else _phone_code(body["code"])
    except (KeyError, TypeError, ValueError):
        return _problem(400, "malformed_request", context)
    ask = wechat or Wechat(os.environ["WECHAT_FUNCTION_ARN"])
    try:
        told = (_pay if is_payment else _phone_number)(ask, identity, wanted)
    except Refused as refused:
        status = refused.status()
        _log("ERROR" if status == 503 else "INFO", refused, context)
        return _problem(status, refused.code if status != 503 else "upstream_unavailable", context)
    return _answer(200, "application/json", told)


def _product(name):
    if name not in PRODUCTS:
        raise ValueError("no such product")
    return name


def _phone_code(code):
    if not re.fullmatch(r"[!-~]{1,256}", code):
        raise ValueError("no code of the button")
    return code


def _pay(ask, identity, product):
    # Yours to keep with product, user and identity.openid, before the phone has it: deliver once per number, and only after query_order
    # says so. The openid is what a refund takes when the account is gone.
    number = f"{datetime.now(timezone.utc):%Y%m%d}-{secrets.token_hex(8)}"
    payment = {"mode": "short_series_goods", "env": 0, "buy_quantity": 1, "product_id": product, "goods_price": PRODUCTS[product],
               "out_trade_no": number, "attach": identity.user_id}
    signed = ask("sign_virtual_payment", identity.app_id, user_id=identity.user_id, payment=payment)
    # Under the names that wx.requestVirtualPayment has for them. signData is a string, and stays as it is.
    names = {"mode": "mode", "signData": "sign_data", "paySig": "pay_sig", "signature": "signature"}
    return {name: _text(signed, member) for name, member in names.items()}


def _phone_number(ask, identity, code):
    number = ask("phone_number", identity.app_id, user_id=identity.user_id, code=code)
    ends_in = _text(number, "pure_phone_number")[-4:]
    # The number stays here: what the phone needs to know is that it was read.
    _keep(identity.user_id, number)
    return {"ends_in": ends_in}


def _text(result, name):
    if not isinstance(result.get(name), str):
        raise Refused("unavailable", "answer_form")
    return result[name]


def _keep(user_id, number):
    """Put it where your users' things are."""


class Wechat:
    """Asks the function `wechat`. A result, or `Refused`: there is no third."""

    def __init__(self, function_arn, client=None):
        if client is None:
            import boto3
            from botocore.config import Config

            client = boto3.client("lambda", config=Config(**ONCE))
        self.function_arn, self.client = function_arn, client

    def __call__(self, action, app_id, **members):
        request = {"action": action, "actor": "shop", "app_id": app_id} | members
        try:
            told = self.client.invoke(FunctionName=self.function_arn, Payload=json.dumps(request).encode())
            answer = json.loads(told["Payload"].read())
        except ValueError:
            raise Refused("unavailable", "answer_form") from None
        except (BotoCoreError, ClientError) as error:
            # AccessDeniedException: the role lacks the permission, or the ARN is another's.
            said = getattr(error, "response", {}).get("Error", {}).get("Code")
            raise Refused("unavailable", _word(said) or type(error).__name__) from None
        # Lambda's own status is 200 whatever came of it.
        if told.get("FunctionError"):
            raise Refused("unavailable", "function_error")
        if not isinstance(answer, dict) or not isinstance(answer.get("result"), dict):
            raise _refused(answer)
        return answer["result"]


def _refused(answer):
    error = answer.get("error") if isinstance(answer, dict) else None
    code = _word(error.get("code")) if isinstance(error, dict) else None
    return Refused(code, _word(error.get("reason"))) if code else Refused("unavailable", "answer_form")


def _word(said):
    return said if isinstance(said, str) and WORD.fullmatch(said) else None


def _log(level, refused, context):
    """One JSON line. Never the request or the answer: they hold codes, signatures and numbers."""
    time = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"timestamp": time, "level": level, "message": "request", "function": "pay", "request_id": context.aws_request_id}
    print(json.dumps(line | {"outcome": refused.code, "reason": refused.reason}), flush=True)


def _route(event):
    return event.get("resource") or (event.get("routeKey") or "").partition(" ")[2]


def _problem(status, code, context):
    problem = {"type": "about:blank", "status": status, "code": code, "instance": context.aws_request_id}
    return _answer(status, "application/problem+json", problem)


def _answer(status, content_type, body):
    headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body), "isBase64Encoded": False}
