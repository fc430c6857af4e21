# Form, lints, documentation.

stage 'lints'
ensure_component rustfmt
ensure_component clippy
check 'cargo fmt --check' cargo fmt --all --check
check 'clippy without a warning' cargo clippy --workspace --all-targets --locked -- -D warnings
# `--examples` brings the features that tests ask for: what clippy has checked of the dependencies serves here too. Of the programs
# those that are not named as a library.
check 'documentation builds without a warning' \
  env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --lib --bin 'function-*' --bin load --bin me --bin operator-wxsession --bin xtask --examples --locked
check 'what is generated is as cargo xtask generate writes it' cargo xtask generate --check
