# The templates, as SAM and CloudFormation read them.

stage 'templates'
if ensure_sam; then
  # Two kinds: the translator finds a wrong authorizer name, the linter a wrong property; neither finds the other's.
  for template in template.yaml template-http-api.yaml examples/template.yaml examples/separate-stack/{rest,http}-api.yaml; do
    check "sam validate, translator: $template" sam validate --config-env translator-only --template "$template"
    check "sam validate, linter: $template" sam validate --lint --template "$template"
  done
  check 'templates agree with code, README and design' \
    "$SAM_VENV/bin/python" -m unittest discover --start-directory .ci/template --pattern 'test_*.py' &&
    tail -n 3 "$LOGS/templates-agree-with-code-README-and-design.log" | sed 's/^/        /'
else
  cannot 'templates' 'aws-sam-cli could not be installed'
fi
