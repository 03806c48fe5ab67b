#!/bin/bash
# Correctness and measurements of tornado-kernels, on a machine with a GPU and without network.
#
#   bench/gpu.sh pack DIR    where `mvn -Pgpu -pl tornado-kernels -am verify` has run: SDK, Java runtime and classes to DIR
#   bench/gpu.sh run DIR     where the GPU is: every test of the kernels, then the measurements, in one table
#   bench/gpu.sh alone DIR   there, with nvcc, for a Hopper: of that, bench/gpu_kernels.cu, which needs no Java
#
# pack needs TORNADOVM_HOME, JAVA_HOME and Maven. run needs DIR, the GPU's driver and the libraries that the SDK's backend
# loads (CUDA: NVRTC, with its headers in CUDA_PATH, and cuBLAS); with torch, triton and transformers in Python the references
# are measured too. All numbers are in DIR/gpu.json then. DEVICE_MEMORY is what TornadoVM may take (72GB). TINY=1 measures
# the kernels from Java at sizes that any device can do, for trying the script out.
set -euo pipefail

fail() {
    printf 'gpu.sh: %s\n' "$1" >&2
    exit 1
}

[ $# = 2 ] || fail "expected: pack DIR, run DIR or alone DIR"
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
packed=$(cd "$2" && pwd)

runtime_modules=java.se,jdk.graal.compiler,jdk.incubator.vector,jdk.internal.vm.ci,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs
# What TornadoVM needs to be fast and loud: docs/PERFORMANCE.md.
flags=(-Dtornado.max.events=64 -Dtornado.panama.objectHeader=128 -Dtornado.recover.bailout=False
    -XX:MaxRAMPercentage=85 -Dtornado.device.memory="${DEVICE_MEMORY:-72GB}" -Dtornado.tvm.maxbytecodesize=1048576
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
    # compile, so that Maven finds core among the modules
    (cd "$root" && mvn -q -B compile dependency:copy-dependencies -Pgpu -pl core,model -DincludeScope=test \
        -DexcludeGroupIds=io.thunderhead -DoutputDirectory="$jars" &&
        mvn -q -B dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:6.1.3 -DoutputDirectory="$jars")
    rm -f "$jars"/{thunderhead,junit-jupiter,junit-platform-commons,junit-platform-engine,tokenizers,api-}*.jar
    cp -r "$TORNADOVM_HOME"/{lib,etc,share,tornado-argfile.template} "$packed/sdk/"
    "$JAVA_HOME/bin/jlink" --add-modules "$runtime_modules" --strip-debug --no-man-pages --no-header-files --compress=zip-9 \
        --output "$packed/jdk"
    du -sh "$packed"
}

# Name, limit in seconds, command: a section that fails or hangs costs no more than its limit, and has a row that says so.
section() {
    local name=$1 limit=$2 source=$3
    shift 3
    timeout "$limit" "$@" >"$packed/$name.log" 2>&1 || printf '%s\t%s\tFAILED\tsee %s.log\n' "$source" "$name" "$name" >>"$packed/table.tsv"
    grep -P '^(java|cuda|reference)\t' "$packed/$name.log" >>"$packed/table.tsv" || true
}

# The kernels of a decode step and a prompt without Java: compared and timed in seconds.
alone() {
    nvcc -std=c++17 -O2 -gencode=arch=compute_90a,code=sm_90a -I"$packed/classes/io/thunderhead/tornado/cuda" \
        "$here/gpu_kernels.cu" -o "$packed/kernels" && "$packed/kernels"
}

run() {
    [ -x "$packed/jdk/bin/java" ] || fail "$packed has nothing packed in it"
    sed "s|\${TORNADOVM_HOME}|$packed/sdk|g" "$packed/sdk/tornado-argfile.template" >"$packed/argfile"
    local java=("$packed/jdk/bin/java" "@$packed/argfile" "${flags[@]}" -cp "$packed/classes:$packed/jars/*") tests=passed measured
    : >"$packed/table.tsv"
    # A launch that fails raises nothing, so no number is worth anything before the results were compared.
    timeout 600 "${java[@]}" org.junit.platform.console.ConsoleLauncher execute --scan-classpath "$packed/classes" \
        --include-package io.thunderhead.tornado --disable-banner --details=summary >"$packed/tests.log" 2>&1 || tests=FAILED
    if python3 -c 'import torch, triton' 2>/dev/null; then
        section reference 90 reference python3 "$here/gpu_reference.py"
        section transformers 90 reference python3 "$here/gpu_reference.py" transformers
    fi
    if nvidia-smi >/dev/null 2>&1; then
        if command -v nvcc >/dev/null; then
            section alone 120 cuda "$here/gpu.sh" alone "$packed"
        fi
        for measured in products grouped decode prefill8k prefill64k experts launches layer4k layer16k slice1 slice16 slice64 prompt4k prompt1m; do
            section "$measured" 180 cuda "${java[@]}" io.thunderhead.tornado.CudaMeasurements "$measured"
        done
    fi
    section kernels 120 java "${java[@]}" io.thunderhead.tornado.GpuMeasurements ${TINY:+tiny}
    nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || echo "no NVIDIA GPU here"
    sort -u "$packed/table.tsv" | awk -F '\t' '{ printf "%-10s %-60s %14s %s\n", $1, $2, $3, $4 }'
    python3 "$here/gpu_table.py" "$packed/table.tsv" "$packed/gpu.json"
    echo "tests of the kernels: $tests, see tests.log"
    [ "$tests" = passed ]
}

case $1 in
    pack) pack ;;
    run) run ;;
    alone) alone ;;
    *) fail "expected pack, run or alone, got $1" ;;
esac
