// The kernels of decode.cu and prompt.cu without Java: compared with plain loops on the device, then timed at the sizes of
// MiniMax-Text-01, in seconds rather than minutes. Prints a line for each: source, name, value, unit. Compiled for a Hopper and
// run by `bench/gpu.sh alone`.

#include "kernels.cu"
#include "panels.cu"
#include "rows.cu"
#include "decode.cu"
#include "prompt.cu"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

const int HIDDEN = 6144, ATTENTION = 8192, INTERMEDIATE = 9216, EXPERTS = 32;
const int STREAM_BYTES = 98304, PROMPT_BYTES = 197632, ATTENTION_BYTES = 164864;
const int GRID = 1056, GROUP = 256;

void check(cudaError_t status, const char* what) {
    if (status == cudaSuccess) return;
    printf("%s: %s\n", what, cudaGetErrorString(status));
    exit(1);
}

void launched(const char* what) {
    check(cudaGetLastError(), what);
    check(cudaDeviceSynchronize(), what);
}

// ---- arrays; what is not written is NaN ----

template <typename T>
T* array(size_t count) {
    T* p;
    check(cudaMalloc(&p, count * sizeof(T)), "cudaMalloc");
    check(cudaMemset(p, 0xff, count * sizeof(T)), "cudaMemset");
    return p;
}

int seed = 1;

float* floats(size_t count, float size = 1.f) {
    float* p = array<float>(count);
    fillFloats<<<GRID, GROUP>>>(p, count, seed++ * 77777, size);
    return p;
}

char* words(size_t bytes) {
    char* p = array<char>(bytes);
    fillWords<<<GRID, GROUP>>>((u32*)p, bytes / 4, seed++);
    return p;
}

u16* bf16s(size_t count) {
    u16* p = array<u16>(count);
    fillBf16<<<GRID, GROUP>>>((u32*)p, count / 2, seed++, 1.f);
    return p;
}

int* ints(const std::vector<int>& values) {
    int* p = array<int>(values.size());
    check(cudaMemcpy(p, values.data(), values.size() * 4, cudaMemcpyHostToDevice), "cudaMemcpy");
    return p;
}

int partsOfRow(int width) { return (width + 15) / 16 * 4; }

int panelsOf(int out) { return (out + 31) / 32; }

// ---- plain loops ----

__global__ void widenBf16(const u16* x, float* y, size_t count) {
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < count; i += (size_t)gridDim.x * blockDim.x) {
        y[i] = __uint_as_float((u32)x[i] << 16);
    }
}

__global__ void plainProduct(
        const float* x, const int* rowsOf, const char* w, const float* scales, float* y, int in, int out, int matrix, int firstRow) {
    int output = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y + firstRow;
    if (output >= out) return;
    const signed char* of = (const signed char*)w + ((size_t)matrix * ((out + 31) / 32) + output / 32) * in * 32 + output % 32;
    const float* from = x + (size_t)(rowsOf ? rowsOf[row] : row) * in;
    double sum = 0;
    for (int i = 0; i < in; i++) sum += (double)from[i] * of[(size_t)i * 32];
    y[(size_t)row * out + output] = sum * scales[(size_t)matrix * out + output];
}

__global__ void plainGate(const float* gates, float* ups, size_t count) {
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < count; i += (size_t)gridDim.x * blockDim.x) {
        ups[i] *= gates[i] / (1.f + expf(-gates[i]));
    }
}

__global__ void joinHalves(const uint4* x, float* y, int width) {
    int parts = partsOf(width);
    for (int i = threadIdx.x; i < parts; i += blockDim.x) {
        uint4 v = x[(size_t)blockIdx.x * parts + i];
        float of[4] = {lowOf(v.x) + lowOf(v.z), highOf(v.x) + highOf(v.z), lowOf(v.y) + lowOf(v.w), highOf(v.y) + highOf(v.w)};
        for (int j = 0; j < 4; j++) {
            int at = i / 4 * 16 + i % 4 + 4 * j;
            if (at < width) y[(size_t)blockIdx.x * width + at] = of[j];
        }
    }
}

