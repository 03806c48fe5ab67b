{{/* Names, labels, and values turned into settings. Roles have the names of the commands: coordinator, attention-worker,
expert-worker. */}}

{{- define "thunderhead.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "thunderhead.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "thunderhead.labels" -}}
{{ include "thunderhead.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "thunderhead.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Role -> its part of the values. */}}
{{- define "thunderhead.roleKey" -}}
{{- get (dict "coordinator" "coordinator" "attention-worker" "attentionWorker" "expert-worker" "expertWorker") . -}}
{{- end -}}

{{- define "thunderhead.serviceAccount" -}}
{{- $role := .role -}}
{{- with .root -}}
{{- if eq $role "coordinator" -}}
{{ .Values.serviceAccount.coordinator | default (printf "%s-coordinator" (include "thunderhead.fullname" .)) }}
{{- else -}}
{{ .Values.serviceAccount.worker | default (printf "%s-worker" (include "thunderhead.fullname" .)) }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* With several coordinators the leader marks its pod, so that the service can find it. */}}
{{- define "thunderhead.leaderLabel" -}}
{{- if gt (int .Values.coordinator.replicas) 1 -}}thunderhead.io/leader{{- end -}}
{{- end -}}

{{/* A value of `config` as the text of a setting: lists with commas, whole numbers without an exponent. */}}
{{- define "thunderhead.settingText" -}}
{{- if kindIs "slice" . -}}
{{- $texts := list -}}
{{- range . }}{{ $texts = append $texts (include "thunderhead.settingText" .) }}{{ end -}}
{{- join "," $texts -}}
{{- else if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- int64 . -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{/* The file of settings that all pods share. Empty values leave a setting at its default. */}}
{{- define "thunderhead.configFile" -}}
{{- range $section, $keys := .Values.config }}
{{- range $key, $value := $keys }}
{{- $text := include "thunderhead.settingText" $value }}
{{- if not (or (kindIs "invalid" $value) (eq $text "")) }}
{{ $section }}.{{ $key }}: {{ $text | quote }}
{{- end }}
{{- end }}
{{- end }}
cluster.discovery: kubernetes
cluster.kubernetes-service: {{ include "thunderhead.fullname" . }}-coordinator
cluster.kubernetes-namespace: {{ .Release.Namespace }}
{{- with include "thunderhead.leaderLabel" . }}
cluster.kubernetes-leader-label: {{ . }}
{{- end }}
{{- if ne .Values.checkpoint.source "bundled" }}
model.dir: {{ include "thunderhead.checkpointFolder" . }}
{{- $_ := required "config.model.name: under which name do clients ask for the model of checkpoint?" .Values.config.model.name }}
{{- end }}
{{- if include "thunderhead.apiKeysSecret" . }}
http.api-keys-file: /etc/thunderhead/api-keys/{{ .Values.apiKeys.secretKey }}
{{- end }}
{{- range $wire, $secret := .Values.tls }}
{{- if $secret }}
{{- $section := get (dict "http" "http" "grpc" "grpc" "nodes" "transport") $wire }}
{{ $section }}.tls-certificate: /etc/thunderhead/tls/{{ $wire }}/tls.crt
{{ $section }}.tls-key: /etc/thunderhead/tls/{{ $wire }}/tls.key
{{- if eq $wire "nodes" }}
{{ $section }}.tls-ca: /etc/thunderhead/tls/{{ $wire }}/ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* `scheduler.max-running` -> THUNDERHEAD_SCHEDULER_MAX_RUNNING */}}
{{- define "thunderhead.variable" -}}
THUNDERHEAD_{{ . | replace "." "_" | replace "-" "_" | upper }}
{{- end -}}

{{/* A setting as a role has it: its own, else the shared one. Arguments: root, role, section, key. */}}
{{- define "thunderhead.setting" -}}
{{- $role := get .root.Values (include "thunderhead.roleKey" .role) -}}
{{- $own := get $role.config .section | default dict -}}
{{- $shared := get .root.Values.config .section -}}
{{- include "thunderhead.settingText" (get (hasKey $own .key | ternary $own $shared) .key) -}}
{{- end -}}

