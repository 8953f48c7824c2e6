{{/*
How settings reach a pod: config.yaml, files of secrets, files of TLS. All take dict "root" "component"; "settings" names
the list of its secret settings, where that is not the component.
*/}}

{{/* The secret settings of a pod, as a map from each to its key in the Secret. */}}
{{- define "library.secrets" -}}
{{- $list := .settings | default .component }}
{{- $keys := index .root.Values.secrets.keys $list | default dict }}
{{- range index .root.Values.secrets.settings $list }}
{{ . }}: {{ index $keys . | default . }}
{{- end }}
{{- end }}

{{- define "library.env" -}}
- name: CONFIG_FILE
  value: /etc/library/config/config.yaml
- name: HTTP_HOST
  value: {{ .root.Values.listenAddress }}
- name: METRICS_PORT
  value: '9100'
{{- range $setting, $key := include "library.secrets" . | fromYaml }}
- name: {{ $setting }}_FILE
  value: /etc/library/secrets/{{ $setting }}
{{- end }}
{{- include "library.tlsEnv" . }}
{{- end }}

{{/* Variables for TLS. What is not there is left out: an address without TLS refuses files for it. */}}
{{- define "library.tlsEnv" -}}
{{- $tls := .root.Values.tls }}
{{- $in := $tls.connections }}
{{- if $tls.required }}
- name: TLS_REQUIRED
  value: 'on'
{{- end }}
{{- if $tls.serverSecret }}
{{- range list "" "METRICS_" "GRPC_" }}
- name: {{ . }}TLS_CERT_FILE
  value: /etc/library/tls/server/tls.crt
- name: {{ . }}TLS_KEY_FILE
  value: /etc/library/tls/server/tls.key
{{- end }}
{{- end }}
{{- if $tls.grpcClientAuthoritySecret }}
- name: GRPC_TLS_CLIENT_CA_FILE
  value: /etc/library/tls/grpc-clients/ca.crt
{{- end }}
{{- range $name, $variable := dict "postgres" "POSTGRES" "kafka" "KAFKA" "upstream" "UPSTREAM" }}
{{- if index $in $name }}
- name: {{ $variable }}_TLS
  value: 'on'
{{- end }}
{{- end }}
{{- range $name, $variable := dict "postgres" "POSTGRES" "redis" "REDIS" "nats" "NATS" "kafka" "KAFKA" "upstream" "UPSTREAM" }}
{{- if index $in $name }}
{{- if $tls.authoritySecret }}
- name: {{ $variable }}_TLS_CA_FILE
  value: /etc/library/tls/authority/ca.crt
{{- end }}
{{- if $tls.clientSecret }}
- name: {{ $variable }}_TLS_CERT_FILE
  value: /etc/library/tls/client/tls.crt
- name: {{ $variable }}_TLS_KEY_FILE
  value: /etc/library/tls/client/tls.key
{{- end }}
{{- end }}
{{- end }}
{{- if $tls.authoritySecret }}
{{- if $in.s3 }}
- name: S3_TLS_CA_FILE
  value: /etc/library/tls/authority/ca.crt
{{- end }}
{{- if $in.tokenIssuer }}
- name: JWT_JWKS_CA_FILE
  value: /etc/library/tls/authority/ca.crt
{{- end }}
{{- end }}
{{- end }}

{{- define "library.volumeMounts" -}}
- name: config
  mountPath: /etc/library/config
  readOnly: true
{{- if and (eq .root.Values.secrets.source "kubernetes") (include "library.secrets" .) }}
- name: secrets
  mountPath: /etc/library/secrets
  readOnly: true
{{- end }}
{{- range $folder, $secret := include "library.tlsSecrets" . | fromYaml }}
- name: tls-{{ $folder }}
  mountPath: /etc/library/tls/{{ $folder }}
  readOnly: true
{{- end }}
- name: tmp
  mountPath: /tmp
{{- end }}

{{- define "library.volumes" -}}
- name: config
  configMap:
    name: {{ .config }}
{{- if and (eq .root.Values.secrets.source "kubernetes") (include "library.secrets" .) }}
- name: secrets
  secret:
    secretName: {{ .root.Values.secrets.kubernetes.name }}
    defaultMode: 0440
    items:
      {{- range $setting, $key := include "library.secrets" . | fromYaml }}
      - { key: {{ $key }}, path: {{ $setting }} }
      {{- end }}
{{- end }}
{{- range $folder, $secret := include "library.tlsSecrets" . | fromYaml }}
- name: tls-{{ $folder }}
  secret:
    secretName: {{ $secret }}
    defaultMode: 0440
{{- end }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- end }}

{{/* Folder below /etc/library/tls: Secret. */}}
{{- define "library.tlsSecrets" -}}
{{- $tls := .root.Values.tls -}}
{{- $secrets := dict "server" $tls.serverSecret "client" $tls.clientSecret "authority" $tls.authoritySecret "grpc-clients" $tls.grpcClientAuthoritySecret -}}
{{- range $folder, $secret := $secrets }}
{{- if $secret }}
{{ $folder }}: {{ $secret }}
{{- end }}
{{- end }}
{{- end }}

{{/* What Vault's agent shall write into /etc/library/secrets, one file a setting, as the Secret would. */}}
{{- define "library.vaultAnnotations" -}}
{{- if eq .root.Values.secrets.source "vault" }}
{{- $vault := .root.Values.secrets.vault }}
vault.hashicorp.com/agent-inject: 'true'
{{- if .once }}
vault.hashicorp.com/agent-pre-populate-only: 'true'
{{- end }}
vault.hashicorp.com/role: {{ $vault.role | quote }}
vault.hashicorp.com/secret-volume-path: /etc/library/secrets
{{- range $setting, $key := include "library.secrets" . | fromYaml }}
vault.hashicorp.com/agent-inject-secret-{{ $setting }}: {{ $vault.path | quote }}
vault.hashicorp.com/agent-inject-template-{{ $setting }}: '{{ printf "{{ with secret %q }}{{ .Data.data.%s }}{{ end }}" $vault.path $key }}'
{{- end }}
{{- with $vault.annotations }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end }}

{{/* A setting of the group "http" or "grpc" in ms: dict "root" "group" "name" "default", where the default is the service's. */}}
{{- define "library.milliseconds" -}}
{{- dig .group .name .default .root.Values.config | int64 }}
{{- end }}

{{/*
How long a gateway may take to leave: it sleeps, tells its readiness, waits the grace, lets sockets and requests under way
end, and gRPC calls beside them; then ten seconds for its connections.
*/}}
{{- define "library.gatewayGraceSeconds" -}}
{{- $grace := include "library.milliseconds" (dict "root" . "group" "http" "name" "drainGraceMs" "default" 5000) | int }}
{{- $request := include "library.milliseconds" (dict "root" . "group" "http" "name" "requestDeadlineMs" "default" 4000) | int }}
{{- $call := include "library.milliseconds" (dict "root" . "group" "grpc" "name" "maxDeadlineMs" "default" 30000) | int }}
{{- $open := max (mul 2 (add $request 1000)) (add $call 1000) }}
{{- add .Values.gateway.preStopSeconds (div (add $grace $open 999) 1000) 10 }}
{{- end }}