__global__ void plainAttention(
        const float* qkv, const float* keys, const float* values, float* out, int past, int heads, int kvHeads, long long capacity) {
    extern __shared__ float scores[];
    __shared__ float others[128];
    int row = blockIdx.x, head = blockIdx.y, d = threadIdx.x, count = past + row + 1, kvHead = head / (heads / kvHeads);
    const float* query = qkv + ((size_t)row * (heads + 2 * kvHeads) + head) * 128;
    float highest = -1e30f, sum = 0.f, result = 0.f;
    for (int i = d; i < count; i += 128) {
        float score = 0.f;
        for (int j = 0; j < 128; j++) score += query[j] * keys[(kvHead * capacity + i) * 128 + j];
        scores[i] = score * rsqrtf(128.f);
        highest = fmaxf(highest, scores[i]);
    }
    others[d] = highest;
    __syncthreads();
    for (int i = 0; i < 128; i++) highest = fmaxf(highest, others[i]);
    __syncthreads();
    for (int i = d; i < count; i += 128) sum += scores[i] = expf(scores[i] - highest);
    others[d] = sum;
    __syncthreads();
    sum = 0.f;
    for (int i = 0; i < 128; i++) sum += others[i];
    for (int i = 0; i < count; i++) result += scores[i] * values[(kvHead * capacity + i) * 128 + d];
    out[((size_t)row * heads + head) * 128 + d] = result / sum;
}

bool wrong = false;

void compare(const std::string& name, const float* actual, const float* expected, size_t count, double limit) {
    launched(name.c_str());
    std::vector<float> a(count), b(count);
    check(cudaMemcpy(a.data(), actual, count * 4, cudaMemcpyDeviceToHost), "cudaMemcpy");
    check(cudaMemcpy(b.data(), expected, count * 4, cudaMemcpyDeviceToHost), "cudaMemcpy");
    double largest = 0, size = 1e-9;
    for (size_t i = 0; i < count; i++) {
        double difference = std::fabs(a[i] - (double)b[i]);
        if (!(difference <= largest)) largest = difference;
        size = std::max(size, (double)std::fabs(b[i]));
    }
    bool right = largest / size < limit;
    wrong |= !right;
    printf("%s: %.2e of the largest, at most %.0e%s\n", name.c_str(), largest / size, limit, right ? "" : ": WRONG");
}

void plainTiles(
        const std::vector<int>& tiles, const float* x, const int* rowsOf, const char* w, const float* scales, float* y, int in, int out) {
    for (size_t i = 0; i < tiles.size(); i += 3) {
        if (tiles[i + 2] == 0) continue;
        dim3 grid((out + 63) / 64, tiles[i + 2]);
        plainProduct<<<grid, 64>>>(x, rowsOf, w, scales, y, in, out, tiles[i], tiles[i + 1]);
    }
}

using Stream = void (*)(
        const int*, const int*, const uint4*, const char*, const float*, float*, const char*, const float*, float*, int, int, int, int);

Stream streamOf(int rows) {
    return rows <= 8 ? streamInt8Of8 : rows <= 16 ? streamInt8Of16 : rows <= 32 ? streamInt8Of32 : streamInt8Of64;
}

template <typename Kernel>
void allow(Kernel kernel, int bytes) {
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes), "shared memory");
}

uint4* halvesOf(const float* x, int rows, int width) {
    uint4* halves = array<uint4>((size_t)rows * partsOfRow(width));
    splitRows<<<rows, 1024>>>(x, halves, width);
    return halves;
}

std::vector<int> tilesOf(int rows, int tileRows, int matrices) {
    std::vector<int> tiles;
    for (int row = 0; row < rows; row += tileRows) {
        tiles.insert(tiles.end(), {(int)tiles.size() / 3 % matrices, row, std::min(tileRows, rows - row)});
    }
    tiles.insert(tiles.end(), {0, 0, 0});
    return tiles;
}

