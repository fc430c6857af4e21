# `sam local` runs the functions in containers. It needs a Docker engine, which not every machine can run.

# The engine that runs already, or one of our own; sets `socket`.
ensure_engine() {
  engine= run= socket=/var/run/docker.sock
  docker version >/dev/null 2>&1 && return
  ensure_debian dockerd docker.io iptables busybox-static && [ "$(id -u)" = 0 ] || return
  run=$(mktemp -d) socket=$run/docker.sock
  dockerd --host "unix://$socket" --data-root "$run/data" --exec-root "$run/exec" --pidfile "$run/dockerd.pid" \
    >"$LOGS/dockerd.log" 2>&1 &
  engine=$!
  for _ in $(seq 100); do [ -S "$socket" ] && break; kill -0 "$engine" 2>/dev/null || break; sleep 0.1; done
  DOCKER_HOST=unix://$socket docker version >/dev/null 2>&1
}

stage 'sam local'
if ! ensure_sam || ! ensure_ministack; then
  cannot 'sam local' 'aws-sam-cli or MiniStack could not be installed'
else
  if ensure_engine; then
    check 'sam local invoke and sam local start-api' \
      env DOCKER_HOST="unix://$socket" "$MINISTACK_VENV/bin/python" .ci/sam_local.py &&
      show 'sam local invoke and sam local start-api'
    check 'sam local invoke, the commands of events/README.md' \
      env DOCKER_HOST="unix://$socket" python3 .ci/local_invoke.py sam &&
      show 'sam local invoke, the commands of events/README.md'
  else
    without 'sam local' 'no Docker engine runs here, and none can be started'
  fi
  [ -z "$engine" ] || { kill "$engine" && wait "$engine"; } 2>/dev/null
  [ -z "$run" ] || rm -rf "$run"
fi
