
// ---- a decode step in few launches ----

// Every kernel here may be started before the one ahead of it has ended.

extern __shared__ __align__(128) char room[];

// Rows in halves: each float32 number as two of bf16, rounded and what is left, so that tensor cores lose nothing that
// matters of a row (2^-17). Of 16 numbers, part t (0..3) is one uint4: the rounded t, t + 4 | t + 8, t + 12, then what is
// left of them: what one lane needs of mma's second operand. A row has ceil(width / 16) * 4 parts, zero past its end.
__device__ __forceinline__ uint4 halves(float a, float b, float c, float d) {
    u32 low = pack(a, b), high = pack(c, d);
    return make_uint4(low, high, pack(a - lowOf(low), b - highOf(low)), pack(c - lowOf(high), d - highOf(high)));
}

__device__ __forceinline__ int partsOf(int width) { return (width + 15) / 16 * 4; }

template <typename Value>
__device__ __forceinline__ void writeHalves(uint4* row, int width, Value value) {
    for (int i = threadIdx.x; i < partsOf(width); i += blockDim.x) {
        int at = i / 4 * 16 + i % 4;
        auto of = [&](int in) { return in < width ? value(in) : 0.f; };
        row[i] = halves(of(at), of(at + 4), of(at + 8), of(at + 12));
    }
}

// y = x in halves. Grid [rows].
extern "C" __global__ void __launch_bounds__(1024) splitRows(const float* x, uint4* y, int width) {
    letNextStart();
    waitForLast();
    const float* row = x + (size_t)blockIdx.x * width;
    writeHalves(y + (size_t)blockIdx.x * partsOf(width), width, [&](int in) { return row[in]; });
}

// ---- products with int8 weights in panels of 32 outputs ----

// A block has two panels and up to 8 * R rows. Its eight warps share the inputs in chunks of 64, each warp a stream of its
// own: the copy engine fills its ring of stages, tensor cores take the weights as their first operand, widened in
// registers, the rows as the second. So weights come from memory once for all rows of a tile, deep under way, and nobody
// waits for another warp before the sums are added at the end, in the order of the warps.
const int STREAM_STAGES = 3, STREAM_CHUNK = 64, STREAM_PANEL = STREAM_CHUNK * 32, STREAM_SUMS = 640;

__device__ __forceinline__ void expectBytes(u32 barrier, u32 bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

__device__ __forceinline__ void copyBulk(u32 to, const void* from, u32 bytes, u32 barrier) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(to),
                 "l"(from), "r"(bytes), "r"(barrier)
                 : "memory");
}

__device__ __forceinline__ void awaitPhase(u32 barrier, u32 phase) {
    asm volatile(
        "{\n.reg .pred done;\nagain:\nmbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n@done bra over;\nbra again;\nover:\n}"
        ::"r"(barrier), "r"(phase)
        : "memory");
}

// Two int8 numbers with 0x43 above each, to bf16: 128 + the low seven bits, less 128 or 256; exact.
__device__ __forceinline__ u32 widenPair(u32 bytes) {
    u32 pair;
    asm volatile("fma.rn.bf16x2 %0, %1, %2, %3;"
        : "=r"(pair)
        : "r"(bytes & 0xff7fff7fu), "r"(0x3f803f80u), "r"((bytes & 0x00800080u) | 0xc300c300u));
    return pair;
}

// What a lane has of 16 inputs and 4 outputs, a word for each of its four inputs, as first operands for outputs 0, 1 and 2, 3.
__device__ __forceinline__ void widenWords(const u32 (&words)[4], u32 (&a)[2][4]) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
        u32 near = __byte_perm(words[2 * i], words[2 * i + 1], 0x5140), far = __byte_perm(words[2 * i], words[2 * i + 1], 0x7362);
        a[0][2 * i] = widenPair(__byte_perm(near, 0x43434343u, 0x4140));
        a[0][2 * i + 1] = widenPair(__byte_perm(near, 0x43434343u, 0x4342));
        a[1][2 * i] = widenPair(__byte_perm(far, 0x43434343u, 0x4140));
        a[1][2 * i + 1] = widenPair(__byte_perm(far, 0x43434343u, 0x4342));
    }
}

// What a block multiplies: two panels, and which rows.
struct Streamed {
    const char* panels[2];
    const int* tile;
    const int* rowsOf;
    const uint4* x;
    int inSize;
    bool early;
};