void compareStream(int tileRows, int in, int out, int otherOut, int rows, int early) {
    char *w = words((size_t)2 * panelsOf(out) * in * 32), *otherW = words((size_t)2 * panelsOf(otherOut) * in * 32);
    float *scales = floats(2 * out, 1e-2f), *otherScales = floats(2 * otherOut, 1e-2f), *x = floats((size_t)rows * in);
    float *y = array<float>((size_t)rows * out), *expected = array<float>((size_t)rows * out);
    float *otherY = array<float>((size_t)rows * otherOut), *otherExpected = array<float>((size_t)rows * otherOut);
    std::vector<int> tiles = tilesOf(rows, tileRows - 3, 2), order;
    for (int i = 0; i < rows; i++) order.push_back(rows - 1 - i);
    int* rowsOf = ints(order);
    dim3 grid(tiles.size() / 3, (out + 63) / 64 + (otherOut + 63) / 64);
    Stream stream = streamOf(tileRows);
    stream<<<grid, 256, STREAM_BYTES>>>(
        ints(tiles), rowsOf, halvesOf(x, rows, in), w, scales, y, otherW, otherScales, otherY, in, out, otherOut, early);
    plainTiles(tiles, x, rowsOf, w, scales, expected, in, out);
    plainTiles(tiles, x, rowsOf, otherW, otherScales, otherExpected, in, otherOut);
    std::string name = "stream of " + std::to_string(tileRows) + ", in " + std::to_string(in) + ", rows " + std::to_string(rows);
    compare(name, y, expected, (size_t)rows * out, 1e-5);
    compare(name + ", other matrix", otherY, otherExpected, (size_t)rows * otherOut, 1e-5);
}

void compareGateUp(int in, int out, int rows) {
    char *gate = words((size_t)2 * panelsOf(out) * in * 32), *up = words((size_t)2 * panelsOf(out) * in * 32);
    float *gateScales = floats(2 * out, 1e-3f), *upScales = floats(2 * out, 1e-3f), *x = floats((size_t)rows * in);
    float *y = array<float>(rows * out), *gates = array<float>(rows * out), *ups = array<float>(rows * out);
    uint4* halves = array<uint4>((size_t)rows * partsOfRow(out));
    std::vector<int> tiles = tilesOf(rows, 7, 2);
    dim3 grid(tiles.size() / 3, panelsOf(out));
    streamGateUpOf8<<<grid, 256, STREAM_BYTES>>>(
        ints(tiles), nullptr, halvesOf(x, rows, in), gate, gateScales, up, upScales, halves, in, out);
    joinHalves<<<rows, 256>>>(halves, y, out);
    plainTiles(tiles, x, nullptr, gate, gateScales, gates, in, out);
    plainTiles(tiles, x, nullptr, up, upScales, ups, in, out);
    plainGate<<<GRID, GROUP>>>(gates, ups, (size_t)rows * out);
    compare("stream of gate and up, in " + std::to_string(in), y, ups, (size_t)rows * out, 2e-5);
}

void comparePrompt(int in, int out, int rows, int tileRows) {
    char *gate = words((size_t)3 * panelsOf(out) * in * 32), *up = words((size_t)3 * panelsOf(out) * in * 32);
    float *gateScales = floats(3 * out, 1e-3f), *upScales = floats(3 * out, 1e-3f), *x = array<float>((size_t)rows * in);
    float *actual = array<float>((size_t)rows * out), *gates = array<float>((size_t)rows * out), *ups = array<float>((size_t)rows * out);
    u16 *x16 = bf16s((size_t)rows * in), *y = array<u16>((size_t)rows * out);
    widenBf16<<<GRID, GROUP>>>(x16, x, (size_t)rows * in);
    std::vector<int> tiles = tilesOf(rows, tileRows, 3), order;
    for (int i = 0; i < rows; i++) order.push_back(rows - 1 - i);
    int *deviceTiles = ints(tiles), *rowsOf = ints(order), count = tiles.size() / 3;
    plainTiles(tiles, x, rowsOf, gate, gateScales, gates, in, out);
    plainTiles(tiles, x, rowsOf, up, upScales, ups, in, out);
    promptInt8<<<dim3((out + 255) / 256, count), 256, PROMPT_BYTES>>>(deviceTiles, rowsOf, x16, gate, gateScales, y, in, out);
    widenBf16<<<GRID, GROUP>>>(y, actual, (size_t)rows * out);
    compare("prompt, in " + std::to_string(in) + ", out " + std::to_string(out), actual, gates, (size_t)rows * out, 1e-2);
    if (out % 128 != 0) return;
    promptGateUp<<<dim3(out / 128, count), 256, PROMPT_BYTES>>>(
        deviceTiles, rowsOf, x16, gate, gateScales, up, upScales, y, in, out);
    widenBf16<<<GRID, GROUP>>>(y, actual, (size_t)rows * out);
    plainGate<<<GRID, GROUP>>>(gates, ups, (size_t)rows * out);
    compare("prompt through gate and up, in " + std::to_string(in), actual, ups, (size_t)rows * out, 1e-2);
}

