#!/bin/bash
# The health check of Kafka's container, without a JVM: whether the broker answers a request for its API versions on the port 9092.
set -euo pipefail
exec 3<> /dev/tcp/127.0.0.1/9092
# A request of 10 bytes: API 18, version 0, correlation 7, no client name. The answer repeats the correlation, and has the error 0.
printf '\0\0\0\012\0\022\0\0\0\0\0\007\377\377' >&3
answer=$(head -c 10 <&3 | od -An -v -t x1 | tr -d ' \n')
[ "${answer:8}" = 000000070000 ]
