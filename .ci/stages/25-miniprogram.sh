# The client library: all but unit, scenarios and live of its tests, which `cargo test` runs. npm runs no install scripts:
# nothing of ours needs one.

stage 'Mini Program client'
if command -v npm >/dev/null; then
  check 'miniprogram: npm ci' npm --prefix miniprogram ci --ignore-scripts --no-audit --no-fund &&
    check 'miniprogram: build, types, package, recipes, demo' npm --prefix miniprogram run test:beside
else
  cannot 'miniprogram' 'node and npm are not installed'
fi