void compareAttention(int rows, int past, int heads, int kvHeads) {
    long long capacity = past + rows + 3;
    size_t queries = (size_t)rows * (heads + 2 * kvHeads) * 128, kept = kvHeads * capacity * 128, results = (size_t)rows * heads * 128;
    u16 *qkv16 = bf16s(queries), *keys16 = bf16s(kept), *values16 = bf16s(kept), *out16 = array<u16>(results);
    float *qkv = array<float>(queries), *keys = array<float>(kept), *values = array<float>(kept);
    float *out = array<float>(results), *expected = array<float>(results);
    widenBf16<<<GRID, GROUP>>>(qkv16, qkv, queries);
    widenBf16<<<GRID, GROUP>>>(keys16, keys, kept);
    widenBf16<<<GRID, GROUP>>>(values16, values, kept);
    dim3 grid(heads, (rows + 127) / 128);
    softmaxPrefill<<<grid, 256, ATTENTION_BYTES>>>(ints({past}), qkv16, keys16, values16, out16, rows, heads, kvHeads, capacity);
    widenBf16<<<GRID, GROUP>>>(out16, out, results);
    plainAttention<<<dim3(rows, heads), 128, (past + rows) * 4>>>(qkv, keys, values, expected, past, heads, kvHeads, capacity);
    std::string name = "softmax attention of " + std::to_string(rows) + " rows after " + std::to_string(past);
    compare(name, out, expected, results, 1e-2);
}

// ---- times: medians by the device's clock ----

template <typename Work>
double seconds(Work work, int runs = 11) {
    cudaEvent_t start, end;
    cudaEventCreate(&start);
    cudaEventCreate(&end);
    work();
    launched("warm-up");
    std::vector<float> all(runs);
    for (float& milliseconds : all) {
        cudaEventRecord(start);
        work();
        cudaEventRecord(end);
        check(cudaEventSynchronize(end), "a timed kernel");
        cudaEventElapsedTime(&milliseconds, start, end);
    }
    std::sort(all.begin(), all.end());
    return all[runs / 2] / 1e3;
}

void show(const std::string& name, double value, const char* unit) { printf("cuda\t%s\t%.4g\t%s\n", name.c_str(), value, unit); }

struct Weights {
    char *qkv, *gate, *out, *expertGate, *expertUp, *expertDown;
    float* scales;
};

