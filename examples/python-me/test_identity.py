"""python3 -m unittest"""

import json
import pathlib
import unittest
from dataclasses import asdict

from identity import identity_in, identity_of

CASES = json.loads((pathlib.Path(__file__).resolve().parent / "events/cases.json").read_text(encoding="utf-8"))


def read(identity):
    return identity and asdict(identity) | {"roles": list(identity.roles)}


class Reading(unittest.TestCase):
    def test_reads_what_is_an_identity_and_nothing_else_as_every_reader_does(self):
        self.assertGreater(len(CASES), 60)
        for case in CASES:
            with self.subTest(case["what"]):
                self.assertEqual(read(identity_in(case["authorizer"])), case["identity"])

    def test_reads_it_where_each_kind_of_api_puts_it(self):
        authorizer, identity = CASES[0]["authorizer"], CASES[0]["identity"]
        self.assertEqual(read(identity_of({"requestContext": {"authorizer": authorizer}})), identity)
        self.assertEqual(read(identity_of({"requestContext": {"authorizer": {"lambda": authorizer}}})), identity)
        for event in ({}, None, "x", {"requestContext": None}, {"headers": authorizer, "body": authorizer}):
            self.assertIsNone(identity_of(event))


if __name__ == "__main__":
    unittest.main()
