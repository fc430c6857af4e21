"""checkov's findings about the templates, compared with those that are accepted, each for its reason: accepted.json.

  python3 .ci/template/findings.py PATH-OF-CHECKOV

A finding that is not accepted fails, and so does an accepted one that is no longer found.
"""

import fnmatch
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATES = [
    "template.yaml", "template-http-api.yaml", "examples/template.yaml",
    "examples/separate-stack/rest-api.yaml", "examples/separate-stack/http-api.yaml",
]


def findings(program):
    """(check, resource, what the check says, template) of each failure."""
    command = [program, "--framework", "cloudformation", "--quiet", "--compact", "--skip-download", "--output", "json"]
    for template in TEMPLATES:
        command += ["--file", template]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    try:
        reports = json.loads(done.stdout)
    except ValueError:
        sys.exit(f"checkov did not report:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    for report in reports if isinstance(reports, list) else [reports]:
        if report["summary"]["parsing_errors"]:
            sys.exit(f"checkov cannot read: {report['results'].get('parsing_errors')}")
        for each in report["results"]["failed_checks"]:
            yield each["check_id"], each["resource"].split(".")[-1], each["check_name"], each["file_path"]


def unaccepted(found, accepted):
    """What must be mended, or accepted with a reason; and what is accepted in vain."""
    used = set()
    for check, resource, says, template in found:
        patterns = accepted.get(check, {}).get("resources", [])
        matching = [pattern for pattern in patterns if fnmatch.fnmatchcase(resource, pattern)]
        used.update((check, pattern) for pattern in matching)
        if not matching:
            yield f"{template}: {resource}: {check} {says}"
    for check, entry in accepted.items():
        for pattern in entry["resources"]:
            if (check, pattern) not in used:
                yield f"accepted.json: {check} {pattern} is not found any more"


def main():
    accepted = json.loads((ROOT / ".ci/template/accepted.json").read_text())
    found = list(findings(sys.argv[1]))
    wrong = list(unaccepted(found, accepted))
    print("\n".join(wrong) or f"{len(found)} findings of {len(accepted)} kinds, all accepted for a reason")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
