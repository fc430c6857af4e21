# Form, lints, documentation, dependencies.

stage 'lints'
ensure_component rustfmt
ensure_component clippy
check 'cargo fmt --check' cargo fmt --all --check
check 'clippy without a warning' cargo clippy --workspace --all-targets --locked -- -D warnings
check 'documentation builds without a warning' \
  env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked

if ensure_cargo_deny; then
  check 'dependencies: licences, sources, banned crates' cargo deny --locked check bans licenses sources
  # The database lives on github.com; a machine that cannot reach it cannot know about new advisories.
  if cargo deny --locked fetch db >"$LOGS/advisory-db.log" 2>&1; then
    check 'dependencies: no known advisory' cargo deny --locked check --disable-fetch advisories
  else
    without 'dependencies: advisories' 'the advisory database cannot be fetched from here'
  fi
else
  cannot 'cargo deny' 'cargo-deny could not be installed'
fi
