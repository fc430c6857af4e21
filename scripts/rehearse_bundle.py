"""What somebody does who has a release and no Rust: checks the sums, unpacks it in an empty folder, answers `sam deploy --guided`,
and logs in. To MiniStack on this machine, with no cargo on the PATH, within five minutes.

  .ci/run build bundle       packs a release into dist/ and runs this
"""

import argparse
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time

import boto3

import ministack_gaps
import rehearse
import wechat
from local_cloud import APP_ID, APP_SECRET, REGION, stop

SECONDS = 300


def unpack(release, folder, pattern):
    """The folder in the one archive of that name; its sum is right."""
    (archive,) = release.glob(pattern)
    subprocess.run(["sha256sum", "--check", "--ignore-missing", "--quiet", "SHA256SUMS"], cwd=release, check=True)
    subprocess.run(["tar", "--extract", "--gzip", "--file", archive.resolve()], cwd=folder, check=True)
    return folder / archive.name.removesuffix(".tar.gz")


def only_sam():
    """The PATH of a machine with the SAM CLI and without a compiler for Rust."""
    folders = [str(pathlib.Path(shutil.which("sam")).parent), "/usr/local/bin", "/usr/bin", "/bin"]
    path = os.pathsep.join(folders)
    if found := [name for name in ("rustc", "zig", "cargo") if shutil.which(name, path=path)]:
        sys.exit(f"{found} would be found on {path}")
    return path


def guided(bundle, options):
    """`sam deploy --guided` with Enter for everything but what a person must say; the stack's outputs."""
    told = {
        "WechatAppId": APP_ID, "WechatAppSecret": APP_SECRET, "WechatApiBaseUrl": f"http://127.0.0.1:{options.wechat_port}",
        "EndpointOverride": f"http://127.0.0.1:{options.port}",
    }
    text = (bundle / "template.yaml").read_text()
    asked = re.findall(r"(?m)^  (\w+):\n    Type: ", text.split("\nParameters:\n", 1)[1].split("\nConditions:\n", 1)[0])
    # Name, Region, the parameters; confirm changes: no, roles: yes, disable rollback: no, save the answers: no.
    answers = ["wxsession", REGION, *(told.get(name, "") for name in asked), "n", "y", "n", "n", ""]
    done = subprocess.run(["sam", "deploy", "--guided"], cwd=bundle, input="\n".join(answers), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"sam deploy --guided failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    if APP_SECRET in (bundle / "samconfig.toml").read_text():
        sys.exit("the AppSecret was saved")
    outputs = boto3.client("cloudformation").describe_stacks(StackName="wxsession")["Stacks"][0]["Outputs"]
    return {"StackName": "wxsession", "ApiStage": "v1"} | {entry["OutputKey"]: entry["OutputValue"] for entry in outputs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=pathlib.Path, help="the folder that scripts/dist made")
    parser.add_argument("--port", type=int, default=14566, help="port of MiniStack")
    parser.add_argument("--wechat-port", type=int, default=13001, help="port of the WeChat simulator")
    options = parser.parse_args()
    architecture = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
    if architecture != "x86_64":
        sys.exit("the rehearsal's parameters are for x86_64")
    with tempfile.TemporaryDirectory(prefix="wxsession-release-") as work, wechat.running(options.wechat_port) as simulator:
        folder, state = pathlib.Path(work) / "empty", pathlib.Path(work) / "ministack"
        folder.mkdir()
        state.mkdir()
        emulator = rehearse.start(options.port, str(state))
        try:
            started = time.monotonic()
            bundle = unpack(options.release, folder, f"wxsession-[0-9]*-{architecture}.tar.gz")
            cli = unpack(options.release, folder, f"wxsession-cli-*-linux-{architecture}.tar.gz") / "wxsession"
            deployment = rehearse.Deployment(options)
            os.environ["PATH"] = only_sam()
            stack = guided(bundle, options)
            ministack_gaps.fill(stack, bundle / "template.yaml")
            url = deployment.url(stack)
            rehearse.expect("unknown token", rehearse.call("GET", f"{url}/sessions", rehearse.unknown_token()), 401, "session_invalid", None)
            if subprocess.run([cli, "verify", "--url", url, "--wechat-url", simulator.url], cwd=folder).returncode != 0:
                sys.exit("the conversation failed")
            took = time.monotonic() - started
            print(f"unpacked, deployed and logged in, without a toolchain, in {took:.0f} s")
            if took > SECONDS:
                sys.exit(f"that is more than {SECONDS} s")
        finally:
            stop(emulator)


if __name__ == "__main__":
    main()
