"""A package made for one test: what `cargo deny` and `cargo shear` must refuse is written down here and never fetched."""

import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

MANIFEST = """
[package]
name = "{name}"
version = "{version}"
edition = "2024"
license = "{license}"
publish = false
{rest}
"""


def package(folder, name, version="1.0.0", license="MIT", rest=""):
    """A crate with nothing in it. It stands for the real one of that name: a ban knows names and versions only."""
    (folder / "src").mkdir(parents=True)
    (folder / "src/lib.rs").write_text("")
    (folder / "Cargo.toml").write_text(MANIFEST.format(name=name, version=version, license=license, rest=rest))


def depending_on(folder, name, version="1.0.0", license="MIT"):
    """A package whose one dependency is `name`, in the folder `name`."""
    package(folder / name, name, version, license)
    package(folder, "planted", rest=f'[dependencies]\n{name} = {{ path = "{name}", version = "{version}" }}\n\n[workspace]')


def refused(which, folder):
    """The output of `cargo deny check WHICH` with our deny.toml, or None where it has nothing against the package."""
    command = ["cargo", "deny", "--offline", "--config", ROOT / "deny.toml", "--manifest-path", folder / "Cargo.toml"]
    done = subprocess.run([*command, "check", which], capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else None


def folder():
    return tempfile.TemporaryDirectory(prefix="planted-")
