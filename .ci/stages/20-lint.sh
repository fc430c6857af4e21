# Form, lints, documentation.

stage 'lints'
ensure_component rustfmt
ensure_component clippy
check 'cargo fmt --check' cargo fmt --all --check
check 'clippy without a warning' cargo clippy --workspace --all-targets --locked -- -D warnings
check 'documentation builds without a warning' \
  env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked
check 'what is generated is as cargo xtask generate writes it' cargo xtask generate --check