// Calls take(output, row, first panel's sum, second panel's sum) for its 32 outputs and each row of the tile.
template <int R, typename Take, typename After>
__device__ __forceinline__ void stream(const Streamed& of, Take take, After after) {
    __shared__ unsigned long long barriers[8][STREAM_STAGES];
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, quad = lane >> 2, part = lane & 3;
    char* own = room + warp * STREAM_STAGES * 2 * STREAM_PANEL;
    u32 ownAddress = sharedAddress(own), barrier = sharedAddress(barriers[warp]);
    int chunks = (of.inSize + STREAM_CHUNK - 1) / STREAM_CHUNK, mine = (chunks - warp + 7) / 8;
    auto fetch = [&](int turn) {
        int chunk = turn * 8 + warp, stage = turn % STREAM_STAGES;
        u32 bytes = min(STREAM_CHUNK, of.inSize - chunk * STREAM_CHUNK) * 32;
        expectBytes(barrier + stage * 8, 2 * bytes);
        for (int p = 0; p < 2; p++) {
            copyBulk(
                ownAddress + (stage * 2 + p) * STREAM_PANEL, of.panels[p] + (size_t)chunk * STREAM_PANEL, bytes,
                barrier + stage * 8);
        }
    };
    auto begin = [&]() {
        if (lane == 0) {
            for (int stage = 0; stage < STREAM_STAGES; stage++) {
                asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(barrier + stage * 8) : "memory");
            }
            asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
            for (int turn = 0; turn < min(STREAM_STAGES, mine); turn++) fetch(turn);
        }
        __syncwarp();
    };
    begin();
    if (of.early) waitForLast();
    int rows = of.tile[2], parts = partsOf(of.inSize);
    const uint4* from[R];
#pragma unroll
    for (int r = 0; r < R; r++) {
        int row = of.tile[1] + r * 8 + quad;
        bool there = r * 8 + quad < rows;
        if (there && of.rowsOf) row = of.rowsOf[row];
        from[r] = there ? of.x + (size_t)row * parts + part : nullptr;
    }
    float sums[R][2][2][4] = {};
    for (int turn = 0; turn < mine; turn++) {
        int stage = turn % STREAM_STAGES, first = (turn * 8 + warp) * 4, steps = min(4, parts / 4 - first);
        // what fits into registers is under way while the weights are waited for
        const int AHEAD = R <= 2 ? 4 : R == 4 ? 2 : 1;
        uint4 values[AHEAD][R];
        auto load = [&](int step, uint4 (&to)[R]) {
#pragma unroll
            for (int r = 0; r < R; r++) {
                to[r] = from[r] && step < steps ? __ldcg(from[r] + (first + step) * 4) : make_uint4(0, 0, 0, 0);
            }
        };
#pragma unroll
        for (int step = 0; step < AHEAD; step++) load(step, values[step]);
        awaitPhase(barrier + stage * 8, turn / STREAM_STAGES & 1);
#pragma unroll
        for (int step = 0; step < 4; step++) {
            if (step >= steps) break;
            uint4 x[R];
#pragma unroll
            for (int r = 0; r < R; r++) x[r] = values[step % AHEAD][r];
            if constexpr (AHEAD < 4) load(step + AHEAD < 4 ? step + AHEAD : 4, values[step % AHEAD]);
#pragma unroll
            for (int p = 0; p < 2; p++) {
                const char* at = own + (stage * 2 + p) * STREAM_PANEL + (step * 16 + part) * 32 + quad * 4;
                u32 words[4], a[2][4];
#pragma unroll
                for (int i = 0; i < 4; i++) words[i] = *(const u32*)(at + i * 128);
                widenWords(words, a);
#pragma unroll
                for (int r = 0; r < R; r++) {
#pragma unroll
                    for (int m = 0; m < 2; m++) {
                        multiplyAdd(sums[r][p][m], a[m], x[r].x, x[r].y);
                        multiplyAdd(sums[r][p][m], a[m], x[r].z, x[r].w);
                    }
                }
            }
        }
        __syncwarp();
        if (lane == 0 && turn + STREAM_STAGES < mine) fetch(turn + STREAM_STAGES);
    }
    float* shared = (float*)room;
