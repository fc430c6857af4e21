# The store's contract on a second engine: what only our embedded DynamoDB allows would show here.

stage 'store contract'
if ensure_ministack; then
  check 'the store keeps its contract on MiniStack' "$MINISTACK_VENV/bin/python" .ci/store_contract.py
else
  cannot 'store contract' 'MiniStack could not be installed'
fi