// A layer's products in a decode step; other weights run in between, so that none is found in the cache.
void timeDecode(const Weights& w, int batch, int experts) {
    uint4* x = halvesOf(floats((size_t)128 * INTERMEDIATE), 128, INTERMEDIATE);
    float *y = array<float>(128 * 3 * ATTENTION), *otherY = array<float>(128 * ATTENTION);
    uint4* activated = array<uint4>(256 * partsOfRow(INTERMEDIATE));
    std::vector<int> tiles;
    for (int e = 0, row = 0; e < experts; e++) {
        int rows = 2 * batch / experts + (e < 2 * batch % experts);
        tiles.insert(tiles.end(), {e, row, rows});
        row += rows;
    }
    int *dense = ints({0, 0, batch}), *ofExperts = ints(tiles);
    Stream stream = streamOf(batch);
    const float* s = w.scales;
    double project = seconds([&] {
        stream<<<dim3(1, 512), 256, STREAM_BYTES>>>(dense, nullptr, x, w.qkv, s, y, w.gate, s, otherY, HIDDEN, 3 * ATTENTION, ATTENTION, 1);
    });
    double out = seconds([&] {
        for (const char* of : {w.out, w.qkv, w.gate}) {
            stream<<<dim3(1, 96), 256, STREAM_BYTES>>>(dense, nullptr, x, of, s, y, of, s, otherY, ATTENTION, HIDDEN, 0, 1);
        }
    }) / 3;
    double gateUp = seconds([&] {
        streamGateUpOf8<<<dim3(experts, INTERMEDIATE / 32), 256, STREAM_BYTES>>>(
            ofExperts, nullptr, x, w.expertGate, s, w.expertUp, s, activated, HIDDEN, INTERMEDIATE);
    });
    double down = seconds([&] {
        streamInt8Of8<<<dim3(experts, HIDDEN / 64), 256, STREAM_BYTES>>>(
            ofExperts, nullptr, activated, w.expertDown, s, y, w.expertDown, s, otherY, INTERMEDIATE, HIDDEN, 0, 0);
    });
    std::string of = " of a step, batch " + std::to_string(batch);
    show("qkv and gate" + of, project * 1e6, "us");
    show("out" + of, out * 1e6, "us");
    show("experts' gate and up" + of, gateUp * 1e6, "us");
    show("experts' down" + of, down * 1e6, "us");
    double bytes = 5.0 * ATTENTION * HIDDEN + 3.0 * experts * INTERMEDIATE * HIDDEN;
    show("a layer's products" + of, bytes / (project + out + gateUp + down) / 1e9, "GB/s");
}

void timeLaunches(bool early) {
    const int COUNT = 64;
    cudaStream_t stream;
    cudaGraph_t graph;
    cudaGraphExec_t runnable;
    int* none = ints({0, 0, 0});
    cudaLaunchAttribute attribute;
    attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attribute.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config = {};
    config.gridDim = 1;
    config.blockDim = 256;
    config.dynamicSmemBytes = STREAM_BYTES;
    config.attrs = &attribute;
    check(cudaStreamCreate(&stream), "stream");
    config.stream = stream;
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), "capture");
    for (int i = 0; i < COUNT; i++) {
        config.numAttrs = early && i > 0;
        check(
            cudaLaunchKernelEx(
                &config, streamGateUpOf8, (const int*)none, (const int*)nullptr, (const uint4*)nullptr, (const char*)nullptr,
                (const float*)nullptr, (const char*)nullptr, (const float*)nullptr, (uint4*)nullptr, HIDDEN, INTERMEDIATE),
            "launch");
    }
    check(cudaStreamEndCapture(stream, &graph), "capture");
    check(cudaGraphInstantiate(&runnable, graph, 0), "graph");
    double all = seconds([&] { cudaGraphLaunch(runnable, 0); });
    show(early ? "an early launch in a graph" : "a launch in a graph", all / COUNT * 1e6, "us");
}

void timePrompt(const Weights& w, int rows) {
    std::vector<int> tiles;
    for (int e = 0; e < EXPERTS; e++) {
        for (int row = 0; row < rows; row += 128) tiles.insert(tiles.end(), {e, e * rows + row, std::min(128, rows - row)});
    }
    int *deviceTiles = ints(tiles), count = tiles.size() / 3;
    u16 *x = bf16s((size_t)EXPERTS * rows * HIDDEN), *between = array<u16>((size_t)EXPERTS * rows * INTERMEDIATE);
    double gateUp = seconds([&] {
        promptGateUp<<<dim3(INTERMEDIATE / 128, count), 256, PROMPT_BYTES>>>(
            deviceTiles, nullptr, x, w.expertGate, w.scales, w.expertUp, w.scales, between, HIDDEN, INTERMEDIATE);
    });
    double down = seconds([&] {
        promptInt8<<<dim3(HIDDEN / 256, count), 256, PROMPT_BYTES>>>(
            deviceTiles, nullptr, between, w.expertDown, w.scales, x, INTERMEDIATE, HIDDEN);
    });
    double operations = 2.0 * EXPERTS * rows * HIDDEN * INTERMEDIATE;
    std::string of = ", " + std::to_string(rows) + " rows an expert";
    show("int8 experts' gate and up" + of, 2 * operations / gateUp / 1e12, "TFLOP/s");
    show("int8 experts' down" + of, operations / down / 1e12, "TFLOP/s");
    show("int8 experts" + of, 3 * operations / (gateUp + down) / 1e12, "TFLOP/s");
}

