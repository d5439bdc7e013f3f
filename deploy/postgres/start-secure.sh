#!/bin/bash
# Runs in the container of PostgreSQL: it has a certificate, and refuses connections in clear. Its own account sets it up over the socket.
set -euo pipefail
install -o postgres -g postgres -m 600 /run/certificate.pem /tmp/server.pem
install -o postgres -g postgres -m 600 /dev/stdin /tmp/pg_hba.conf <<< 'local all postgres peer
hostssl all all all scram-sha-256'
exec docker-entrypoint.sh postgres -c ssl=on -c ssl_cert_file=/tmp/server.pem -c ssl_key_file=/tmp/server.pem -c hba_file=/tmp/pg_hba.conf
