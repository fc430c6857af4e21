"""POST /pay: what the phone needs for wx.requestVirtualPayment. POST /phone-number: reads the number behind the button's code.

Both ask the function `wechat` of the login stack, by IAM: docs/wechat-backend.md. AppSecret, AppKey and session_key stay there.
What is sold and for how much is decided here; the phone only names one of the products.
"""

import json
import os
import secrets
from datetime import datetime, timezone

from identity import identity_of

# Prices in fen, as the console of virtual payment has them.
PRODUCTS = {"vip_month": 1200}
# What the app can do something about, and the status that says so. Everything else is for an operator, or passes.
FOR_THE_APP = {"session_key_stale": 409, "phone_code_invalid": 400, "user_blocked": 403, "rate_limited": 429}


class Refused(Exception):
    """There is no result. `code` says why, and nothing was signed or read."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def handler(event, context, wechat=None):
    identity = identity_of(event)
    if identity is None:
        return _problem(401, "credentials_missing", context)
    # A page in a web-view has its user's identity and is still a browser: it neither pays nor reads numbers.
    if _audience(event) is not None:
        return _problem(403, "not_for_page", context)
    ask = wechat or Wechat(os.environ["WECHAT_FUNCTION_ARN"])
    try:
        body = json.loads(event.get("body") or "")
        if _route(event) == "/pay":
            return _answer(200, "application/json", _pay(ask, identity, body["product"]))
        # The number stays here: what the phone needs to know is that it was read.
        number = ask("phone_number", identity.app_id, user_id=identity.user_id, code=str(body["code"]))
        _keep(identity.user_id, number)
        return _answer(200, "application/json", {"ends_in": number["pure_phone_number"][-4:]})
    except (KeyError, TypeError, ValueError):
        return _problem(400, "malformed_request", context)
    except Refused as refused:
        status = FOR_THE_APP.get(refused.code, 503)
        return _problem(status, refused.code if status != 503 else "upstream_unavailable", context)


def _pay(ask, identity, product):
    price = PRODUCTS[product]
    # Yours to keep with user and product, before the phone has it: deliver once per number, and only after query_order says so.
    number = f"{datetime.now(timezone.utc):%Y%m%d}-{secrets.token_hex(8)}"
    payment = {"mode": "short_series_goods", "env": 0, "buy_quantity": 1, "product_id": product, "goods_price": price,
               "out_trade_no": number, "attach": identity.user_id}
    signed = ask("sign_virtual_payment", identity.app_id, user_id=identity.user_id, payment=payment)
    # Under the names that wx.requestVirtualPayment has for them. signData is a string, and stays as it is.
    return {"mode": signed["mode"], "signData": signed["sign_data"], "paySig": signed["pay_sig"], "signature": signed["signature"]}


def _keep(user_id, number):
    """Put it where your users' things are."""


class Wechat:
    """Asks the function `wechat`. A result, or `Refused`: there is no third."""

    def __init__(self, function_arn, client=None):
        if client is None:
            import boto3  # Lambda's Python has it

            client = boto3.client("lambda")
        self.function_arn, self.client = function_arn, client

    def __call__(self, action, app_id, **members):
        request = {"action": action, "actor": "shop", "app_id": app_id} | members
        told = self.client.invoke(FunctionName=self.function_arn, Payload=json.dumps(request).encode())
        answer = json.loads(told["Payload"].read())
        # Lambda's own status is 200 whatever came of it.
        if told.get("FunctionError") or not isinstance(answer, dict) or "result" not in answer:
            error = answer.get("error", {}) if isinstance(answer, dict) else {}
            raise Refused(error.get("code", "unavailable"))
        return answer["result"]


def _audience(event):
    authorizer = event["requestContext"]["authorizer"]
    return authorizer.get("lambda", authorizer).get("audience")


def _route(event):
    return event.get("resource") or (event.get("routeKey") or "").partition(" ")[2]


def _problem(status, code, context):
    problem = {"type": "about:blank", "status": status, "code": code, "instance": context.aws_request_id}
    return _answer(status, "application/problem+json", problem)


def _answer(status, content_type, body):
    headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body), "isBase64Encoded": False}
