"""The budgets catch what they are there to catch: each benchmark that is made slow on purpose is over its budget."""

import tomllib
import unittest

import instructions


class Verdicts(unittest.TestCase):
    def says(self, counted, budget, words, keeps):
        line, kept = instructions.verdict("case", counted, budget)
        self.assertIn(words, line)
        self.assertIs(kept, keeps)

    def test_three_percent_either_way_is_kept(self):
        self.says(1030, 1000, "+3.0%", True)
        self.says(970, 1000, "-3.0%", True)

    def test_a_slower_case_fails(self):
        self.says(1031, 1000, "slower than its budget", False)

    def test_a_faster_case_asks_for_a_lower_budget(self):
        self.says(969, 1000, "lower the budget", False)

    def test_a_case_without_a_budget_fails(self):
        self.says(1000, None, "no budget", False)


class SlowedOnPurpose(unittest.TestCase):
    def test_every_slowed_case_is_over_the_budget_of_its_case(self):
        budgets = tomllib.loads(instructions.BUDGETS.read_text())
        slowed = 0
        for package, executable in instructions.built().items():
            for case in instructions.cases(executable):
                if not case.startswith(instructions.SLOWED):
                    continue
                slowed += 1
                name = case.removeprefix(instructions.SLOWED)
                with self.subTest(case):
                    line, keeps = instructions.verdict(case, instructions.count(executable, case), budgets[package][name])
                    print(line)
                    self.assertFalse(keeps)
                    self.assertIn("slower than its budget", line)
        self.assertGreaterEqual(slowed, 3)


if __name__ == "__main__":
    unittest.main()
