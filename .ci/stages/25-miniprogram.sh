# The client library. npm runs no install scripts: nothing of ours needs one.

stage 'Mini Program client'
if command -v npm >/dev/null; then
  check 'miniprogram: npm ci' npm --prefix miniprogram ci --ignore-scripts --no-audit --no-fund &&
    check 'miniprogram: npm test' npm --prefix miniprogram test
else
  cannot 'miniprogram' 'node and npm are not installed'
fi
