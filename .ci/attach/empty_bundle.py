"""A release's template and zips without programs, for tools that look at the form only: empty_bundle.py FOLDER"""

import importlib.machinery
import importlib.util
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("dist", str(ROOT / "scripts/dist"))
dist = importlib.util.module_from_spec(importlib.util.spec_from_loader("dist", loader))
loader.exec_module(dist)

folder = pathlib.Path(sys.argv[1])
(folder / "functions").mkdir()
text, functions = dist.template((ROOT / "template.yaml").read_text(), "arm64")
(folder / "template.yaml").write_text(text)
for name in functions:
    (folder / f"functions/{name}.zip").write_bytes(dist.zipped(name.encode()))