#pragma unroll
    for (int r = 0; r < R; r++) {
        if (r * 8 >= rows) break;
        __syncthreads();
#pragma unroll
        for (int i = 0; i < 8; i++) {
            int output = (i >> 2) * 32 + quad * 4 + (i >> 1 & 1) * 2 + (i & 1);
            const float* sum = sums[r][i >> 2][i >> 1 & 1] + (i & 1) * 2;
            *(float2*)(shared + warp * STREAM_SUMS + output * 10 + part * 2) = make_float2(sum[0], sum[1]);
        }
        __syncthreads();
        int output = threadIdx.x & 31, row = threadIdx.x >> 5;
        float both[2] = {};
#pragma unroll
        for (int p = 0; p < 2; p++) {
#pragma unroll
            for (int w = 0; w < 8; w++) both[p] += shared[w * STREAM_SUMS + (p * 32 + output) * 10 + row];
        }
        if (r * 8 + row < rows) take(output, r * 8 + row, both[0], both[1]);
        after(r * 8, min(8, rows - r * 8));
    }
}

// Panels of a matrix among several, two to a block; an odd last one is read twice and written once.
struct Matrices {
    const char* w;
    const float* scales;
    float* y;
    int outSize;
};

template <int R>
__device__ __forceinline__ void streamProduct(
        const int* tiles, const int* rowsOf, const uint4* x, Matrices first, Matrices second, int inSize, int early) {
    letNextStart();
    if (!early) waitForLast();
    const int* tile = tiles + blockIdx.x * 3;
    if (tile[2] <= 0) {
        if (early) waitForLast();
        return;
    }
    int pairs = (first.outSize + 63) / 64;
    bool other = blockIdx.y >= pairs;
    Matrices of = other ? second : first;
    int panelCount = (of.outSize + 31) / 32, panel = (blockIdx.y - (other ? pairs : 0)) * 2;
    auto at = [&](int p) { return of.w + (tile[0] * (size_t)panelCount + min(p, panelCount - 1)) * inSize * 32; };
    Streamed streamed = {{at(panel), at(panel + 1)}, tile, rowsOf, x, inSize, early != 0};
    stream<R>(
        streamed,
        [&](int output, int row, float a, float b) {
            float sums[2] = {a, b};
            for (int p = 0; p < 2; p++) {
                int out = (panel + p) * 32 + output;
                if (out < of.outSize) {
                    of.y[(size_t)(tile[1] + row) * of.outSize + out] = sums[p] * of.scales[(size_t)tile[0] * of.outSize + out];
                }
            }
        },
        [](int, int) {});
}

template <int R>
__device__ __forceinline__ void streamGateUp(
        const int* tiles, const int* rowsOf, const uint4* x, const char* gate, const float* gateScales, const char* up,
        const float* upScales, uint4* y, int inSize, int outSize) {
    letNextStart();
    waitForLast();
    const int* tile = tiles + blockIdx.x * 3;
    if (tile[2] <= 0) return;
    __shared__ float activated[8][33];
    int panelCount = (outSize + 31) / 32;
    size_t at = (tile[0] * (size_t)panelCount + blockIdx.y) * inSize * 32;
    Streamed streamed = {{gate + at, up + at}, tile, rowsOf, x, inSize, false};
    stream<R>(
        streamed,
        [&](int output, int row, float a, float b) {
            int out = blockIdx.y * 32 + output;
            size_t scale = (size_t)tile[0] * outSize + out;
            activated[row & 7][output] = out < outSize ? silu(a * gateScales[scale]) * (b * upScales[scale]) : 0.f;
        },
        [&](int firstRow, int rows) {
            __syncthreads();
            int row = threadIdx.x / 8, i = threadIdx.x % 8, to = blockIdx.y * 8 + i;
            if (row < rows && to < partsOf(outSize)) {
                const float* from = activated[row] + i / 4 * 16 + i % 4;
                y[(size_t)(tile[1] + firstRow + row) * partsOf(outSize) + to] = halves(from[0], from[4], from[8], from[12]);
            }
        });
}

// y = x w^T for tiles of up to so many rows: matrix, first row, rows (0: none). Grid [tiles, pairs of panels of both
// matrices], 256 threads, 98,304 bytes of shared memory. x in halves; row i of y [rows, outSize] is of row rowsOf[i] of x, of
// row i where rowsOf is 0. w [matrices, panels, in, 32], scales [matrices, outSize]. A second matrix for the same rows and
// tiles goes along, of outSize 0 for none. early = 1: the tiles do not come from the kernel before, so weights are fetched
// ahead of its end.
#define STREAM_INT8(rowTiles, rows, blocks)                                                                                 \
    extern "C" __global__ void __launch_bounds__(256, blocks) streamInt8Of##rows(                                           \
            const int* tiles, const int* rowsOf, const uint4* x, const char* w, const float* scales, float* y,              \
            const char* otherW, const float* otherScales, float* otherY, int inSize, int outSize, int otherSize, int early) { \
        streamProduct<rowTiles>(                                                                                            \
            tiles, rowsOf, x, {w, scales, y, outSize}, {otherW, otherScales, otherY, otherSize}, inSize, early);            \
    }

