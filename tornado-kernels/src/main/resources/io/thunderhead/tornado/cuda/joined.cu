
// ---- whole layers: what lies between attention and experts where both are on one device ----

// y[i] = x[rowsOf[i]]. Grid [rows of y], 256 threads; width is a multiple of 4.
extern "C" __global__ void __launch_bounds__(256) gatherRows(const int* rowsOf, const float4* x, float4* y, int width) {
    const float4* from = x + (size_t)rowsOf[blockIdx.x] * (width / 4);
    float4* to = y + (size_t)blockIdx.x * (width / 4);
    for (int i = threadIdx.x; i < width / 4; i += 256) to[i] = from[i];
}

// x = silu(x) * y for so many numbers, a multiple of 4. Grid of any size, 256 threads.
extern "C" __global__ void __launch_bounds__(256) siluTimesFloats(float4* x, const float4* y, long long count) {
    for (long long i = blockIdx.x * 256LL + threadIdx.x; i < count / 4; i += gridDim.x * 256LL) {
        float4 a = x[i], b = y[i];
        x[i] = make_float4(silu(a.x) * b.x, silu(a.y) * b.y, silu(a.z) * b.z, silu(a.w) * b.w);
    }
}

// hidden = alpha * x + beta * (the shares of the two experts' rows, in the order of their ids). Grid [rows], 256 threads;
// results [2 * rows, width] by places; width is a multiple of 4.
extern "C" __global__ void __launch_bounds__(256) combineExperts(
        const float4* x, const float4* results, const int* places, const float* shares, float4* hidden, int width,
        float alpha, float beta) {
    size_t row = (size_t)blockIdx.x * (width / 4);
    const float4* first = results + (size_t)places[2 * blockIdx.x] * (width / 4);
    const float4* second = results + (size_t)places[2 * blockIdx.x + 1] * (width / 4);
    float share = shares[2 * blockIdx.x], other = shares[2 * blockIdx.x + 1];
    for (int i = threadIdx.x; i < width / 4; i += 256) {
        float4 a = first[i], b = second[i], of = x[row + i];
        hidden[row + i] = make_float4(
            alpha * of.x + beta * (share * a.x + other * b.x), alpha * of.y + beta * (share * a.y + other * b.y),
            alpha * of.z + beta * (share * a.z + other * b.z), alpha * of.w + beta * (share * a.w + other * b.w));
    }
}

// Adds up what attendPages left: partials [rows, heads, splits, 130]: maximum, sum, weighted values. Grid [rows, heads],
// 128 threads.
extern "C" __global__ void __launch_bounds__(128) combineParts(const float* partials, float* out, int splits) {
    size_t at = (size_t)blockIdx.x * gridDim.y + blockIdx.y;
    const float* of = partials + at * splits * 130;
    float highest = -3e38f, total = 0.f, sum = 0.f;
    for (int split = 0; split < splits; split++) highest = fmaxf(highest, of[split * 130]);
    for (int split = 0; split < splits; split++) {
        float weight = expf(of[split * 130] - highest);
        total += weight * of[split * 130 + 1];
        sum += weight * of[split * 130 + 2 + threadIdx.x];
    }
    out[at * 128 + threadIdx.x] = sum / total;
}

// A router's panel, float [in, 32] or bf16 words [in, 16], as rows of floats [32, in]. Grid [ceil(in / 8)], 256 threads.
extern "C" __global__ void __launch_bounds__(256) unpackRouter(const u32* panel, float* rows, int inSize, int bf16) {
    int in = blockIdx.x * 8 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
    if (in >= inSize) return;
    float value;
    if (bf16) {
        u32 pair = panel[in * 16 + (lane & 15)];
        value = lane < 16 ? lowOf(pair) : highOf(pair);
    } else {
        value = __uint_as_float(panel[in * 32 + lane]);
    }
    rows[(size_t)lane * inSize + in] = value;
}
