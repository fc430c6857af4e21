"""python3 -m unittest"""

import contextlib
import io
import json
import pathlib
import sys
import types
import unittest
from unittest import mock

import pay

EVENTS = pathlib.Path(__file__).resolve().parent / "events"
SIGNED = {"mode": "short_series_goods", "sign_data": '{"offerId":"1"}', "pay_sig": "aa", "signature": "bb"}


class Lambda:
    """Answers as Lambda's Invoke does."""

    def __init__(self, answer, function_error=None):
        self.answer, self.function_error, self.asked = answer, function_error, []

    def invoke(self, FunctionName, Payload):
        self.asked.append(json.loads(Payload))
        if isinstance(self.answer, Exception):
            raise self.answer
        text = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        told = {"StatusCode": 200, "Payload": io.BytesIO(text)}
        return told | ({"FunctionError": self.function_error} if self.function_error else {})


def serve(path, body, answer, audience=None, function_error=None):
    """The answer, and what was asked of `wechat`."""
    told, asked, _ = serve_and_log(path, body, answer, audience, function_error)
    return told["statusCode"], json.loads(told["body"]), asked


def serve_and_log(path, body, answer, audience=None, function_error=None):
    """The same as API Gateway gets it, and the lines that were printed."""
    event = json.loads((EVENTS / "me-rest.json").read_text())
    event |= {"resource": path, "httpMethod": "POST", "body": json.dumps(body)}
    if audience:
        event["requestContext"]["authorizer"]["audience"] = audience
    client = Lambda(answer, function_error)
    event["headers"] = {"Origin": audience} if audience else {}
    context, printed = types.SimpleNamespace(aws_request_id="invocation"), io.StringIO()
    with contextlib.redirect_stdout(printed):
        told = pay.handler(event, context, pay.Wechat("arn", client))
    return told, client.asked, [json.loads(line) for line in printed.getvalue().splitlines()]


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
        status, body, asked = serve("/pay", {"product": "vip_month"}, {}, audience="https://shop.example")
        self.assertEqual((status, body["code"], asked), (403, "not_for_child", []))
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

    def test_an_answer_of_another_form_is_not_the_phones_fault(self):
        for answer in (b"", b"{", {"error": None}, {"error": "no"}, {"error": {}}, {"error": {"code": 7}}, {"result": None}, {"result": []}, {"result": {}},
                       {"result": SIGNED | {"sign_data": {}}}):
            self.assertEqual(serve("/pay", {"product": "vip_month"}, answer)[0], 503, answer)
        for number in ({}, {"pure_phone_number": None}, {"pure_phone_number": ["1"]}):
            self.assertEqual(serve("/phone-number", {"code": "c0de"}, {"result": number})[0], 503, number)

    def test_a_lambda_that_cannot_be_asked_is_no_crash(self):
        for error in (pay.BotoCoreError(), pay.ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")):
            status, body, asked = serve("/pay", {"product": "vip_month"}, error)
            self.assertEqual((status, body["code"], len(asked)), (503, "upstream_unavailable", 1))

    def test_a_code_that_is_none_is_refused_here(self):
        for code in ("a b", "", "码", "c" * 257, 7, None, ["c0de"]):
            self.assertEqual(serve("/phone-number", {"code": code}, {})[::2], (400, []), code)

    def test_a_refusal_of_wechats_that_nobody_knows_asks_for_no_second_press(self):
        error = {"code": "phone_code_invalid", "reason": "unexpected_errcode_perhaps_another_users_code"}
        self.assertEqual(serve("/phone-number", {"code": "c0de"}, {"error": error})[0], 503)

    def test_a_page_of_the_one_origin_can_read_its_refusal(self):
        page = "https://shop.example"
        for known, header in ((page, page), ("https://other.example", None), ("", None)):
            with mock.patch.object(pay, "PAGE_ORIGIN", known):
                told, _, _ = serve_and_log("/pay", {"product": "vip_month"}, {}, audience=page)
            self.assertEqual(told["headers"].get("Access-Control-Allow-Origin"), header)

    def test_each_error_is_one_line_with_code_and_reason_and_nothing_of_the_user(self):
        unknown = "unexpected_errcode_perhaps_another_users_code"
        denied = pay.ClientError({"Error": {"Code": "AccessDeniedException"}}, "Invoke")
        denied.response = {"Error": {"Code": "AccessDeniedException"}}
        for answer, error, line in (
            ({"error": {"code": "user_blocked"}}, None, ("INFO", "user_blocked", None)),
            ({"error": {"code": "unavailable", "reason": "tables"}}, None, ("ERROR", "unavailable", "tables")),
            ({"error": {"code": "phone_code_invalid", "reason": unknown}}, None, ("ERROR", "phone_code_invalid", unknown)),
            ({"error": {"code": "13812345678 wxs_x", "reason": "13812345678 wxs_x"}}, None, ("ERROR", "unavailable", "answer_form")),
            ({"error": {"code": "13812345678", "reason": "13812345678"}}, None, ("ERROR", "unavailable", "answer_form")),
            ({"result": {}}, None, ("ERROR", "unavailable", "answer_form")),
            ({"errorMessage": "timed out"}, "Unhandled", ("ERROR", "unavailable", "function_error")),
            (denied, None, ("ERROR", "unavailable", "AccessDeniedException")),
            (pay.BotoCoreError(), None, ("ERROR", "unavailable", "BotoCoreError")),
        ):
            _, _, (logged,) = serve_and_log("/phone-number", {"code": "c0de"}, answer, function_error=error)
            self.assertEqual((logged["level"], logged["outcome"], logged["reason"]), line)
            for secret in ("c0de", "oTEST", "1381234", "wxs_"):
                self.assertNotIn(secret, json.dumps(logged))
        self.assertEqual(serve_and_log("/pay", {"product": "vip_month"}, {"result": SIGNED})[2], [])

    def test_a_request_is_sent_once(self):
        """A code is spent by the first; who sends again must know that."""
        made, sdk = [], types.ModuleType("botocore")
        config, boto3 = types.ModuleType("botocore.config"), types.ModuleType("boto3")
        config.Config = dict
        boto3.client = lambda name, config: made.append((name, config))
        with mock.patch.dict(sys.modules, {"boto3": boto3, "botocore": sdk, "botocore.config": config}):
            pay.Wechat("arn")
        ((name, config),) = made
        self.assertEqual((name, config["retries"]), ("lambda", {"total_max_attempts": 1}))
        self.assertGreater(config["read_timeout"], 8, "longer than the function may take")


if __name__ == "__main__":
    unittest.main()
