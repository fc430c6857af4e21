# Form, lints, documentation.

stage 'lints'
ensure_component rustfmt
ensure_component clippy
check 'cargo fmt --check' cargo fmt --all --check
check 'clippy without a warning' cargo clippy --workspace --all-targets --locked -- -D warnings
# `--examples` brings the features that tests ask for: what clippy has checked of the dependencies serves here too.
check 'documentation builds without a warning' \
  env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --lib --bins --examples --locked
check 'what is generated is as cargo xtask generate writes it' cargo xtask generate --check
