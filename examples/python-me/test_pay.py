"""python3 -m unittest"""

import io
import json
import pathlib
import types
import unittest

import pay

EVENTS = pathlib.Path(__file__).resolve().parent / "events"
SIGNED = {"mode": "short_series_goods", "sign_data": '{"offerId":"1"}', "pay_sig": "aa", "signature": "bb"}


class Lambda:
    """Answers as Lambda's Invoke does."""

    def __init__(self, answer, function_error=None):
        self.answer, self.function_error, self.asked = answer, function_error, []

    def invoke(self, FunctionName, Payload):
        self.asked.append(json.loads(Payload))
        told = {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(self.answer).encode())}
        return told | ({"FunctionError": self.function_error} if self.function_error else {})


def serve(path, body, answer, audience=None, function_error=None):
    """The answer, and what was asked of `wechat`."""
    event = json.loads((EVENTS / "me-rest.json").read_text())
    event |= {"resource": path, "httpMethod": "POST", "body": json.dumps(body)}
    if audience:
        event["requestContext"]["authorizer"]["audience"] = audience
    client = Lambda(answer, function_error)
    context = types.SimpleNamespace(aws_request_id="invocation")
    told = pay.handler(event, context, pay.Wechat("arn", client))
    return told["statusCode"], json.loads(told["body"]), client.asked


class Pay(unittest.TestCase):
    def test_the_phone_names_a_product_and_the_price_is_ours(self):
        status, body, (asked,) = serve("/pay", {"product": "vip_month", "goods_price": 1}, {"result": SIGNED})
        self.assertEqual((status, body), (200, {"mode": "short_series_goods", "signData": '{"offerId":"1"}', "paySig": "aa", "signature": "bb"}))
        self.assertEqual((asked["action"], asked["payment"]["goods_price"]), ("sign_virtual_payment", 1200))
        self.assertRegex(asked["payment"]["out_trade_no"], r"^\d{8}-[0-9a-f]{16}$")

    def test_two_payments_have_two_numbers(self):
        numbers = {serve("/pay", {"product": "vip_month"}, {"result": SIGNED})[2][0]["payment"]["out_trade_no"] for _ in range(2)}
        self.assertEqual(len(numbers), 2)

    def test_a_page_and_an_unknown_product_ask_for_no_signature(self):
        self.assertEqual(serve("/pay", {"product": "vip_month"}, {}, audience="https://shop.example")[::2], (403, []))
        for body in ({"product": "gold"}, {}, [], {"product": ["vip_month"]}):
            self.assertEqual(serve("/pay", body, {})[::2], (400, []), body)

    def test_no_refusal_looks_like_success(self):
        for code, status in (("session_key_stale", 409), ("user_blocked", 403), ("unavailable", 503), ("invalid_request", 503), ("misconfigured", 503)):
            told, body, _ = serve("/pay", {"product": "vip_month"}, {"error": {"code": code}})
            self.assertEqual(told, status, code)
            self.assertNotIn("signData", body)
        for answer, error in (({"errorMessage": "timed out"}, "Unhandled"), (None, None), ({}, None), ({"result": SIGNED}, "Unhandled")):
            self.assertEqual(serve("/pay", {"product": "vip_month"}, answer, function_error=error)[0], 503)

    def test_the_number_is_read_and_not_told(self):
        number = {"phone_number": "13812345678", "pure_phone_number": "13812345678", "country_code": "86"}
        status, body, (asked,) = serve("/phone-number", {"code": "c0de"}, {"result": number})
        self.assertEqual((status, body), (200, {"ends_in": "5678"}))
        self.assertEqual((asked["action"], asked["code"]), ("phone_number", "c0de"))
        self.assertEqual(serve("/phone-number", {"code": "c0de"}, {"error": {"code": "phone_code_invalid"}})[0], 400)


if __name__ == "__main__":
    unittest.main()
