{{/* Probes of one role. Arguments: root, role. */}}
{{- define "thunderhead.probes" -}}
{{- $values := get .root.Values (include "thunderhead.roleKey" .role) -}}
startupProbe:
  {{- include "thunderhead.probe.alive" . | nindent 2 }}
  {{- toYaml $values.probes.startup | nindent 2 }}
livenessProbe:
  {{- include "thunderhead.probe.alive" . | nindent 2 }}
  {{- toYaml $values.probes.liveness | nindent 2 }}
readinessProbe:
  {{- include "thunderhead.probe.ready" . | nindent 2 }}
  {{- toYaml $values.probes.readiness | nindent 2 }}
{{- end -}}

{{- define "thunderhead.probe.alive" -}}
{{- include "thunderhead.probe.http" (dict "root" .root "role" .role "path" "/health/live") -}}
{{- end -}}

{{- define "thunderhead.probe.ready" -}}
{{- include "thunderhead.probe.http" (dict "root" .root "role" .role "path" "/health/ready") -}}
{{- end -}}

{{- define "thunderhead.probe.http" -}}
httpGet:
  path: {{ .path }}
  {{- if eq .role "coordinator" }}
  port: http
  {{- if .root.Values.tls.http }}
  scheme: HTTPS
  {{- end }}
  {{- else }}
  port: health
  {{- end }}
{{- end -}}
