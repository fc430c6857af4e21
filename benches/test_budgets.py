"""That the budgets catch what they are for: a slower function, a larger one, a wrong answer."""

import json
import pathlib
import subprocess
import unittest

import budgets
import suite

PROGRAM = budgets.HERE.parent / ".aws-sam/rehearsal/AuthorizerFunction/bootstrap"


class Budgets(unittest.TestCase):
    def setUp(self):
        self.work = budgets.work_folder()
        self.budgets = json.loads(budgets.BUDGETS.read_text())

    def test_a_function_that_does_a_little_too_much_for_each_event_is_over_its_budget(self):
        figures = budgets.measured({"authorizer": PROGRAM}, self.work, more_preload=["wasteful"])
        over, _ = budgets.compare(figures, self.budgets)
        self.assertIn("warm_instructions", "".join(over))

    def test_a_wrong_answer_ends_the_run_whatever_it_costs(self):
        preload = [budgets.build_preloads(self.work)["slow_clock"]]
        logged_out = suite.function("authorizer", PROGRAM, "http") | {"active": False}
        with self.assertRaises(subprocess.CalledProcessError):
            budgets.counted(self.work, [logged_out], preload)

    def test_an_unexpected_call_ends_the_run(self):
        preload = [budgets.build_preloads(self.work)["slow_clock"]]
        chatty = suite.function("authorizer", PROGRAM, "http") | {"calls": {"dynamodb": 2}}
        with self.assertRaises(subprocess.CalledProcessError):
            budgets.counted(self.work, [chatty], preload, events=3)

    def test_every_function_that_is_deployed_has_a_budget(self):
        deployed = sorted(manifest.parent.name for manifest in budgets.HERE.parent.glob("functions/*/Cargo.toml"))
        self.assertEqual(sorted(self.budgets), deployed)
        self.assertEqual(sorted(suite.BUDGETED), deployed)
        self.assertEqual(sorted(budgets.LOGICAL_IDS), deployed)

    def test_each_figure_has_its_own_room(self):
        name, row = next(iter(self.budgets.items()))
        for figure, room in budgets.ROOM.items():
            for percent, expected in ((room + 0.5, (1, 0)), (room - 0.5, (0, 0)), (-room - 0.5, (0, 1))):
                changed = {name: row | {figure: row[figure] * (1 + percent / 100)}}
                over, below = budgets.compare(changed, self.budgets)
                self.assertEqual((len(over), len(below)), expected, f"{figure} {percent} %")


if __name__ == "__main__":
    unittest.main()