STREAM_INT8(1, 8, 2)
STREAM_INT8(2, 16, 2)
STREAM_INT8(4, 32, 1)
STREAM_INT8(8, 64, 1)

// y = silu(x gate^T) * (x up^T), in halves. Grid [tiles, panels], otherwise as above.
#define STREAM_GATE_UP(rowTiles, rows, blocks)                                                                             \
    extern "C" __global__ void __launch_bounds__(256, blocks) streamGateUpOf##rows(                                        \
            const int* tiles, const int* rowsOf, const uint4* x, const char* gate, const float* gateScales, const char* up, \
            const float* upScales, uint4* y, int inSize, int outSize) {                                                    \
        streamGateUp<rowTiles>(tiles, rowsOf, x, gate, gateScales, up, upScales, y, inSize, outSize);                      \
    }

STREAM_GATE_UP(1, 8, 2)
STREAM_GATE_UP(2, 16, 2)

// ---- rows between the products of a decode step ----

// normed = value / sqrt(mean(value^2) + eps) * weights, as float32 and in halves; a row of values is kept in shared memory.
template <typename Value>
__device__ __forceinline__ void normRow(Value value, const float* weights, float* normed, uint4* split, int width, float eps) {
    float* kept = (float*)room;
    float squares = 0.f;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float now = value(i);
        kept[i] = now;
        squares += now * now;
    }
    float scale = rsqrtf(sumOfGroup(squares) / width + eps);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        kept[i] *= scale * weights[i];
        if (normed) normed[i] = kept[i];
    }
    __syncthreads();
    if (split) writeHalves(split, width, [&](int in) { return kept[in]; });
}

// y = alpha * residual + beta * (the shares of the two experts' rows, in the order of their ids), then its norm. Grid [rows],
// 4 * width bytes of shared memory. results [2 * rows, width] by places; without places (0) there is only the residual.
extern "C" __global__ void __launch_bounds__(1024) combineAndNorm(
        const float* residual, const float* results, const int* places, const float* shares, const float* weights,
        float* normed, uint4* split, int width, float alpha, float beta, float eps) {
    letNextStart();
    waitForLast();
    size_t row = (size_t)blockIdx.x * width;
    int choice = blockIdx.x * 2;
    const float* first = places ? results + (size_t)places[choice] * width : nullptr;
    const float* second = places ? results + (size_t)places[choice + 1] * width : nullptr;
    float share = places ? shares[choice] : 0.f, otherShare = places ? shares[choice + 1] : 0.f;
    normRow(
        [&](int i) {
            float branch = first ? share * first[i] + otherShare * second[i] : 0.f;
            return alpha * residual[row + i] + beta * branch;
        },
        weights, normed + row, split + (size_t)blockIdx.x * partsOf(width), width, eps);
}

// split = x / sqrt(mean(x^2) + eps) * weights * sigmoid(gates), in halves. Grid [rows], 4 * width bytes of shared memory.
extern "C" __global__ void __launch_bounds__(1024) gateAndSplit(
        const float* x, const float* weights, const float* gates, uint4* split, int width, float eps) {
    float* kept = (float*)room;
    letNextStart();
    waitForLast();
    size_t row = (size_t)blockIdx.x * width;
    float squares = 0.f;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float now = x[row + i];
        kept[i] = now / (1.f + __expf(-gates[row + i])) * weights[i];
        squares += now * now;
    }
    float scale = rsqrtf(sumOfGroup(squares) / width + eps);
    writeHalves(split + (size_t)blockIdx.x * partsOf(width), width, [&](int in) { return kept[in] * scale; });
}

// A warp's choice: the two highest of 32 logits, of a lane each, lower id first, and the softmax of them as shares.
template <typename Id>
__device__ __forceinline__ void chooseTwo(float own, int lane, Id* experts, float* shares) {
    float best = own;
    for (int other = 16; other > 0; other >>= 1) best = fmaxf(best, __shfl_xor_sync(0xffffffffu, best, other));
    int first = __ffs(__ballot_sync(0xffffffffu, own == best)) - 1;
    float left = lane == first ? -3e38f : own, next = left;
    for (int other = 16; other > 0; other >>= 1) next = fmaxf(next, __shfl_xor_sync(0xffffffffu, next, other));
    int second = __ffs(__ballot_sync(0xffffffffu, left == next)) - 1;
    if (lane != 0) return;
    float share = 1.f / (1.f + expf(next - best));
    bool swap = first > second;
    experts[swap] = first;
    experts[1 - swap] = second;
    shares[swap] = share;
    shares[1 - swap] = 1.f - share;
}

