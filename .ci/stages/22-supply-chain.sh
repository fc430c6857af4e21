# What we link, what we run to build it, and the bills of materials. .ci/stages/42-reproducible.sh builds twice.

stage 'supply chain'
if ensure_cargo_checkers; then
  check 'dependencies: licences, sources, banned crates' cargo deny --locked check bans licenses sources
  # The database lives on github.com; a machine that cannot reach it cannot know about new advisories.
  if cargo deny --locked fetch db >"$LOGS/advisory-db.log" 2>&1; then
    check 'dependencies: no known advisory' cargo deny --locked check --disable-fetch advisories
  else
    without 'dependencies: advisories' 'the advisory database cannot be fetched from here'
  fi
  check 'deny.toml refuses planted crates' python3 -m unittest discover -s .ci/supply-chain -p test_deny.py
  # Its warnings are about files that tests include from another crate.
  check 'dependencies: all are used' cargo shear --locked
  check 'few crates, all used, no unsafe code in ours; planted ones are found' \
    python3 -m unittest discover -s .ci/supply-chain -p test_crates.py
else
  cannot 'dependencies' 'cargo-deny and cargo-shear could not be installed'
fi
check 'every cargo command is locked' python3 .ci/supply-chain/locked.py
check 'unlocked commands are found where they are planted' python3 -m unittest discover -s .ci/supply-chain -p test_locked.py
if venv "$CI_CACHE/sbom" .ci/supply-chain/sbom.txt; then
  check 'SBOM of each function, CycloneDX' "$CI_CACHE/sbom/bin/python" .ci/supply-chain/sbom.py &&
    show 'SBOM of each function, CycloneDX'
  check 'differences planted in a bill are found' \
    "$CI_CACHE/sbom/bin/python" -m unittest discover -s .ci/supply-chain -p test_sbom.py
else
  cannot 'SBOM' 'cyclonedx-python-lib could not be installed'
fi