void timeAttention(int rows, int past) {
    const int HEADS = 64, KV_HEADS = 8;
    long long capacity = past + rows;
    u16 *qkv = bf16s((size_t)rows * (HEADS + 2 * KV_HEADS) * 128), *out = array<u16>((size_t)rows * ATTENTION);
    u16 *keys = bf16s(KV_HEADS * capacity * 128), *values = bf16s(KV_HEADS * capacity * 128);
    int* before = ints({past});
    double time = seconds(
        [&] {
            softmaxPrefill<<<dim3(HEADS, rows / 128), 256, ATTENTION_BYTES>>>(
                before, qkv, keys, values, out, rows, HEADS, KV_HEADS, capacity);
        },
        3);
    double operations = 4.0 * ATTENTION * ((double)rows * past + 0.5 * rows * rows);
    show("softmax attention of " + std::to_string(rows) + " rows after " + std::to_string(past), operations / time / 1e12, "TFLOP/s");
    for (u16* p : {qkv, out, keys, values}) check(cudaFree(p), "cudaFree");
}

int main() {
    for (int rows : {8, 16, 32, 64}) allow(streamOf(rows), STREAM_BYTES);
    allow(streamGateUpOf8, STREAM_BYTES);
    allow(promptInt8, PROMPT_BYTES);
    allow(promptGateUp, PROMPT_BYTES);
    allow(softmaxPrefill, ATTENTION_BYTES);

    compareStream(8, 48, 40, 33, 9, 0);
    compareStream(8, 1000, 96, 40, 25, 1);
    compareStream(8, 6144, 64, 96, 1, 1);
    compareStream(8, 9216, 160, 32, 30, 0);
    compareStream(16, 1000, 96, 40, 40, 0);
    compareStream(32, 6144, 96, 40, 60, 1);
    compareStream(64, 2048, 256, 64, 130, 1);
    compareGateUp(96, 160, 6);
    compareGateUp(1024, 72, 30);
    comparePrompt(64, 128, 5, 128);
    comparePrompt(1024, 384, 229, 100);
    comparePrompt(192, 96, 161, 128);
    compareAttention(1, 0, 8, 1);
    compareAttention(200, 0, 16, 2);
    compareAttention(300, 1000, 16, 2);
    compareAttention(65, 127, 8, 1);

    size_t dense = (size_t)ATTENTION * HIDDEN, experts = (size_t)EXPERTS * INTERMEDIATE * HIDDEN;
    Weights w = {words(3 * dense), words(dense), words(dense), words(experts), words(experts), words(experts), floats(EXPERTS * INTERMEDIATE, 1e-4f)};
    double copied = seconds([&] { cudaMemcpyAsync(w.expertDown, w.expertGate, 1u << 30, cudaMemcpyDeviceToDevice); });
    show("copy of a GiB", 2.0 * (1u << 30) / copied / 1e9, "GB/s");
    timeDecode(w, 1, 2);
    timeDecode(w, 16, 20);
    timeDecode(w, 64, 31);
    timeLaunches(false);
    timeLaunches(true);
    for (int rows : {128, 256, 1024}) timePrompt(w, rows);
    timeAttention(16384, 0);
    timeAttention(16384, 65536);
    timeAttention(4096, 524288);
    return wrong;
}
