{{/* Labels of every object. */}}
{{- define "tradewind.labels" -}}
app.kubernetes.io/part-of: tradewind
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Labels that select the pods of one component: (list $ "order"). */}}
{{- define "tradewind.selector" -}}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/name: {{ index . 1 }}
{{- end }}

{{- define "tradewind.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Of every pod: the profile "restricted". */}}
{{- define "tradewind.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "tradewind.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "tradewind.brokers" -}}
{{ if .Values.kafka.internal }}{{ .Release.Name }}-kafka-0.{{ .Release.Name }}-kafka:9092{{ else }}{{ required "kafka.brokers: host:port of your brokers, or kafka.internal: true" .Values.kafka.brokers }}{{ end }}
{{- end }}

{{/* Kafka and its login as a user: (list $ "order"). The files are those of the volume "logins". */}}
{{- define "tradewind.kafkaEnvironment" -}}
{{- $root := index . 0 }}
- { name: KAFKA_BROKERS, value: {{ include "tradewind.brokers" $root | quote }} }
{{- if $root.Values.kafka.login }}
- { name: KAFKA_SSL_CA_FILE, value: /run/logins/ca.pem }
- { name: KAFKA_SASL_MECHANISM, value: scram-sha-512 }
- { name: KAFKA_SASL_USERNAME, value: {{ index . 1 }} }
- { name: KAFKA_SASL_PASSWORD_FILE, value: /run/logins/password }
{{- end }}
{{- end }}

{{- define "tradewind.kafkaVolumeMount" -}}
{{- if .Values.kafka.login }}
- { name: logins, mountPath: /run/logins, readOnly: true }
{{- end }}
{{- end }}

{{/* All settings of a service: (list $ "order" $service). */}}
{{- define "tradewind.environment" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $service := index . 2 }}
{{- include "tradewind.kafkaEnvironment" (list $root $name) | trim }}
- { name: INSTANCE_ID, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
- { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
- { name: PUBLIC_URL, value: 'http://$(POD_IP):3000' }
- { name: PORT, value: '3000' }
- { name: OPERATIONS_PORT, value: '9464' }
- { name: LOG_LEVEL, value: {{ $root.Values.logLevel }} }
- { name: NODE_OPTIONS, value: {{ $root.Values.nodeOptions | quote }} }
- { name: MALLOC_ARENA_MAX, value: '1' }
- { name: SIGNING_ROOT_PUBLIC_KEY_FILE, value: /run/secrets/signing-root-public-key }
{{- if $service.database }}
- { name: MIGRATIONS, value: check }
- { name: DATABASE_URL_FILE, value: /run/secrets/{{ $name }}-database }
{{- end }}
{{- if $service.sealsData }}
- { name: DATA_KEY_SECRET_FILE, value: /run/secrets/data-key-secret }
{{- end }}
{{- if $service.signsTokens }}
- { name: SIGNING_ROOT_PRIVATE_KEY_FILE, value: /run/secrets/signing-root-private-key }
{{- end }}
{{- if $service.sendsMail }}
- { name: MAIL_FOLDER, value: /data/mail }
{{- end }}
{{- if $service.callsProvider }}
- { name: PROVIDER_URL, value: {{ include "tradewind.providerUrl" $root | quote }} }
- { name: PROVIDER_API_KEY_FILE, value: /run/secrets/provider-api-key }
- { name: PROVIDER_WEBHOOK_SECRET_FILE, value: /run/secrets/provider-webhook-secret }
{{- end }}
{{- if $service.public }}
- { name: INSTANCES_FILE, value: /tmp/instances.json }
- { name: INSTANCE_HOSTS, value: {{ join "," $root.Values.podNetworks | quote }} }
{{- end }}
{{- range $key, $value := $service.env }}
- { name: {{ $key }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}

{{- define "tradewind.volumeMounts" -}}
- { name: tmp, mountPath: /tmp }
- { name: secrets, mountPath: /run/secrets, readOnly: true }
{{- include "tradewind.kafkaVolumeMount" . }}
{{- end }}

{{- define "tradewind.kafkaVolume" -}}
{{- $root := index . 0 }}
{{- if $root.Values.kafka.login }}
- name: logins
  secret:
    secretName: {{ $root.Values.kafka.loginSecret }}
    items: [{ key: ca.pem, path: ca.pem }, { key: {{ index . 1 }}.password, path: password }]
{{- end }}
{{- end }}

{{/* The secrets of a running service, as the names of their files: (list "order" $service). */}}
{{- define "tradewind.secrets" -}}
{{- $name := index . 0 }}{{ $service := index . 1 }}
{{- $secrets := list "signing-root-public-key" }}
{{- if $service.database }}{{ $secrets = concat $secrets (list (printf "%s-database" $name)) }}{{ end }}
{{- if $service.sealsData }}{{ $secrets = append $secrets "data-key-secret" }}{{ end }}
{{- if $service.signsTokens }}{{ $secrets = append $secrets "signing-root-private-key" }}{{ end }}
{{- if $service.callsProvider }}{{ $secrets = concat $secrets (list "provider-api-key" "provider-webhook-secret") }}{{ end }}
{{- join "," $secrets }}
{{- end }}

{{- define "tradewind.providerUrl" -}}
{{ if .Values.provider.simulated }}http://{{ .Release.Name }}-provider:3010{{ else }}{{ required "provider.url: of your payment provider, or provider.simulated: true" .Values.provider.url }}{{ end }}
{{- end }}
