#!/usr/bin/env python3
"""The GitHub files leave nothing out: every stage of .ci/run is in a job, and dependabot sees every manifest."""

import pathlib
import re
import subprocess
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def jobs():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    return workflow["jobs"]["stage"]["strategy"]["matrix"]["include"]


def watched():
    """ecosystem -> the folders that dependabot looks into."""
    found = {}
    for update in yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]:
        folders = update.get("directories") or [update["directory"]]
        found.setdefault(update["package-ecosystem"], []).extend(folder.strip("/") for folder in folders)
    return found


def folders_of(pattern):
    return sorted({str(pathlib.Path(file).parent).replace(".", "", 1 if file.count("/") == 0 else 0)
                   for file in FILES if re.search(pattern, file)})


class Workflow(unittest.TestCase):
    def test_every_stage_is_in_a_job_and_every_job_has_stages(self):
        there = {path.stem for path in (ROOT / ".ci/stages").glob("*.sh")}
        for job in jobs():
            for word in job["stages"].split():
                self.assertEqual(len([stage for stage in there if word in stage]), 1, word)
        run = {stage for job in jobs() for word in job["stages"].split() for stage in there if word in stage}
        self.assertEqual(run, there)

    def test_a_red_cross_says_what_is_red(self):
        names = [job["name"] for job in jobs()]
        self.assertEqual(len(names), len(set(names)))


class Dependabot(unittest.TestCase):
    def test_it_sees_every_manifest(self):
        self.assertEqual(sorted(watched()["cargo"]), folders_of(r"(^|/)Cargo\.lock$"))
        self.assertEqual(sorted(watched()["npm"]), folders_of(r"(^|/)package\.json$"))
        pins = [file for file in FILES if file.endswith(".txt") and re.search(r"(?m)^[\w.-]+==", (ROOT / file).read_text())]
        self.assertEqual(sorted(watched()["pip"]), sorted({str(pathlib.Path(file).parent) for file in pins}))
        self.assertEqual(sorted(watched()["gomod"]), folders_of(r"(^|/)go\.mod$"))
        self.assertEqual(sorted(watched()["terraform"]), folders_of(r"\.tf$"))
        self.assertEqual(watched()["github-actions"], [""])


if __name__ == "__main__":
    unittest.main()
