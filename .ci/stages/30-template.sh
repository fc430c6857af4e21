# The templates, as SAM and CloudFormation read them.

stage 'templates'
if ensure_sam; then
  # Two kinds: the translator finds a wrong authorizer name, the linter a wrong property; neither finds the other's.
  for template in template.yaml template-http-api.yaml examples/template.yaml examples/separate-stack/{rest,http,websocket}-api.yaml \
    examples/python-events/template.yaml; do
    check "sam validate, translator: $template" sam validate --config-env translator-only --template "$template"
    check "sam validate, linter: $template" sam validate --lint --template "$template"
  done
  # In China's Regions, too. Findings are accepted where they are made, in the resource's metadata, with the reason beside.
  check 'cfn-lint, informational findings too, also for China' "$SAM_VENV/bin/cfn-lint" --include-checks I \
    --regions us-east-1 cn-north-1 cn-northwest-1 -- template.yaml template-http-api.yaml examples/template.yaml \
    examples/separate-stack/{rest,http,websocket}-api.yaml examples/python-events/template.yaml
  if ensure_checkov; then
    check 'checkov: every finding is accepted for a reason' \
      python3 .ci/template/findings.py "$CI_CACHE/checkov/bin/checkov" && show 'checkov: every finding is accepted for a reason'
  else
    cannot 'checkov' 'it could not be installed'
  fi
  check 'templates agree with code, README and design' \
    "$SAM_VENV/bin/python" -m unittest discover --start-directory .ci/template --pattern 'test_*.py' &&
    tail -n 3 "$LOGS/templates-agree-with-code-README-and-design.log" | sed 's/^/        /'
else
  cannot 'templates' 'aws-sam-cli could not be installed'
fi
