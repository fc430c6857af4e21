"""python3 -m unittest"""

import contextlib
import io
import json
import pathlib
import types
import unittest

from app import handler, readable_by

EVENTS = pathlib.Path(__file__).resolve().parent / "events"
CALLER = {
    "user_id": "12bbf084-f063-861b-9b20-51bba2f93072",
    "app_id": "wx0123456789abcdef",
    "session_id": "019aa9c3-7c00-7000-8000-000000000001",
    "expires_at": 4102444800,
}


def event(name):
    return json.loads((EVENTS / f"{name}.json").read_text())


def serve(event):
    """The answer and what was printed meanwhile."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        answer = handler(event, types.SimpleNamespace(aws_request_id="invocation"))
    return answer, printed.getvalue().splitlines()


class Me(unittest.TestCase):
    def test_says_who_calls_behind_a_rest_api_and_behind_an_http_api(self):
        for name, has_unionid in (("me-rest", False), ("me-http", True)):
            with self.subTest(name):
                answer, _ = serve(event(name))
                self.assertEqual(answer["statusCode"], 200)
                self.assertEqual(answer["headers"]["Cache-Control"], "no-store")
                self.assertEqual(json.loads(answer["body"]), CALLER | {"has_unionid": has_unionid})

    def test_keeps_wechats_names_and_the_token_from_the_client_and_the_log(self):
        for name in ("me-rest", "me-http", "me-no-authorizer-rest", "me-no-authorizer-http"):
            said = json.dumps(serve(event(name)))
            for secret in ("oTEST", "oUNION", "wxs_"):
                self.assertNotIn(secret, said)

    def test_a_page_of_the_one_origin_may_read_every_answer_and_no_other_any(self):
        page = "https://m.example.com"
        for name in ("me-rest", "me-staff-rest", "me-no-authorizer-http"):
            answer, _ = serve(event(name))

            def allowed(headers, page):
                return readable_by(page, {"headers": headers}, answer)["headers"].get("Access-Control-Allow-Origin")

            self.assertEqual(allowed({"Origin": page}, page), page)
            self.assertEqual(allowed({"origin": page}, page), page)
            for other in (f"{page}.evil.example", "http://m.example.com", "null", ""):
                self.assertIsNone(allowed({"origin": other}, page))
            self.assertIsNone(allowed({"origin": page}, ""))
            self.assertIsNone(allowed({"origin": ""}, ""))
            self.assertIsNone(allowed(None, page))

    def test_a_page_learns_who_it_is_and_gets_nothing_of_the_staff(self):
        def of_a_page(name):
            sent = event(name)
            authorizer = sent["requestContext"]["authorizer"]
            authorizer.get("lambda", authorizer)["audience"] = "https://m.example.com"
            return serve(sent)[0]

        self.assertEqual(of_a_page("me-rest")["statusCode"], 200)
        # This one has the role.
        answer = of_a_page("me-staff-http")
        self.assertEqual((answer["statusCode"], json.loads(answer["body"])["code"]), (403, "not_for_child"))

    def test_believes_no_header_and_tells_the_operator_when_the_route_has_no_authorizer(self):
        for name in ("me-no-authorizer-rest", "me-no-authorizer-http"):
            with self.subTest(name):
                answer, lines = serve(event(name))
                self.assertEqual(answer["statusCode"], 401)
                self.assertEqual(answer["headers"]["WWW-Authenticate"], 'Bearer realm="wxs"')
                problem = json.loads(answer["body"])
                self.assertEqual(problem["code"], "credentials_missing")
                self.assertEqual(problem["instance"], "invocation")
                (line,) = lines
                self.assertEqual(json.loads(line)["level"], "ERROR")
                self.assertIn("authorizer", json.loads(line)["operator"]["fix"])

    def test_half_an_identity_is_none(self):
        for field in ("user_id", "app_id", "openid", "session_id", "expires_at"):
            with self.subTest(field):
                half = event("me-http")
                del half["requestContext"]["authorizer"]["lambda"][field]
                self.assertEqual(serve(half)[0]["statusCode"], 401)

    def test_an_event_without_anything_is_nobodys_and_not_a_crash(self):
        for bare in ({}, None, {"requestContext": None}, {"requestContext": {"authorizer": None}}):
            self.assertEqual(serve(bare)[0]["statusCode"], 401)

    def test_refuses_whoever_has_not_the_role_with_403_never_with_401(self):
        self.assertEqual(serve(event("me-staff-http"))[0]["statusCode"], 200)
        answer, _ = serve(event("me-staff-rest"))
        self.assertEqual(answer["statusCode"], 403)
        self.assertNotIn("WWW-Authenticate", answer["headers"])
        self.assertEqual(json.loads(answer["body"])["code"], "role_missing")
        for roles in ("staffer", "Staff", "staff.x"):
            with self.subTest(roles):
                other = event("me-staff-rest")
                other["requestContext"]["authorizer"]["roles"] = roles
                self.assertEqual(serve(other)[0]["statusCode"], 403)


if __name__ == "__main__":
    unittest.main()
