{{/* The StatefulSet, headless Service and PodDisruptionBudget of one role. Arguments: root, role. */}}
{{- define "thunderhead.workload" -}}
{{- $root := .root -}}
{{- $role := .role -}}
{{- $values := get $root.Values (include "thunderhead.roleKey" $role) -}}
{{- $name := printf "%s-%s" (include "thunderhead.fullname" $root) $role -}}
{{- $nodePort := $root.Values.config.node.port | int -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ $name }}
  labels:
    {{- include "thunderhead.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $role }}
spec:
  {{- if not (dig "autoscaling" "enabled" false $values) }}
  replicas: {{ $values.replicas }}
  {{- end }}
  serviceName: {{ $name }}
  # All at once: each waits for the others by itself, and none is to wait for one whose machine is gone.
  podManagementPolicy: Parallel
  updateStrategy:
    type: RollingUpdate
  selector:
    matchLabels:
      {{- include "thunderhead.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ $role }}
  template:
    metadata:
      labels:
        {{- include "thunderhead.labels" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $role }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        # settings are read once, at the start
        checksum/config: {{ include "thunderhead.configFile" $root | sha256sum }}
        {{- with $values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "thunderhead.serviceAccount" . }}
      # only a coordinator talks to the API server, and only where several must tell who leads
      automountServiceAccountToken: {{ and (eq $role "coordinator") (ne (include "thunderhead.leaderLabel" $root) "") }}
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ include "thunderhead.stopSeconds" . }}
      securityContext:
        {{- toYaml $root.Values.podSecurityContext | nindent 8 }}
      {{- with $root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with $values.runtimeClassName }}
      runtimeClassName: {{ . }}
      {{- end }}
      {{- with $values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.topologySpread }}
      topologySpreadConstraints:
        {{- range . }}
        - maxSkew: {{ .maxSkew }}
          topologyKey: {{ .topologyKey }}
          whenUnsatisfiable: {{ .whenUnsatisfiable }}
          labelSelector:
            matchLabels:
              {{- include "thunderhead.selector" $root | nindent 14 }}
              app.kubernetes.io/component: {{ $role }}
        {{- end }}
      {{- end }}
      containers:
        - name: {{ $role }}
          image: {{ include "thunderhead.image" $root | quote }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args: [{{ $role }}]
          env:
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: POD_IP
              valueFrom:
                fieldRef:
                  fieldPath: status.podIP
            # a JVM takes all processors of its machine for its own, whatever its pod asked for
            - name: CPU_REQUEST
              valueFrom:
                resourceFieldRef:
                  resource: requests.cpu
            - name: JAVA_TOOL_OPTIONS
              value: {{ printf "-Xmx%s -XX:ActiveProcessorCount=$(CPU_REQUEST) %s" $values.heap $values.jvmOptions | trim | quote }}
            - name: THUNDERHEAD_CONFIG
              value: /etc/thunderhead/config/thunderhead.yaml
            - name: THUNDERHEAD_NODE_ID
              value: $(POD_NAME)
            - name: THUNDERHEAD_NODE_HOST
              value: {{ include "thunderhead.nodeHost" . }}
            - name: THUNDERHEAD_CLUSTER_BIND_HOST
              value: $(POD_IP)
            {{- if eq $role "coordinator" }}
            # not in the shared file: other pods need not start again when there are more of them
            - name: THUNDERHEAD_CLUSTER_ATTENTION_WORKERS
              value: {{ $root.Values.attentionWorker.replicas | quote }}
            - name: THUNDERHEAD_CLUSTER_EXPERT_WORKERS
              value: {{ $root.Values.expertWorker.replicas | quote }}
            {{- end }}
            {{- range $section, $keys := $values.config }}
            {{- range $key, $value := $keys }}
            {{- if not (kindIs "invalid" $value) }}
            - name: {{ include "thunderhead.variable" (printf "%s.%s" $section $key) }}
              value: {{ include "thunderhead.settingText" $value | quote }}
            {{- end }}
            {{- end }}
            {{- end }}
            {{- with $values.env }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            - name: membership
              containerPort: {{ index $root.Values.config.cluster "bind-port" }}
            - name: metrics
              containerPort: {{ $root.Values.config.metrics.port }}
            {{- if eq $role "coordinator" }}
            - name: http
              containerPort: {{ $root.Values.config.http.port }}
            - name: grpc
              containerPort: {{ $root.Values.config.grpc.port }}
            {{- else }}
            - name: node
              containerPort: {{ $nodePort }}
            - name: health
              containerPort: {{ index $root.Values.config.node "health-port" }}
            {{- end }}
          {{- include "thunderhead.probes" . | nindent 10 }}
          {{- if eq $role "coordinator" }}
          lifecycle:
            preStop:
              # until every proxy has taken this pod out; it answers meanwhile
              sleep:
                seconds: {{ $values.drainSeconds }}
          {{- end }}
          resources:
            {{- include "thunderhead.resources" $values | nindent 12 }}
          securityContext:
            {{- toYaml $root.Values.securityContext | nindent 12 }}
          volumeMounts:
            - name: config
              mountPath: /etc/thunderhead/config
              readOnly: true
            - name: tmp
              mountPath: /tmp
            {{- if ne $root.Values.checkpoint.source "bundled" }}
            - name: checkpoint
              mountPath: /checkpoint
              readOnly: true
            {{- end }}
            {{- if and (eq $role "coordinator") (include "thunderhead.apiKeysSecret" $root) }}
            - name: api-keys
              mountPath: /etc/thunderhead/api-keys
              readOnly: true
            {{- end }}
            {{- range $wire, $secret := $root.Values.tls }}
            {{- if and $secret (or (eq $role "coordinator") (eq $wire "nodes")) }}
            - name: tls-{{ $wire }}
              mountPath: /etc/thunderhead/tls/{{ $wire }}
              readOnly: true
            {{- end }}
            {{- end }}
      volumes:
        - name: config
          configMap:
            name: {{ include "thunderhead.fullname" $root }}
        - name: tmp
          emptyDir:
            sizeLimit: {{ $root.Values.tmpSizeLimit }}
        {{- if ne $root.Values.checkpoint.source "bundled" }}
        - name: checkpoint
          {{- include "thunderhead.checkpointVolume" $root | nindent 10 }}
        {{- end }}
        {{- if and (eq $role "coordinator") (include "thunderhead.apiKeysSecret" $root) }}
        - name: api-keys
          secret:
            secretName: {{ include "thunderhead.apiKeysSecret" $root }}
            defaultMode: 0440
        {{- end }}
        {{- range $wire, $secret := $root.Values.tls }}
        {{- if and $secret (or (eq $role "coordinator") (eq $wire "nodes")) }}
        - name: tls-{{ $wire }}
          secret:
            secretName: {{ $secret }}
            defaultMode: 0440
        {{- end }}
        {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels:
    {{- include "thunderhead.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $role }}
spec:
  clusterIP: None
  # members find each other before any of them is ready
  publishNotReadyAddresses: true
  selector:
    {{- include "thunderhead.selector" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $role }}
  ports:
    - name: membership
      port: {{ index $root.Values.config.cluster "bind-port" }}
      targetPort: membership
    - name: metrics
      port: {{ $root.Values.config.metrics.port }}
      targetPort: metrics
    {{- if ne $role "coordinator" }}
    - name: node
      port: {{ $nodePort }}
      targetPort: node
    {{- end }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels:
    {{- include "thunderhead.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $role }}
spec:
  maxUnavailable: {{ $values.maxUnavailable }}
  # a pod that is broken anyway must not keep its machine from being emptied
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "thunderhead.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ $role }}
{{- end -}}

{{/* Requests and limits; a role's GPUs are both. */}}
{{- define "thunderhead.resources" -}}
{{- $requests := deepCopy (.resources.requests | default dict) -}}
{{- $limits := deepCopy (.resources.limits | default dict) -}}
{{- if gt (int .gpu.count) 0 -}}
{{- $_ := set $requests .gpu.resource (toString .gpu.count) -}}
{{- $_ := set $limits .gpu.resource (toString .gpu.count) -}}
{{- end -}}
{{- with $requests }}
requests:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $limits }}
limits:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
