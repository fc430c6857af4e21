"""Writes docs/cost.md from prices.json, measured.json and assumed.json beside this file.

  python3 benches/cost/cost.py                  writes the page
  python3 benches/cost/cost.py --take FILE      first takes what `acceptance -- --figures FILE` measured
"""

import argparse
import datetime
import json
from pathlib import Path

from model import HERE, Inputs
from page import page

PAGE = HERE.parent.parent / "docs" / "cost.md"


def take(file, folder=HERE):
    """The figures of a run under load, with the day they were taken."""
    figures = json.loads(Path(file).read_text())
    day = datetime.date.today().isoformat()
    figures["measured_by"] = f"`cargo run --profile load -p acceptance -- --figures FILE`, {day}"
    (folder / "measured.json").write_text(json.dumps(figures, indent=2) + "\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--take", metavar="FILE")
    chosen = arguments.parse_args()
    if chosen.take:
        take(chosen.take)
    PAGE.write_text(page(Inputs()))
    print(f"wrote {PAGE.relative_to(HERE.parent.parent)}")


if __name__ == "__main__":
    main()
