"""The judge of the mutation score fails where it must. Real runs of cargo-mutants are in .ci/mutants/run."""

import importlib.machinery
import importlib.util
import pathlib
import unittest

HERE = pathlib.Path(__file__).resolve().parent
LOADER = importlib.machinery.SourceFileLoader("run", str(HERE / "run"))
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", LOADER))
LOADER.exec_module(run)

ALLOWED = {"a.rs: replace > with >= in f": "both are right"}


def judged(caught=0, missed=(), unviable=0, timeout=0, allowed=ALLOWED, whole=True):
    found = {
        "CaughtMutant": [f"a.rs: caught {n}" for n in range(caught)], "MissedMutant": list(missed),
        "Unviable": [f"a.rs: unviable {n}" for n in range(unviable)], "Timeout": [f"a.rs: slow {n}" for n in range(timeout)],
    }
    return run.judge("area", found, allowed, whole)[1]


class Judge(unittest.TestCase):
    def test_a_good_run_passes(self):
        self.assertEqual(judged(caught=20), [])
        self.assertEqual(judged(caught=20, missed=ALLOWED), [])
        self.assertEqual(judged(caught=9, timeout=9, missed=[*ALLOWED, *ALLOWED]), [])

    def test_below_the_bar_it_fails(self):
        self.assertEqual(judged(caught=8, missed=ALLOWED), ["area: below 90 %"])
        self.assertEqual(judged(caught=9, missed=ALLOWED), [])

    def test_what_does_not_compile_proves_nothing(self):
        self.assertEqual(judged(unviable=100), ["area: below 90 %"])
        self.assertEqual(judged(caught=8, unviable=100, missed=ALLOWED), ["area: below 90 %"])

    def test_a_survivor_without_a_reason_fails(self):
        self.assertEqual(judged(caught=99, missed=["a.rs: new"]), ["area: survives and is not listed: a.rs: new"])
        self.assertEqual(run.listed("| `a.rs: x` | |\n| `a.rs: y` |  |\n| `a.rs: z` | why |"), {"a.rs: z": "why"})

    def test_a_survivor_that_is_caught_by_now_must_leave_the_list(self):
        allowed = {"a.rs: caught 0": "a reason"}
        wrong = ["area: listed, but it no longer survives: a.rs: caught 0"]
        self.assertEqual(judged(caught=20, allowed=allowed), wrong)
        self.assertEqual(judged(caught=20, allowed=allowed, whole=False), [])

    def test_lines_and_columns_do_not_matter(self):
        self.assertEqual(run.spelled("shared/src/a.rs:12:34: replace f -> i64 with 0"), "shared/src/a.rs: replace f -> i64 with 0")

    def test_the_list_belongs_to_areas_that_are_examined(self):
        listed = run.listed(run.SURVIVORS.read_text(encoding="utf-8"))
        patterns = [pattern for area in run.AREAS.values() for pattern in area.files]
        for mutant in listed:
            file = run.ROOT / mutant.split(":")[0]
            self.assertTrue(file.is_file(), mutant)
            self.assertTrue(any(pattern.split("{")[0].split("*")[0] in mutant for pattern in patterns), mutant)


if __name__ == "__main__":
    unittest.main()