// The whole way from an attention's output to its experts' tables: y = the norm of alpha * residual + beta * branch; the two
// best of up to 32 experts, lower id first, with the softmax of their logits as shares; rows by expert. The last block to
// end does the latter for all rows, at most 1,024, and writes them down as `choices` [rows, 2] unless that is 0. Grid [rows, 8
// groups of 4 experts], 256 threads, 4 * width bytes of shared memory; width is a multiple of 4. router [32, width], logits
// [rows, 32], places[i]: where choice i of [rows, 2] stands among the sorted ones, rowsOf: its row; tiles of up to 8 rows, of
// matrix placeOf[expert] (0: of the expert), the rest of tileMax empty; blocksDone is 0 before and after.
extern "C" __global__ void __launch_bounds__(256) normAndRoute(
        const float* residual, const float* branch, const float* weights, const float* router, float* normed, uint4* split,
        float* logits, float* shares, int* places, int* rowsOf, int* tiles, int* blocksDone, int width, int tileMax, float alpha,
        float beta, float eps, const int* placeOf, int experts, int* choices) {
    float* kept = (float*)room;
    __shared__ unsigned char chosen[2048];
    __shared__ float sums[8];
    __shared__ int last;
    letNextStart();
    waitForLast();
    int rows = gridDim.x, warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
    size_t row = (size_t)blockIdx.x * width;
    normRow(
        [&](int i) { return alpha * residual[row + i] + beta * branch[row + i]; }, weights,
        blockIdx.y == 0 ? normed + row : nullptr,
        blockIdx.y == 0 ? split + (size_t)blockIdx.x * partsOf(width) : nullptr, width, eps);
    int expert = blockIdx.y * 4 + warp / 2;
    const float4* of = (const float4*)(router + (size_t)expert * width);
    float sum = 0.f;
#pragma unroll 6
    for (int i = (warp & 1) * 32 + lane; i < width / 4; i += 64) {
        float4 a = ((const float4*)kept)[i], b = of[i];
        sum += a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
    }
    for (int other = 16; other > 0; other >>= 1) sum += __shfl_xor_sync(0xffffffffu, sum, other);
    if (lane == 0) sums[warp] = sum;
    __syncthreads();
    if (threadIdx.x < 4) {
        logits[blockIdx.x * 32 + blockIdx.y * 4 + threadIdx.x] = sums[2 * threadIdx.x] + sums[2 * threadIdx.x + 1];
        __threadfence();
    }
    __syncthreads();
    if (threadIdx.x == 0) last = atomicAdd(blocksDone, 1) == gridDim.x * gridDim.y - 1;
    __syncthreads();
    if (!last) return;
    __threadfence();
    for (int r = warp; r < rows; r += 8) {
        float logit = lane < experts ? __ldcg(logits + r * 32 + lane) : -3e38f;
        chooseTwo(logit, lane, chosen + 2 * r, shares + 2 * r);
    }
    __syncthreads();
    if (choices) {
        for (int i = threadIdx.x; i < 2 * rows; i += 256) choices[i] = chosen[i];
    }
    if (threadIdx.x >= 32) return;
    if (lane == 0) *blocksDone = 0;
    int count = 0;
    for (int i = 0; i < 2 * rows; i++) count += chosen[i] == lane;
    int before = count, tilesBefore = (count + 7) / 8, own = tilesBefore;
    for (int other = 1; other < 32; other <<= 1) {
        int below = __shfl_up_sync(0xffffffffu, before, other), tilesBelow = __shfl_up_sync(0xffffffffu, tilesBefore, other);
        if (lane >= other) {
            before += below;
            tilesBefore += tilesBelow;
        }
    }
    int end = __shfl_sync(0xffffffffu, tilesBefore, 31);
    before -= count;
    tilesBefore -= own;
    for (int i = 0; i < own; i++) {
        int* tile = tiles + (tilesBefore + i) * 3;
        tile[0] = placeOf ? placeOf[lane] : lane;
        tile[1] = before + i * 8;
        tile[2] = min(8, count - i * 8);
    }
    for (int i = end + lane; i < tileMax; i += 32) tiles[i * 3 + 2] = 0;
    for (int i = 0; i < 2 * rows; i++) {
        if (chosen[i] == lane) {
            rowsOf[before] = i / 2;
            places[i] = before++;
        }
    }
}
