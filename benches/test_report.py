"""That the tables say what was measured: ratios round by round, bars judged, a failed program left out by name."""

import copy
import unittest

import bars
import report


def row(variant, place, **figures):
    return dict.fromkeys(report.FIGURES, 1.0) | {"variant": variant, "round": place, "helper_cpu_us": 0, "helper_rss_mib": 0, "cold_calls": {}} | figures


class Report(unittest.TestCase):
    def setUp(self):
        rounds = range(3)
        time = [row("authorizer", at, cpu_us=100 * (at + 1)) for at in rounds]
        # In each round twice as much as ours, although the machine was slower in each.
        time += [row("go", at, cpu_us=200 * (at + 1)) for at in rounds]
        time += [row("express", at, cpu_us=300 * (at + 1), helper_cpu_us=100 * (at + 1)) for at in rounds]
        counts = [dict.fromkeys(report.COUNTS, 1) | {"variant": "authorizer", "round": 0, "warm_instructions": 500_000}]
        self.results = report.reduced({"time": time, "share": [], "count": counts}) | {"zip_bytes": {"authorizer": 1}}

    def test_a_ratio_is_the_median_of_the_ratios_within_each_round(self):
        self.assertEqual(self.results["ratios"]["go"]["cpu_us"], 0.5)

    def test_redis_is_part_of_what_express_needs(self):
        self.assertEqual(self.results["ratios"]["express"]["cpu_us"], 0.25)

    def test_a_figure_over_its_bar_is_missed_and_one_that_is_not_there_is_not_met(self):
        met = {bar["what"]: bar["met"] for bar in bars.judged(self.results)}
        self.assertIs(met["authorizer, warm instructions"], True)
        self.assertIs(met["authorizer, warm CPU against Node.js"], None)
        worse = copy.deepcopy(self.results)
        worse["variants"]["authorizer"]["count"]["warm_instructions"] = 700_000
        met = {bar["what"]: bar["met"] for bar in bars.judged(worse)}
        self.assertIs(met["authorizer, warm instructions"], False)


if __name__ == "__main__":
    unittest.main()
