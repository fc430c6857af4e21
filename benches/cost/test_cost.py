"""docs/cost.md is what its inputs give, and the README says the same."""

import json
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from alternatives import break_even
from cost import PAGE, take
from model import HERE, Inputs, Month, Requests
from page import page

ROOT = HERE.parent.parent
# The README rounds, and its figures are not changed for a cent.
CLOSE = 0.05


def stated(name, heading):
    """The amounts of the first paragraph below the heading."""
    section = (ROOT / name).read_text().split(f"\n## {heading}\n\n")[1]
    return [float(amount) for amount in re.findall(r"\$(\d+\.\d\d)", section.split("\n\n")[0])]


def changed(file, change):
    """The inputs in a folder of their own, one file of them changed."""
    folder = Path(tempfile.mkdtemp())
    for name in ("prices.json", "measured.json", "assumed.json", "cost.md.in"):
        shutil.copy(HERE / name, folder)
    content = json.loads((folder / file).read_text())
    change(content)
    (folder / file).write_text(json.dumps(content))
    return Inputs(folder)


class Page(unittest.TestCase):
    def test_the_page_is_what_its_inputs_give(self):
        self.assertEqual(PAGE.read_text(), page(Inputs()), "run python3 benches/cost/cost.py")

    def test_each_parameter_that_costs_is_among_what_is_only_there_when_asked_for(self):
        (rows,) = re.findall(r"\| only when asked for.*?\n\n", PAGE.read_text(), re.S)
        self.assertEqual(set(re.findall(r"\| `(\w+)`", rows)), {"Metrics", "LoginsPerAddress", "EventBusName"})

    def test_another_price_another_call_another_assumption_is_noticed(self):
        mistakes = [
            ("prices.json", lambda content: content["usd"]["dynamodb_million_reads"].__setitem__(0, 0.25)),
            ("measured.json", lambda content: content["dynamodb_calls"]["login"].__setitem__("PutItem", 2)),
            ("measured.json", lambda content: content["item_bytes"].__setitem__("UsersTable", 1025)),
            ("assumed.json", lambda content: content.__setitem__("wechat_ms", 131)),
        ]
        for file, mistake in mistakes:
            self.assertNotEqual(PAGE.read_text(), page(changed(file, mistake)), file)

    def test_what_a_run_measured_can_be_taken(self):
        folder = Path(tempfile.mkdtemp())
        figures = {"functions": {}, "dynamodb_calls": {}, "item_bytes": {}}
        (folder / "figures.json").write_text(json.dumps(figures))
        take(folder / "figures.json", folder)
        self.assertIn("-- --figures", json.loads((folder / "measured.json").read_text())["measured_by"])


class Readme(unittest.TestCase):
    def test_both_readmes_say_what_a_million_costs(self):
        login, call = (sum(columns.values()) for columns in (Requests(Inputs()).login(), Requests(Inputs()).authorized()))
        rest, http = Inputs().usd("rest_api_million_calls"), Inputs().usd("http_api_million_calls")
        computed = [login + rest, login + http, call + rest, call + http, call]
        for name, heading in (("README.md", "Cost"), ("README.zh-CN.md", "费用")):
            for amount, right in zip(stated(name, heading), computed, strict=True):
                self.close(amount, right, name)

    def test_both_readmes_say_what_is_fixed_and_what_an_idle_month_costs(self):
        month = Month(Inputs())
        fixed, hourly = month.fixed(), sum(month.hourly("rest").values())
        stated = [fixed["secrets"] + fixed["reading the secrets"], fixed["alarms"], fixed["custom metrics"], hourly]
        for name in ("README.md", "README.zh-CN.md"):
            (line,) = [part for part in (ROOT / name).read_text().split("\n\n") if "$0.30" in part]
            self.assertEqual(re.findall(r"\$(\d+\.\d\d)", line), [f"{amount:.2f}" for amount in stated], name)
            self.assertIn(f" {month.assumed['alarm_metrics']} ", line, name)

    def test_the_comparison_says_what_a_month_without_calls_costs(self):
        (stated,) = re.findall(r"\$(\d+\.\d\d) a month", (ROOT / "docs/compare.md").read_text())
        self.assertEqual(stated, f"{sum(Month(Inputs()).fixed().values()):.2f}")

    def close(self, stated, computed, what):
        self.assertLessEqual(abs(stated - computed), max(0.02, CLOSE * computed), f"{what}: {stated}, not {computed:.2f}")

    def test_a_wrong_figure_in_the_readme_would_be_noticed(self):
        with self.assertRaises(AssertionError):
            self.close(0.25, Requests(changed("prices.json", lambda content: content["usd"].__setitem__(
                "dynamodb_million_reads", [0.25, ""]))).authorized()["DynamoDB"], "DynamoDB")


class Model(unittest.TestCase):
    def test_reads_of_two_items_are_two_units_and_a_large_item_is_two_writes(self):
        self.assertAlmostEqual(Requests(Inputs()).authorized()["DynamoDB"], 0.25)
        large = changed("measured.json", lambda content: content["item_bytes"].__setitem__("UsersTable", 1025))
        more = Requests(large).login()["DynamoDB"] - Requests(Inputs()).login()["DynamoDB"]
        self.assertAlmostEqual(more, 0.625)

    def test_a_break_even_is_where_the_other_becomes_cheaper(self):
        self.assertAlmostEqual(break_even(lambda m: 2 * m, lambda m: 30 + m), 30)
        self.assertIsNone(break_even(lambda m: m, lambda m: 30 + m))

    def test_every_route_called_once_an_hour_costs_five_dollars_at_most(self):
        for api in ("rest", "http"):
            parts = Month(Inputs()).hourly(api)
            self.assertLessEqual(sum(parts.values()), 5.00, parts)

    def test_neither_does_the_same_with_a_bus(self):
        month = Month(Inputs())
        self.assertLessEqual(sum(month.hourly("rest").values()) + month.bus()["alarms"], 5.00)

    def test_fifty_custom_metrics_would_be_more(self):
        mistaken = Month(changed("assumed.json", lambda content: content.__setitem__("few_metrics", 50)))
        self.assertGreater(sum(mistaken.hourly("rest").values()), 5.00)

    def test_a_month_without_calls_costs_what_is_fixed(self):
        month = Month(Inputs())
        self.assertAlmostEqual(month.ours(0, "http"), sum(month.fixed().values()))


if __name__ == "__main__":
    unittest.main()
