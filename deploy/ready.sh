#!/bin/bash
# The health check of a container: whether http://127.0.0.1:<port><path> answers 200.  ready.sh 9464 /readyz
exec 3<> "/dev/tcp/127.0.0.1/$1" || exit 1
printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3
read -r _ status _ <&3 && [ "$status" = 200 ]
