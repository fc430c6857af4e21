# `sam local` runs the functions in containers. It needs a Docker engine, which not every machine can run.

# Where containers reach this machine.
bridge_address() {
  DOCKER_HOST=unix://$1 docker network inspect bridge --format '{{(index .IPAM.Config 0).Gateway}}'
}

stage 'sam local'
if ! ensure_sam || ! ensure_ministack; then
  cannot 'sam local' 'aws-sam-cli or MiniStack could not be installed'
elif ! ensure_debian dockerd docker.io iptables busybox-static; then
  without 'sam local' 'no Docker engine is installed, and it cannot be installed here'
else
  run=$(mktemp -d)
  dockerd --host "unix://$run/docker.sock" --data-root "$run/data" --exec-root "$run/exec" --pidfile "$run/dockerd.pid" \
    >"$LOGS/dockerd.log" 2>&1 &
  engine=$!
  for _ in $(seq 100); do [ -S "$run/docker.sock" ] && break; kill -0 "$engine" 2>/dev/null || break; sleep 0.1; done
  if DOCKER_HOST=unix://$run/docker.sock docker version >/dev/null 2>&1; then
    check 'sam local invoke and sam local start-api' \
      env DOCKER_HOST="unix://$run/docker.sock" "$MINISTACK_VENV/bin/python" .ci/sam_local.py &&
      show 'sam local invoke and sam local start-api'
    check 'sam local invoke, the commands of events/README.md' \
      env DOCKER_HOST="unix://$run/docker.sock" DOCKER_BRIDGE="$(bridge_address "$run/docker.sock")" \
      python3 .ci/local_invoke.py sam &&
      show 'sam local invoke, the commands of events/README.md'
  else
    without 'sam local' 'the Docker engine does not start here'
  fi
  kill "$engine" 2>/dev/null && wait "$engine" 2>/dev/null
  rm -rf "$run"
fi
