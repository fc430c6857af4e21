"""AWS's Lambda Runtime Interface Emulator around one binary."""

import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request

from local_cloud import wait_for

QEMU_ROOT = "/usr/aarch64-linux-gnu"


class Emulator:
    """One running emulator. It takes one call at a time: two at once crash it (aws-lambda-runtime-interface-emulator#97)."""

    def __init__(self, port, log):
        self.url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        self.path = log

    def invoke(self, event):
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url, data=event), timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def log(self):
        return pathlib.Path(self.path).read_text(errors="replace")


@contextlib.contextmanager
def running(rie, program, environment, timeout, qemu=None):
    """One emulator around `program`, which `qemu` interprets when it is for another processor."""
    invoke, runtime = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/log"
        command = str(program)
        if qemu:
            # The emulator starts one program, so the interpreter is put into a script.
            command = f"{folder}/bootstrap"
            pathlib.Path(command).write_text(f"#!/bin/sh\nexec {qemu} -L {QEMU_ROOT} {program}\n")
            os.chmod(command, 0o755)
        full = environment | {"AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout), "PATH": os.environ["PATH"]}
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [rie, "--log-level", "info", "--runtime-api-address", f"127.0.0.1:{runtime}",
                 "--runtime-interface-emulator-address", f"127.0.0.1:{invoke}", command],
                env=full, stdout=output, stderr=output,
            )
        try:
            wait_for(invoke, process, log)
            yield Emulator(invoke, log)
        finally:
            process.terminate()
            process.wait(10)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
