#!/bin/bash
# Correctness and measurements of tornado-kernels, on a machine with a GPU and without network.
#
#   bench/gpu.sh pack DIR    where `mvn -Pgpu -pl tornado-kernels -am verify` has run: SDK, Java runtime and classes to DIR
#   bench/gpu.sh run DIR     where the GPU is: every test of the kernels, then the measurements, in one table
#
# pack needs TORNADOVM_HOME, JAVA_HOME and Maven. run needs DIR, the GPU's driver and the libraries that the SDK's backend
# loads (CUDA: NVRTC, and its headers in CUDA_PATH); with torch and triton the references are measured too. TINY=1 measures
# sizes that any device can do, for trying the script out.
set -euo pipefail

fail() {
    printf 'gpu.sh: %s\n' "$1" >&2
    exit 1
}

[ $# = 2 ] || fail "expected: pack DIR, or run DIR"
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
packed=$(cd "$2" && pwd)

runtime_modules=java.se,jdk.graal.compiler,jdk.incubator.vector,jdk.internal.vm.ci,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs
# What TornadoVM needs to be fast and loud: docs/PERFORMANCE.md.
flags=(-Dtornado.max.events=64 -Dtornado.panama.objectHeader=128 -Dtornado.recover.bailout=False
    --enable-native-access=ALL-UNNAMED --add-modules=jdk.incubator.vector)

pack() {
    [ -r "${TORNADOVM_HOME:-}/tornado-argfile.template" ] || fail "TORNADOVM_HOME names no SDK with a tornado-argfile.template"
    local root=${here%/*} classes=$packed/classes jars=$packed/jars module
    rm -rf "${packed:?}"/{sdk,jdk,classes,jars}
    mkdir -p "$classes" "$jars" "$packed/sdk"
    for module in core model tornado-kernels; do
        cp -r "$root/$module/target/classes/." "$classes/"
    done
    cp -r "$root/tornado-kernels/target/test-classes/." "$classes/"
    (cd "$root" && mvn -q -B dependency:copy-dependencies -Pgpu -pl core,model -DincludeScope=test -DoutputDirectory="$jars" &&
        mvn -q -B dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:6.1.3 -DoutputDirectory="$jars")
    rm -f "$jars"/{thunderhead,junit-jupiter,junit-platform-commons,junit-platform-engine,tokenizers,api-}*.jar
    cp -r "$TORNADOVM_HOME"/{lib,etc,share,tornado-argfile.template} "$packed/sdk/"
    "$JAVA_HOME/bin/jlink" --add-modules "$runtime_modules" --strip-debug --no-man-pages --no-header-files --compress=zip-9 \
        --output "$packed/jdk"
    du -sh "$packed"
}

java_on_device() {
    "$packed/jdk/bin/java" "@$packed/argfile" "${flags[@]}" -cp "$packed/classes:$packed/jars/*" "$@"
}

run() {
    [ -x "$packed/jdk/bin/java" ] || fail "$packed has nothing packed in it"
    sed "s|\${TORNADOVM_HOME}|$packed/sdk|g" "$packed/sdk/tornado-argfile.template" >"$packed/argfile"
    local table=$packed/table.tsv tests=passed
    : >"$table"
    # A launch that fails raises nothing, so no number is worth anything before the results were compared.
    java_on_device org.junit.platform.console.ConsoleLauncher execute --scan-classpath "$packed/classes" \
        --include-package io.thunderhead.tornado --disable-banner --details=summary >"$packed/tests.log" 2>&1 || tests=FAILED
    printf 'java\ttests of the kernels\t%s\tsee tests.log\n' "$tests" >>"$table"
    java_on_device -Xmx64g io.thunderhead.tornado.GpuMeasurements ${TINY:+tiny} >"$packed/measurements.log" 2>&1 ||
        printf 'java\tmeasurements\tFAILED\tsee measurements.log\n' >>"$table"
    grep -P '^java\t' "$packed/measurements.log" >>"$table" || true
    if python3 -c 'import torch, triton' 2>/dev/null; then
        python3 "$here/gpu_reference.py" >"$packed/reference.log" 2>&1 ||
            printf 'reference\tall\tFAILED\tsee reference.log\n' >>"$table"
        grep -P '^reference\t' "$packed/reference.log" >>"$table" || true
    else
        printf 'reference\tall\tnot measured\tno torch with triton here\n' >>"$table"
    fi
    nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || echo "no NVIDIA GPU here"
    awk -F '\t' '{ printf "%-10s %-42s %14s %s\n", $1, $2, $3, $4 }' "$table"
    [ "$tests" = passed ]
}

case $1 in
    pack) pack ;;
    run) run ;;
    *) fail "expected pack or run, got $1" ;;
esac
