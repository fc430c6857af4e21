#!/bin/bash
# tls.sh FOLDER: a private root, an intermediate and a leaf for localhost, once. RSA 2048, as Amazon's front ends use.
#
#   root.pem   what the peers are told to trust      chain.pem, leaf.key   what the stand-ins answer with
set -eu
mkdir -p "$1"
cd "$1"
[ -f chain.pem ] && exit 0

key() { openssl genrsa -out "$1.key" 2048 2>/dev/null; }

# sign NAME ISSUER SUBJECT EXTENSIONS
sign() {
  key "$1"
  printf '%s\n' "$4" >"$1.extensions"
  openssl req -new -key "$1.key" -subj "/CN=$3" -out "$1.request"
  openssl x509 -req -in "$1.request" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 800 -extfile "$1.extensions" -out "$1.pem" 2>/dev/null
}

key root
openssl req -x509 -new -key root.key -days 3650 -subj '/CN=Benchmark Root' -out root.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
sign intermediate root 'Benchmark Intermediate' $'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign'
sign leaf intermediate localhost $'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost'
cat leaf.pem intermediate.pem >chain.pem