{{/* A duration like 500ms, 30s, 2m, 1h in whole seconds, rounded up. */}}
{{- define "thunderhead.seconds" -}}
{{- $text := toString . -}}
{{- if hasSuffix "ms" $text -}}
{{- div (add (int64 (trimSuffix "ms" $text)) 999) 1000 -}}
{{- else if hasSuffix "s" $text -}}
{{- int64 (trimSuffix "s" $text) -}}
{{- else if hasSuffix "m" $text -}}
{{- mul (int64 (trimSuffix "m" $text)) 60 -}}
{{- else if hasSuffix "h" $text -}}
{{- mul (int64 (trimSuffix "h" $text)) 3600 -}}
{{- else -}}
{{- fail (printf "expected a duration like 30s, got '%s'" $text) -}}
{{- end -}}
{{- end -}}

{{/* What a graceful stop may take at most, in seconds: the graces of the parts that close one after the other, and what
each may take beyond its grace. Less would kill requests that were promised their end. */}}
{{- define "thunderhead.stopSeconds" -}}
{{- $seconds := 0 -}}
{{- if eq .role "coordinator" -}}
{{- range list (list "http" "shutdown-grace") (list "grpc" "close-grace") (list "scheduler" "shutdown-grace") -}}
{{- $setting := include "thunderhead.setting" (dict "root" $.root "role" $.role "section" (index . 0) "key" (index . 1)) -}}
{{- $seconds = add $seconds (include "thunderhead.seconds" $setting | int64) -}}
{{- end -}}
{{- add $seconds .root.Values.coordinator.drainSeconds 25 -}}
{{- else -}}
{{- $setting := include "thunderhead.setting" (dict "root" .root "role" .role "section" "transport" "key" "close-grace") -}}
{{- add (mul 2 (include "thunderhead.seconds" $setting | int64)) 25 -}}
{{- end -}}
{{- end -}}

{{- define "thunderhead.checkpointFolder" -}}
{{- if .Values.checkpoint.folder -}}
/checkpoint/{{ .Values.checkpoint.folder | trimAll "/" }}
{{- else -}}
/checkpoint
{{- end -}}
{{- end -}}

{{- define "thunderhead.checkpointVolume" -}}
{{- with .Values.checkpoint -}}
{{- if eq .source "claim" -}}
persistentVolumeClaim:
  claimName: {{ required "checkpoint.claim.name: which claim holds the checkpoint?" .claim.name }}
  readOnly: true
{{- else if eq .source "hostPath" -}}
hostPath:
  path: {{ required "checkpoint.hostPath.path: which folder of the nodes holds the checkpoint?" .hostPath.path }}
  type: Directory
{{- else if eq .source "image" -}}
image:
  reference: {{ required "checkpoint.image.reference: which image holds the checkpoint?" .image.reference }}
  pullPolicy: {{ .image.pullPolicy }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Name of the secret with API keys; empty = everyone may use the API. */}}
{{- define "thunderhead.apiKeysSecret" -}}
{{- if .Values.apiKeys.existingSecret -}}
{{ .Values.apiKeys.existingSecret }}
{{- else if .Values.apiKeys.keys -}}
{{ include "thunderhead.fullname" . }}-api-keys
{{- end -}}
{{- end -}}

{{/* Where `helm test` finds a key; empty = it needs none, or there is none for it. */}}
{{- define "thunderhead.testKey" -}}
{{- if .Values.apiKeys.testKey.secret -}}
name: {{ .Values.apiKeys.testKey.secret }}
key: {{ required "apiKeys.testKey.key: under which name has the secret the key of `helm test`?" .Values.apiKeys.testKey.key }}
{{- else if and .Values.apiKeys.keys (not .Values.apiKeys.existingSecret) -}}
name: {{ include "thunderhead.apiKeysSecret" . }}
key: test-key
{{- end -}}
{{- end -}}

{{/* `helm test` speaks plain HTTP, and shows a key where the API wants one. */}}
{{- define "thunderhead.canBeTested" -}}
{{- if not (or .Values.tls.http (and .Values.apiKeys.existingSecret (not .Values.apiKeys.testKey.secret))) -}}true{{- end -}}
{{- end -}}

{{/* Where members reach a pod of this role. Certificates name hosts, and a pod's address is known only when it runs:
with TLS between nodes it is the stable name, which the kubelet writes into the pod's own hosts file. */}}
{{- define "thunderhead.nodeHost" -}}
{{- if .root.Values.tls.nodes -}}
$(POD_NAME).{{ include "thunderhead.fullname" .root }}-{{ .role }}.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}
{{- else -}}
$(POD_IP)
{{- end -}}
{{- end -}}
