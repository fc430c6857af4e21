# The fuzz targets for a few seconds each, and the wrong variants that they must catch. Long runs: fuzz/README.md.

# What is fuzzed must be what is deployed: the same version of every crate that both lock files have.
same_locks() {
  python3 - <<'PYTHON'
import sys, tomllib
locks = [tomllib.load(open(path, 'rb'))['package'] for path in ('Cargo.lock', 'fuzz/Cargo.lock')]
product, fuzz = [{(package['name'], package['version']) for package in lock} for lock in locks]
names = {name for name, _ in product}
odd = sorted(package for package in fuzz - product if package[0] in names)
sys.exit(f'fuzz/Cargo.lock has other versions: {odd}' if odd else 0)
PYTHON
}

stage 'fuzzing'
if command -v c++ >/dev/null || ensure_debian c++ g++; then
  check 'fuzz: the same versions as the product' same_locks
  check 'fuzz: cargo fmt --check' cargo fmt --manifest-path fuzz/Cargo.toml --check
  check 'fuzz: each target from its seeds, ten seconds' fuzz/run --smoke 10 &&
    show 'fuzz: each target from its seeds, ten seconds'
  check 'fuzz: each wrong variant is caught' fuzz/run --controls &&
    show 'fuzz: each wrong variant is caught'
else
  cannot 'fuzzing' 'a C++ compiler could not be installed'
fi
