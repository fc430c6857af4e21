# A real `sam deploy`, IAM enforced, and the conversation of a Mini Program with what was deployed.

stage 'deployment'
if ensure_sam && ensure_ministack; then
  check 'deploy to MiniStack and converse' scripts/rehearse && show 'deploy to MiniStack and converse'
else
  cannot 'deployment' 'aws-sam-cli or MiniStack could not be installed'
fi
