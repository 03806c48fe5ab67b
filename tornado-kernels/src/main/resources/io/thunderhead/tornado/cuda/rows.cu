
// ---- rows of a layer, whose number stands in the step: [row count, layer, ...] ----

// y = x / sqrt(mean(x^2) + eps) * weights. Grid [rows], 512 threads. x and y [rows, width], weights [layers, width].
extern "C" __global__ void __launch_bounds__(512) normRows(
        const int* step, const float* x, const float* weights, float* y, int width, float eps) {
    if (blockIdx.x >= step[0]) return;
    size_t row = (size_t)blockIdx.x * width;
    const float* of = weights + (size_t)step[1] * width;
    float squares = 0.f;
    for (int i = threadIdx.x; i < width; i += blockDim.x) squares += x[row + i] * x[row + i];
    float scale = rsqrtf(sumOfGroup(squares) / width + eps);
    for (int i = threadIdx.x; i < width; i += blockDim.x) y[row + i] = x[row + i] * scale * of[i];
}

// x = x / sqrt(mean(x^2) + eps) * weights * sigmoid(gates), as above.
extern "C" __global__ void __launch_bounds__(512) gatedNormRows(
        const int* step, float* x, const float* weights, const float* gates, int width, float eps) {
    if (blockIdx.x >= step[0]) return;
    size_t row = (size_t)blockIdx.x * width;
    const float* of = weights + (size_t)step[1] * width;
    float squares = 0.f;
    for (int i = threadIdx.x; i < width; i += blockDim.x) squares += x[row + i] * x[row + i];
    float scale = rsqrtf(sumOfGroup(squares) / width + eps);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        x[row + i] = x[row + i] * scale * of[i] / (1.f + expf(-gates[row + i]));
    }
}

// y = alpha * residual + beta * branch, then normed as above.
extern "C" __global__ void __launch_bounds__(512) residualNormRows(
        const int* step, const float* residual, const float* branch, const float* weights, float* y, int width,
        float alpha, float beta, float eps) {
    if (blockIdx.x >= step[0]) return;
    size_t row = (size_t)blockIdx.x * width;
    const float* of = weights + (size_t)step[1] * width;
    float squares = 0.f;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float value = alpha * residual[row + i] + beta * branch[row + i];
        y[row + i] = value;
        squares += value * value;
    }
    float scale = rsqrtf(sumOfGroup(squares) / width + eps);
    for (int i = threadIdx.x; i < width; i += blockDim.x) y[row + i] *= scale * of[i];
}

// The best of up to 32 experts for each row, the lower id among equals, in the order of their ids, weighted by the
// softmax of their logits. Grid [rows], 1024 threads: a lane has an expert, a warp every 32nd input. router: the panels
// of the layers' matrices, float [in, 32] or bf16 words [in, 16]. ids and shares [rows, topK], topK up to 8.
template <bool BF16>
__device__ __forceinline__ void chooseBest(
        const int* step, const float* x, const u32* router, int* ids, float* shares, int width, int experts, int topK) {
    if (blockIdx.x >= step[0]) return;
    __shared__ float sums[32][33];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const float* row = x + (size_t)blockIdx.x * width;
    const u32* panel = router + (size_t)step[1] * width * (BF16 ? 16 : 32);
    float sum = 0.f;
#pragma unroll 4
    for (int in = warp; in < width; in += 32) {
        float weight;
        if constexpr (BF16) {
            u32 pair = panel[in * 16 + (lane & 15)];
            weight = lane < 16 ? lowOf(pair) : highOf(pair);
        } else {
            weight = __uint_as_float(panel[in * 32 + lane]);
        }
        sum += weight * row[in];
    }
    sums[warp][lane] = sum;
    __syncthreads();
    if (warp > 0) return;
    float logit = 0.f;
    for (int i = 0; i < 32; i++) logit += sums[i][lane];
    bool chosen = false;
    float best = 0.f, total = 0.f;
    for (int k = 0; k < topK; k++) {
        float mine = lane < experts && !chosen ? logit : __int_as_float(0xff800000);
        int who = lane;
        for (int other = 16; other > 0; other >>= 1) {
            float theirs = __shfl_xor_sync(0xffffffffu, mine, other);
            int them = __shfl_xor_sync(0xffffffffu, who, other);
            if (theirs > mine || (theirs == mine && them < who)) {
                mine = theirs;
                who = them;
            }
        }
        if (k == 0) best = mine;
        total += expf(mine - best);
        if (who == lane) chosen = true;
    }
    u32 all = __ballot_sync(0xffffffffu, chosen);
    if (chosen) {
        int slot = blockIdx.x * topK + __popc(all & ((1u << lane) - 1));
        ids[slot] = lane;
        shares[slot] = expf(logit - best) / total;
    }
}

extern "C" __global__ void __launch_bounds__(1024) chooseByFloats(
        const int* step, const float* x, const u32* router, int* ids, float* shares, int width, int experts, int topK) {
    chooseBest<false>(step, x, router, ids, shares, width, experts, topK);
}

extern "C" __global__ void __launch_bounds__(1024) chooseByBf16(
        const int* step, const float* x, const u32* router, int* ids, float* shares, int width, int experts, int topK) {
    chooseBest<true>(step, x, router, ids, shares, width, experts, topK);
}

// The token with the largest logit of each row, the lowest id among equals; -1 if a logit of the row is not finite. Grid
// [rows], 1024 threads; logits [rows, vocab].
extern "C" __global__ void __launch_bounds__(1024) greedyTokens(const int* step, const float* logits, int* tokens, int vocab) {
    if (blockIdx.x >= step[0]) return;
    __shared__ float values[32];
    __shared__ int ids[32], strange[32];
    const float* row = logits + (size_t)blockIdx.x * vocab;
    float best = -3.4e38f;
    int id = vocab, odd = 0;
#pragma unroll 8
    for (int i = threadIdx.x; i < vocab; i += 1024) {
        float logit = __ldg(row + i);
        odd |= (__float_as_uint(logit) & 0x7f800000u) == 0x7f800000u;
        if (logit > best) {
            best = logit;
            id = i;
        }
    }
    auto fold = [&]() {
        for (int other = 16; other > 0; other >>= 1) {
            float theirs = __shfl_xor_sync(0xffffffffu, best, other);
            int them = __shfl_xor_sync(0xffffffffu, id, other);
            odd |= __shfl_xor_sync(0xffffffffu, odd, other);
            if (theirs > best || (theirs == best && them < id)) {
                best = theirs;
                id = them;
            }
        }
    };
    fold();
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
    if (lane == 0) {
        values[warp] = best;
        ids[warp] = id;
        strange[warp] = odd;
    }
    __syncthreads();
    if (warp > 0) return;
    best = values[lane];
    id = ids[lane];
    odd = strange[lane];
    fold();
    if (lane == 0) tokens[blockIdx.x] = odd ? -1 : id;
}
