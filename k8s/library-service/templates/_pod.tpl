{{/* The pod of a role: dict "root" "component" "values" "graceSeconds". */}}
{{- define "library.podTemplate" -}}
{{- $root := .root }}
{{- $checksum := toYaml $root.Values.config | sha256sum }}
metadata:
  labels:
    {{- include "library.labels" . | nindent 4 }}
  annotations:
    # A changed configuration is a new pod.
    checksum/config: {{ $checksum }}
    {{- include "library.vaultAnnotations" . | indent 4 }}
    {{- with .values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "library.fullname" $root }}
  automountServiceAccountToken: {{ eq $root.Values.secrets.source "vault" }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .graceSeconds }}
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- include "library.podSecurity" . | nindent 2 }}
  containers:
    - name: {{ .component }}
      image: {{ include "library.image" (dict "root" $root "repository" $root.Values.image.repository "digest" $root.Values.image.digest) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      {{- include "library.containerSecurity" . | nindent 6 }}
      env:
        - name: NODE_ID
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: NODE_ROLES
          value: {{ .component }}
        {{- include "library.env" . | nindent 8 }}
        {{- with .values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        {{- if eq .component "gateway" }}
        - { name: http, containerPort: {{ dig "http" "port" 8080 $root.Values.config }}, protocol: TCP }
        - { name: grpc, containerPort: {{ dig "grpc" "port" 9090 $root.Values.config }}, protocol: TCP }
        {{- end }}
        - { name: metrics, containerPort: 9100, protocol: TCP }
      # Health answers on the port of metrics on every node, to the very end of a drain.
      startupProbe:
        {{- include "library.probe" (dict "root" $root "path" "/health/live") | nindent 8 }}
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        {{- include "library.probe" (dict "root" $root "path" "/health/live") | nindent 8 }}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      # The node itself gives each dependency a second to answer.
      readinessProbe:
        {{- include "library.probe" (dict "root" $root "path" "/health/ready") | nindent 8 }}
        periodSeconds: 2
        timeoutSeconds: 2
        failureThreshold: 2
      {{- with .values.preStopSeconds }}
      lifecycle:
        preStop:
          sleep:
            seconds: {{ . }}
      {{- end }}
      terminationMessagePolicy: FallbackToLogsOnError
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      volumeMounts:
        {{- include "library.volumeMounts" . | nindent 8 }}
  volumes:
    {{- include "library.volumes" (merge (dict "config" (include "library.fullname" $root)) .) | nindent 4 }}
  topologySpreadConstraints:
    {{- range $root.Values.topologyKeys }}
    - topologyKey: {{ . }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "library.selector" $ | nindent 10 }}
      {{- if ne $.component "engine" }}
      matchLabelKeys: [pod-template-hash]
      {{- end }}
    {{- end }}
  {{- with .values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "library.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "library.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "library.probe" -}}
httpGet:
  path: {{ .path }}
  port: metrics
  {{- if .root.Values.tls.serverSecret }}
  scheme: HTTPS
  {{- end }}
{{- end }}
