#!/bin/bash
# Runs in the container of Kafka: TLS and logins on every listener. The first start formats the data, with a user for each password file.
set -euo pipefail
umask 077
logins=${KAFKA_LOGINS:-/run/kafka-logins}
bin=${KAFKA_HOME:-/opt/kafka}/bin
properties=/tmp/secure.properties

cat > "$properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
controller.listener.names=CONTROLLER
listeners=CLIENT://:9092,CONTROLLER://localhost:9093
advertised.listeners=CLIENT://${ADVERTISED_HOST:-kafka}:9092
inter.broker.listener.name=CLIENT
listener.security.protocol.map=CLIENT:SASL_SSL,CONTROLLER:SSL
ssl.keystore.type=PEM
ssl.keystore.location=$logins/certificates/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$logins/ca.pem
listener.name.controller.ssl.client.auth=required
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="platform" password="$(cat "$logins/platform.password")";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:CN=localhost;User:platform
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
offsets.retention.minutes=2147483647
log.dirs=${KAFKA_LOG_DIRS:-/var/lib/kafka/data}
PROPERTIES

# The health check logs in with it.
cat > /tmp/platform.properties <<PROPERTIES
security.protocol=SASL_SSL
ssl.truststore.type=PEM
ssl.truststore.location=$logins/ca.pem
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="platform" password="$(cat "$logins/platform.password")";
PROPERTIES

users=()
for file in "$logins"/*.password; do
  users+=(--add-scram "SCRAM-SHA-512=[name=$(basename "$file" .password),password=$(cat "$file")]")
done
"$bin/kafka-storage.sh" format --ignore-formatted --cluster-id "${CLUSTER_ID:-MkU3OEVBNTcwNTJENDM2Qk}" --config "$properties" "${users[@]}"
exec "$bin/kafka-server-start.sh" "$properties"
