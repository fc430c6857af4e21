"""Builds what is measured. Each peer that cannot be built is named with the reason and left out."""

import json
import os
import pathlib
import shutil
import subprocess
import zipfile

import budgets
import suite
import trusting

HERE = pathlib.Path(__file__).resolve().parent
GO_SOURCES = pathlib.Path("/usr/share/gocode")


def say(text):
    print(text, flush=True)


def quietly(command, log, **options):
    """Runs a command; its output goes to a log, whose end is shown when it fails."""
    with open(log, "wb") as output:
        done = subprocess.run(command, stdout=output, stderr=output, check=False, **options)
    if done.returncode:
        tail = pathlib.Path(log).read_text(errors="replace").strip().splitlines()[-3:]
        raise RuntimeError(f"{command[0]} failed: {' | '.join(tail)}")


def functions(work):
    """The release binaries, by the tool that builds what is deployed; by name."""
    subprocess.run([HERE / "tls.sh", work / "tls"], check=True)
    source = trusting.copy(work, work / "tls/root.pem")
    environment = os.environ | {"CARGO_TARGET_DIR": str(work / "cargo")}
    names = [word for name in suite.FUNCTIONS for word in ("--bin", name)]
    folder = work / "bin/functions"
    if shutil.which("cargo-lambda"):
        command = ["cargo", "lambda", "build", "--release", "--locked", "--lambda-dir", folder, *names]
        quietly(command, work / "functions.log", cwd=source, env=environment)
    else:
        quietly(["cargo", "build", "--release", "--locked", *names], work / "functions.log", cwd=source, env=environment)
        for name in suite.FUNCTIONS:
            (folder / name).mkdir(parents=True, exist_ok=True)
            shutil.copy2(work / "cargo/release" / name, folder / name / "bootstrap")
    return {name: folder / name / "bootstrap" for name in suite.FUNCTIONS}


def rust_peers(work):
    environment = os.environ | {"CARGO_TARGET_DIR": str(work / "driver")}
    command = ["cargo", "build", "--locked", "--release", "-p", "floor", "-p", "hello"]
    quietly(command, work / "rust-peers.log", cwd=HERE, env=environment)
    return {name: work / "driver/release" / name for name in ("floor", "hello")}


def node(work):
    """Node.js on aws-lambda-ric, or on a minimal loop where that cannot be compiled: its variants."""
    program = needed("node")
    folder = work / "peers/node"
    copied(HERE / "peers/node", folder)
    copied(HERE / "peers/token.mjs", folder / "token.mjs")
    if not (folder / "node_modules/esbuild").exists():
        try:
            quietly(["npm", "ci", "--no-audit", "--no-fund"], work / "node.log", cwd=folder)
        except RuntimeError as error:
            say(f"  aws-lambda-ric cannot be built ({error}); Node.js runs on a minimal loop instead")
            quietly(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], work / "node.log", cwd=folder)
    quietly(["npm", "run", "build"], work / "node-bundle.log", cwd=folder)
    (folder / "dist/package.json").write_text('{"type":"commonjs"}')
    native = folder / "node_modules/aws-lambda-ric/dist/rapid-client.node"
    if native.exists():
        command = [program, str(folder / "node_modules/aws-lambda-ric/bin/index.mjs"), "dist/authorizer.handler"]
    else:
        command = [program, str(folder / "loop.cjs"), str(folder / "dist/authorizer.js")]
    kind = "aws-lambda-ric" if native.exists() else "a minimal loop"
    return command, folder, zipped(folder / "dist/authorizer.js"), f"{version(program)}, AWS SDK v3 {locked(folder, '@aws-sdk/client-dynamodb')} bundled by esbuild, on {kind}"


def python(work):
    folder = work / "peers/python"
    program = folder / "bin/python"
    pins = HERE / "peers/python/requirements.txt"
    if not (folder / "pins.txt").is_file() or (folder / "pins.txt").read_bytes() != pins.read_bytes():
        quietly([needed("python3"), "-m", "venv", folder], work / "python.log")
        quietly([folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", pins], work / "python.log")
        shutil.copy2(pins, folder / "pins.txt")
    command = [str(program), "-m", "awslambdaric", "authorizer.handler"]
    pinned = ", ".join(line.replace("==", " ") for line in pins.read_text().splitlines() if line.startswith(("boto3=", "awslambdaric=")))
    return command, HERE / "peers/python", None, f"{version(program)}, {pinned}"


def go(work):
    """Debian's Go and SDK: both old, and the pair that can be had everywhere from one package registry."""
    program = needed("go")
    if not (GO_SOURCES / "src/github.com/aws/aws-sdk-go-v2/service/dynamodb").is_dir():
        raise RuntimeError("Debian's golang-github-aws-aws-sdk-go-v2-dev is not installed")
    place = work / "peers/go/src/peer"
    copied(HERE / "peers/go", place)
    environment = os.environ | {
        "GOPATH": f"{work / 'peers/go'}:{GO_SOURCES}", "GO111MODULE": "off", "GOCACHE": str(work / "peers/go/cache"), "CGO_ENABLED": "0",
    }
    binary = work / "bin/go"
    quietly([program, "build", "-ldflags=-s -w", "-o", binary, "peer"], work / "go.log", cwd=place, env=environment)
    sdk = (GO_SOURCES / "src/github.com/aws/aws-sdk-go-v2/aws/go_module_metadata.go").read_text()
    return [str(binary)], None, zipped(binary), f"{version(program, 'version').split()[2]}, AWS SDK v2 {sdk.split('goModuleVersion = ')[1].split()[0].strip(chr(34))}"


def express(work):
    program, redis = needed("node"), needed("redis-server")
    folder = work / "peers/express"
    copied(HERE / "peers/express", folder)
    copied(HERE / "peers/token.mjs", folder / "token.mjs")
    if not (folder / "node_modules/express").exists():
        quietly(["npm", "ci", "--no-audit", "--no-fund"], work / "express.log", cwd=folder)
    about = f"Express {locked(folder, 'express')}, redis client {locked(folder, 'redis')}, {version(redis).split()[2].replace('v=', 'redis-server ')}"
    return [program, str(folder / "server.mjs")], folder, None, about, redis


def needed(program):
    found = shutil.which(program)
    if not found:
        raise RuntimeError(f"{program} is not installed")
    return os.path.realpath(found) if program == "node" else found


def version(program, flag="--version"):
    return subprocess.run([program, flag], capture_output=True, text=True, check=True).stdout.strip()


def locked(folder, package):
    return json.loads((folder / "node_modules" / package / "package.json").read_text())["version"]


def copied(source, target):
    for file in source.rglob("*") if source.is_dir() else [source]:
        if file.is_file():
            trusting.write(target / file.relative_to(source), file.read_bytes())


def zipped(file):
    """Bytes of a zip with this file alone."""
    packed = budgets.work_folder() / "packed.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(file, "bootstrap")
    return packed.stat().st_size
