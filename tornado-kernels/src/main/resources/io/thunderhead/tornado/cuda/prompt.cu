
#if defined(__CUDA_ARCH_FEAT_SM90_ALL) || !defined(__CUDA_ARCH__)

// ---- a prompt's products and attention by a Hopper's tensor cores (wgmma): sm_90a alone ----

// The second operand lies in shared memory as rows of 64 bf16 numbers, 128 bytes, whose pieces of 16 bytes are swapped by
// the row's number: what the tensor core calls the 128-byte swizzle. A row is 64 of the summed dimension (rowsOf64), or of
// the other one (columnsOf64, `slab` bytes from one 64 columns to the next).
__device__ __forceinline__ unsigned long long rowsOf64(u32 address) {
    return (unsigned long long)(address >> 4 & 0x3fff) | 1ull << 16 | 64ull << 32 | 1ull << 62;
}

__device__ __forceinline__ unsigned long long columnsOf64(u32 address, int slab) {
    return (unsigned long long)(address >> 4 & 0x3fff) | (unsigned long long)(slab >> 4) << 16 | 64ull << 32 | 1ull << 62;
}

// d [64, columns] += a [64, 16] b [16, columns] for the 128 threads of a warp group, a in registers; b is in rows of 64
// ("0") or in columns of 64 ("1"). Which of d's registers are used, and the operands behind them, follow from the columns.
#define SUMS_8(i) \
    "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]), "+f"(d[i + 7])
#define SUMS_16(i) SUMS_8(i), SUMS_8(i + 8)
#define REGISTERS_0 "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15"
#define REGISTERS_1 "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define REGISTERS_2 "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47"
#define REGISTERS_3 "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define GROUP_MULTIPLY(name, columns, columnsOfB, registers, operands, ...)                                                \
    __device__ __forceinline__ void name(float (&d)[64], const u32 (&a)[4], unsigned long long b) {                        \
        asm volatile("wgmma.mma_async.sync.aligned.m64n" columns "k16.f32.bf16.bf16 "                                      \
                     "{" registers "}, " operands ", 1, 1, 1, " columnsOfB ";"                                             \
                     : __VA_ARGS__                                                                                         \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));                                                \
    }

GROUP_MULTIPLY(
    groupMultiply, "128", "0", REGISTERS_0 ", " REGISTERS_1 ", " REGISTERS_2 ", " REGISTERS_3, "{%64, %65, %66, %67}, %68",
    SUMS_16(0), SUMS_16(16), SUMS_16(32), SUMS_16(48))
GROUP_MULTIPLY(
    groupMultiplyColumns, "128", "1", REGISTERS_0 ", " REGISTERS_1 ", " REGISTERS_2 ", " REGISTERS_3,
    "{%64, %65, %66, %67}, %68", SUMS_16(0), SUMS_16(16), SUMS_16(32), SUMS_16(48))
GROUP_MULTIPLY(
    groupMultiplyOf96, "96", "0", REGISTERS_0 ", " REGISTERS_1 ", " REGISTERS_2, "{%48, %49, %50, %51}, %52", SUMS_16(0),
    SUMS_16(16), SUMS_16(32))
GROUP_MULTIPLY(
    groupMultiplyOf64, "64", "0", REGISTERS_0 ", " REGISTERS_1, "{%32, %33, %34, %35}, %36", SUMS_16(0), SUMS_16(16))

template <int COLUMNS>
__device__ __forceinline__ void groupMultiplyOf(float (&d)[64], const u32 (&a)[4], unsigned long long b) {
    if constexpr (COLUMNS == 64) groupMultiplyOf64(d, a, b);
    else if constexpr (COLUMNS == 96) groupMultiplyOf96(d, a, b);
    else groupMultiply(d, a, b);
}

__device__ __forceinline__ void groupFence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }

__device__ __forceinline__ void groupCommit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

__device__ __forceinline__ void groupWait() { asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory"); }

__device__ __forceinline__ void copy16(u32 to, const void* from, bool there) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(there ? 16 : 0));
}

template <int PENDING>
__device__ __forceinline__ void awaitCopies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

// What a product writes: bf16, bf16 numbers and behind a row of them what is left, or float32.
enum Written { ROUNDED, IN_PARTS, FLOATS };

// A tile of up to COLUMNS rows by 128 outputs of two matrices (GATED: y = silu(gate) * up) or 256 of one. The weights are the
// first operand: int8 numbers widened in registers, exact, so nothing is expanded in memory; the scales come at the end.
// A row is bf16, or (PARTS = 2) bf16 numbers and behind them what was left of float32, both multiplied by the same weights.
// Two warp groups, each with half of the outputs; the inputs come in chunks of 64, a few under way; a chunk's weights are
// widened while the tensor cores have the chunk before.
template <bool GATED, int PARTS, Written WRITTEN, int COLUMNS>
__device__ __forceinline__ void promptProduct(
        const int* tile, const int* rowsOf, const u16* x, const char* w, const float* scales, const char* upW,
        const float* upScales, void* y, int inSize, int outSize) {
    const int PROMPT_PART = 128 * 128, PROMPT_ROWS = PARTS * PROMPT_PART, PROMPT_STAGE = PROMPT_ROWS + 256 * 64;
    const int PROMPT_STAGES = PARTS == 1 ? 6 : 4;
    int rows = tile[2];
    if (rows <= 0) return;
    u32 base = (sharedAddress(room) + 1023) & ~1023u;
    const char* memory = room + (base - sharedAddress(room));
    int group = threadIdx.x >> 7, warp = threadIdx.x >> 5, lane = threadIdx.x & 31, quad = lane >> 2, part = lane & 3;
    int panelCount = outSize / 32, steps = inSize / 64;
    size_t firstPanel = tile[0] * (size_t)panelCount;

    // rows: pieces of 16 bytes for each thread, of rows 32 apart; the swapped place is the same in all of them
    int rowOfThread = threadIdx.x >> 3, piece = threadIdx.x & 7;
    const u16* rowFrom[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
        int row = rowOfThread + i * 32;
        int from = tile[1] + min(row, rows - 1);
        rowFrom[i] = x + (size_t)(rowsOf ? rowsOf[from] : from) * PARTS * inSize + piece * 8;
    }
    u32 rowTo = base + rowOfThread * 128 + (piece ^ (rowOfThread & 7)) * 16;
    // weights: half rows of a panel, 16 outputs each; of the 16 inputs that a step multiplies by, those of one lane come together
    const char* weightFrom[4];
    u32 weightTo[4];
    bool weightThere[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
        int id = threadIdx.x + i * 256, panel = id >> 7, in = id >> 1 & 63, half = id & 1;
        int at = GATED ? blockIdx.x * 4 + (panel & 3) : blockIdx.x * 8 + panel;
        weightThere[i] = at < panelCount;
        const char* matrix = GATED && panel >= 4 ? upW : w;
        weightFrom[i] = matrix + ((firstPanel + min(at, panelCount - 1)) * inSize + in) * 32 + half * 16;
        int slot = (in & ~15) + ((in & 1) + (in >> 3 & 1) * 2) * 4 + (in >> 1 & 3);
        weightTo[i] = base + PROMPT_ROWS + panel * 2048 + slot * 32 + half * 16;
    }
    auto fetch = [&](int step) {
        if (step < steps) {
            u32 stage = step % PROMPT_STAGES * PROMPT_STAGE;
#pragma unroll
            for (int i = 0; i < 4; i++) {
#pragma unroll
                for (int p = 0; p < PARTS; p++) {
                    copy16(
                        rowTo + stage + p * PROMPT_PART + i * 32 * 128, rowFrom[i] + p * inSize + step * 64,
                        rowOfThread + i * 32 < rows);
                }
            }
#pragma unroll
            for (int i = 0; i < 4; i++) copy16(weightTo[i] + stage, weightFrom[i] + step * 2048, weightThere[i]);
        }
        asm volatile("cp.async.commit_group;" ::: "memory");
    };
    auto widen = [&](int step, u32 (&a)[4][2][4]) {
        const char* from = memory + step % PROMPT_STAGES * PROMPT_STAGE + PROMPT_ROWS + warp * 2048 + part * 32 + quad * 4;
#pragma unroll
        for (int k = 0; k < 4; k++) {
            u32 words[4];
#pragma unroll
            for (int i = 0; i < 4; i++) words[i] = *(const u32*)(from + k * 512 + i * 128);
            widenWords(words, a[k]);
        }
    };
    float sums[2][64] = {};
    auto multiply = [&](int step, const u32 (&a)[4][2][4]) {
        u32 stage = base + step % PROMPT_STAGES * PROMPT_STAGE;
        groupFence();
#pragma unroll
        for (int k = 0; k < 4; k++) {
#pragma unroll
            for (int p = 0; p < PARTS; p++) {
                unsigned long long b = rowsOf64(stage + p * PROMPT_PART + k * 32);
                groupMultiplyOf<COLUMNS>(sums[0], a[k][0], b);
                groupMultiplyOf<COLUMNS>(sums[1], a[k][1], b);
            }
        }
        groupCommit();
    };
    u32 even[4][2][4], odd[4][2][4];
    for (int step = 0; step < PROMPT_STAGES - 1; step++) fetch(step);
    awaitCopies<PROMPT_STAGES - 2>();
    __syncthreads();
    widen(0, even);
    auto next = [&](int step, const u32 (&now)[4][2][4], u32 (&after)[4][2][4]) {
        multiply(step, now);
        if (step + 1 < steps) {
            awaitCopies<PROMPT_STAGES - 3>();
            __syncthreads();
            fetch(step + PROMPT_STAGES - 1);
            widen(step + 1, after);
        }
        groupWait();
    };
    for (int step = 0; step < steps; step += 2) {
        next(step, even, odd);
        if (step + 1 < steps) next(step + 1, odd, even);
    }

    // a lane has outputs 4 * quad + 0..3 of its warp's panel, for rows 8 * n + 2 * part and the next
    int panel = GATED ? blockIdx.x * 4 + (warp & 3) : blockIdx.x * 8 + warp, out = panel * 32 + quad * 4;
    bool there = panel < panelCount;
    const float* scalesOf = (GATED && group ? upScales : scales) + (size_t)tile[0] * outSize + (there ? out : 0);
    float4 scale = *(const float4*)scalesOf;
#pragma unroll
    for (int i = 0; i < 64; i++) {
        sums[0][i] *= i & 2 ? scale.y : scale.x;
        sums[1][i] *= i & 2 ? scale.w : scale.z;
    }
    float* ups = (float*)memory + (threadIdx.x & 127);
    if (GATED) {
        __syncthreads();
        if (group) {
#pragma unroll
            for (int i = 0; i < 128; i++) ups[i * 128] = sums[i >> 6][i & 63];
        }
        __syncthreads();
        if (group) return;
#pragma unroll
        for (int i = 0; i < 128; i++) sums[i >> 6][i & 63] = silu(sums[i >> 6][i & 63]) * ups[i * 128];
    }
    if (!there) return;
#pragma unroll
    for (int n = 0; n < 16; n++) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
            int row = n * 8 + part * 2 + i, at = n * 4 + i;
            if (row >= rows) continue;
            float a = sums[0][at], b = sums[0][at + 2], c = sums[1][at], d = sums[1][at + 2];
            size_t to = (size_t)(tile[1] + row) * outSize;
            if constexpr (WRITTEN == FLOATS) {
                *(float4*)((float*)y + to + out) = make_float4(a, b, c, d);
            } else {
                u16* of = (u16*)y + (WRITTEN == IN_PARTS ? 2 * to : to) + out;
                u32 low = pack(a, b), high = pack(c, d);
                *(uint2*)of = make_uint2(low, high);
                if constexpr (WRITTEN == IN_PARTS) {
                    *(uint2*)(of + outSize) =
                        make_uint2(pack(a - lowOf(low), b - highOf(low)), pack(c - lowOf(high), d - highOf(high)));
                }
            }
        }
    }
}

// y = x w^T for tiles of up to 128 rows: matrix, first row, rows (0: none). x [rows, in] and y [rows, out] are bf16; row i of
// y is of row rowsOf[i] of x, of row i where rowsOf is 0. w [matrices, panels, in, 32] int8, scales [matrices, out]. inSize
// is a multiple of 64, outSize of 32. Grid [ceil(out / 256), tiles], 256 threads, 197,632 bytes of shared memory.
extern "C" __global__ void __launch_bounds__(256, 1) promptInt8(
        const int* tiles, const int* rowsOf, const u16* x, const char* w, const float* scales, u16* y, int inSize, int outSize) {
    promptProduct<false, 1, ROUNDED, 128>(
        tiles + blockIdx.y * 3, rowsOf, x, w, scales, nullptr, nullptr, y, inSize, outSize);
}

// y = silu(x gate^T) * (x up^T), as above; outSize is a multiple of 128. Grid [out / 128, tiles].
extern "C" __global__ void __launch_bounds__(256, 1) promptGateUp(
        const int* tiles, const int* rowsOf, const u16* x, const char* gate, const float* gateScales, const char* up,
        const float* upScales, u16* y, int inSize, int outSize) {
    promptProduct<true, 1, ROUNDED, 128>(
        tiles + blockIdx.y * 3, rowsOf, x, gate, gateScales, up, upScales, y, inSize, outSize);
}

// The same for rows of float32 in two parts, by as many columns as the tile has rows.
template <bool GATED, Written WRITTEN>
__device__ __forceinline__ void promptInParts(
        const int* tile, const int* rowsOf, const u16* x, const char* w, const float* scales, const char* upW,
        const float* upScales, void* y, int inSize, int outSize) {
    if (tile[2] <= 64) {
        promptProduct<GATED, 2, WRITTEN, 64>(tile, rowsOf, x, w, scales, upW, upScales, y, inSize, outSize);
    } else if (tile[2] <= 96) {
        promptProduct<GATED, 2, WRITTEN, 96>(tile, rowsOf, x, w, scales, upW, upScales, y, inSize, outSize);
    } else {
        promptProduct<GATED, 2, WRITTEN, 128>(tile, rowsOf, x, w, scales, upW, upScales, y, inSize, outSize);
    }
}

// As promptInt8 with x [rows, 2, in] and y in float32.
extern "C" __global__ void __launch_bounds__(256, 1) promptParts(
        const int* tiles, const int* rowsOf, const u16* x, const char* w, const float* scales, float* y, int inSize, int outSize) {
    promptInParts<false, FLOATS>(
        tiles + blockIdx.y * 3, rowsOf, x, w, scales, nullptr, nullptr, y, inSize, outSize);
}

// As promptGateUp with x [rows, 2, in] and y [rows, 2, out].
extern "C" __global__ void __launch_bounds__(256, 1) promptGateUpParts(
        const int* tiles, const int* rowsOf, const u16* x, const char* gate, const float* gateScales, const char* up,
        const float* upScales, u16* y, int inSize, int outSize) {
    promptInParts<true, IN_PARTS>(
        tiles + blockIdx.y * 3, rowsOf, x, gate, gateScales, up, upScales, y, inSize, outSize);
}

// Softmax attention of a prompt's rows over all keys before them, heads of 128, `perKey` query heads for each of keys. qkv
// [rows, query heads, then keys, then values, 128] and out [rows, query heads, 128] are bf16, queries turned already; keys and
// values [kv heads, capacity, 128] bf16 hold the past and the rows themselves; past[0] is how many are before row 0. Grid
// [query heads, ceil(rows / 128)], longest first; 256 threads, 164,864 bytes of shared memory. Two warp groups of 64 rows;
// the second is half a step behind, so that one has its exponents while the other has the tensor cores.
const int ATTENTION_TILE = 128 * 256;

extern "C" __global__ void __launch_bounds__(256, 1) softmaxPrefill(
        const int* past, const u16* qkv, const u16* keys, const u16* values, u16* out, int rows, int heads, int kvHeads,
        long long capacity) {
    u32 base = (sharedAddress(room) + 1023) & ~1023u;
    int head = blockIdx.x, firstRow = (gridDim.y - 1 - blockIdx.y) * 128, before = past[0];
    int group = threadIdx.x >> 7, warp = threadIdx.x >> 5 & 3, lane = threadIdx.x & 31, quad = lane >> 2, part = lane & 3;
    int width = heads + 2 * kvHeads, kvHead = head / (heads / kvHeads), total = before + rows;
    int tiles = (min(before + firstRow + 128, total) + 127) / 128;
    const u16* keysOf = keys + kvHead * capacity * 128;
    const u16* valuesOf = values + kvHead * capacity * 128;

    u32 query[8][4];
    int row = firstRow + group * 64 + warp * 16 + quad;
#pragma unroll
    for (int k = 0; k < 8; k++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int at = min(row + (i & 1) * 8, rows - 1);
            query[k][i] = *(const u32*)(qkv + ((size_t)at * width + head) * 128 + k * 16 + (i >> 1) * 8 + part * 2);
        }
    }
    // 16 pieces of 16 bytes: rows 16 apart, the two slabs of 64 dimensions
    int rowOfThread = threadIdx.x >> 4, piece = threadIdx.x & 15;
    u32 place = (piece >> 3) * 16384 + rowOfThread * 128 + ((piece & 7) ^ (rowOfThread & 7)) * 16;
    auto fetch = [&](int tile) {
        if (tile < tiles) {
            u32 keysTo = base + (tile & 1) * ATTENTION_TILE + place, valuesTo = base + (2 + tile % 3) * ATTENTION_TILE + place;
            size_t from = ((size_t)tile * 128 + rowOfThread) * 128 + piece * 8;
            int left = total - tile * 128 - rowOfThread;
#pragma unroll
            for (int i = 0; i < 8; i++) {
                bool there = i * 16 < left;
                copy16(keysTo + i * 16 * 128, keysOf + (there ? from + i * 16 * 128 : 0), there);
                copy16(valuesTo + i * 16 * 128, valuesOf + (there ? from + i * 16 * 128 : 0), there);
            }
        }
        asm volatile("cp.async.commit_group;" ::: "memory");
    };
    float sums[64] = {}, scores[64];
    u32 shares[8][4];
    float highest[2] = {-3e38f, -3e38f}, totals[2] = {0.f, 0.f};
    const float scale = 0.08838834764f * 1.44269504f;
    auto score = [&](int tile) {
        u32 from = base + (tile & 1) * ATTENTION_TILE;
#pragma unroll
        for (int i = 0; i < 64; i++) scores[i] = 0.f;
        groupFence();
#pragma unroll
        for (int k = 0; k < 8; k++) groupMultiply(scores, query[k], rowsOf64(from + (k >> 2) * 16384 + (k & 3) * 32));
        groupCommit();
    };
    auto add = [&](int tile) {
        u32 from = base + (2 + tile % 3) * ATTENTION_TILE;
        groupFence();
#pragma unroll
        for (int k = 0; k < 8; k++) groupMultiplyColumns(sums, shares[k], columnsOf64(from + k * 2048, 16384));
        groupCommit();
    };
    auto share = [&](int tile) {
        if (tile * 128 + 127 > before + firstRow + group * 64) {
#pragma unroll
            for (int i = 0; i < 64; i++) {
                int key = tile * 128 + i / 4 * 8 + part * 2 + (i & 1), at = before + row + (i & 2) * 4;
                if (key > at) scores[i] = -3e38f;
            }
        }
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float now = highest[r];
#pragma unroll
            for (int n = 0; n < 16; n++) now = fmaxf(now, fmaxf(scores[n * 4 + r * 2], scores[n * 4 + r * 2 + 1]));
            now = fmaxf(now, __shfl_xor_sync(0xffffffffu, now, 1));
            now = fmaxf(now, __shfl_xor_sync(0xffffffffu, now, 2));
            float keep = exp2f((highest[r] - now) * scale), shift = now * scale, sum = 0.f;
            highest[r] = now;
#pragma unroll
            for (int n = 0; n < 16; n++) {
#pragma unroll
                for (int i = 0; i < 2; i++) {
                    float& of = scores[n * 4 + r * 2 + i];
                    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(of) : "f"(of * scale - shift));
                    sum += of;
                    sums[n * 4 + r * 2 + i] *= keep;
                }
            }
            totals[r] = totals[r] * keep + sum;
        }
#pragma unroll
        for (int k = 0; k < 8; k++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                int at = (2 * k + (i >> 1)) * 4 + (i & 1) * 2;
                shares[k][i] = pack(scores[at], scores[at + 1]);
            }
        }
    };
    fetch(0);
    for (int tile = 0; tile <= tiles; tile++) {
        awaitCopies<0>();
        __syncthreads();
        fetch(tile + 1);
        if (group == 0) {
            if (tile == tiles) break;
            score(tile);
            groupWait();
            share(tile);
            add(tile);
            groupWait();
        } else {
            if (tile > 0) add(tile - 1);
            if (tile < tiles) {
                score(tile);
                groupWait();
                share(tile);
            } else {
                groupWait();
            }
        }
    }
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float sum = totals[r];
        sum += __shfl_xor_sync(0xffffffffu, sum, 1);
        sum += __shfl_xor_sync(0xffffffffu, sum, 2);
        int at = row + r * 8;
        if (at >= rows) continue;
        float share = 1.f / sum;
        u16* to = out + ((size_t)at * heads + head) * 128 + part * 2;
#pragma unroll
        for (int n = 0; n < 16; n++) *(u32*)(to + n * 8) = pack(sums[n * 4 + r * 2] * share, sums[n * 4 + r * 2 + 1] * share);
    }
}

#endif

// float32 rows in two parts: y [rows, 2, width], rounded and what is left. Grid [rows], 256 threads; width is a multiple of 4.
extern "C" __global__ void __launch_bounds__(256) splitInParts(const float4* x, u16* y, int width) {
    const float4* row = x + (size_t)blockIdx.x * (width / 4);
    u16* to = y + (size_t)blockIdx.x * 2 * width;
    for (int i = threadIdx.x; i < width / 4; i += 256) {
        float4 of = row[i];
        u32 low = pack(of.x, of.y), high = pack(of.z, of.w);
        ((uint2*)to)[i] = make_uint2(low, high);
        ((uint2*)(to + width))[i] =
            make_uint2(pack(of.x - lowOf(low), of.y - highOf(low)), pack(of.z - lowOf(high), of.w - highOf(high)));
    }
}

// Turns the queries of rows in place, and puts their turned keys and their values into the cache behind past[0] others. The
// first `rotary` dimensions are turned by the position, in halves. Grid [rows], 256 threads; shapes as for softmaxPrefill.
extern "C" __global__ void __launch_bounds__(256) turnAndKeep(
        const int* past, u16* qkv, u16* keys, u16* values, int heads, int kvHeads, int rotary, float theta, long long capacity) {
    __shared__ float sines[64], cosines[64];
    int position = past[0] + blockIdx.x, half = rotary / 2;
    if (threadIdx.x < half) {
        double angle = position * exp2(-2.0 * threadIdx.x / rotary * log2((double)theta)), sine, cosine;
        sincos(angle, &sine, &cosine);
        sines[threadIdx.x] = sine;
        cosines[threadIdx.x] = cosine;
    }
    __syncthreads();
    u16* row = qkv + (size_t)blockIdx.x * (heads + 2 * kvHeads) * 128;
    auto number = [](u16 bits) { return __uint_as_float((u32)bits << 16); };
    for (int i = threadIdx.x; i < (heads + kvHeads) * 64; i += 256) {
        int head = i / 64, at = i % 64;
        bool turned = at < half;
        int first = turned ? at : rotary + (at - half) * 2, second = turned ? at + half : first + 1;
        if (first >= 128) continue;
        u16* of = row + head * 128;
        float a = number(of[first]), b = number(of[second]);
        u16 low = of[first], high = of[second];
        if (turned) {
            low = pack(a * cosines[at] - b * sines[at], 0.f);
            high = pack(b * cosines[at] + a * sines[at], 0.f);
        }
        u16* to = head < heads ? of : keys + ((head - heads) * capacity + position) * 128;
        to[first] = low;
        to[second] = high;
    }
    for (int i = threadIdx.x; i < kvHeads * 128; i += 256) {
        values[(i / 128 * capacity + position) * 128 + i % 128] = row[(heads + kvHeads) * 128 + i];
    }
}

// y = alpha * residual + beta * (the shares of the two experts' rows, in the order of their ids), then its norm, as float32 and
// as bf16. Grid [rows], 256 threads, 4 * width bytes of shared memory. results [2 * rows, width] bf16 by places; without places
// (0) there is only the residual.
extern "C" __global__ void __launch_bounds__(256) combineAndNormBf16(
        const float* residual, const u16* results, const int* places, const float* shares, const float* weights, float* normed,
        u32* normed16, int width, float alpha, float beta, float eps) {
    float* kept = (float*)room;
    size_t row = (size_t)blockIdx.x * width;
    int choice = blockIdx.x * 2;
    const u32* first = (const u32*)(places ? results + (size_t)places[choice] * width : nullptr);
    const u32* second = (const u32*)(places ? results + (size_t)places[choice + 1] * width : nullptr);
    float share = places ? shares[choice] : 0.f, other = places ? shares[choice + 1] : 0.f, squares = 0.f;
    for (int i = threadIdx.x; i < width / 2; i += 256) {
        u32 a = places ? first[i] : 0, b = places ? second[i] : 0;
        float2 of = ((const float2*)(residual + row))[i];
        of.x = alpha * of.x + beta * (share * lowOf(a) + other * lowOf(b));
        of.y = alpha * of.y + beta * (share * highOf(a) + other * highOf(b));
        ((float2*)kept)[i] = of;
        squares += of.x * of.x + of.y * of.y;
    }
    float scale = rsqrtf(sumOfGroup(squares) / width + eps);
    for (int i = threadIdx.x; i < width / 2; i += 256) {
        float2 of = ((float2*)kept)[i], weight = ((const float2*)weights)[i];
        of = make_float2(of.x * scale * weight.x, of.y * scale * weight.y);
        ((float2*)(normed + row))[i] = of;
        normed16[row / 2 + i] = pack(of.x, of.y);
    }
}

// The two best of 32 experts for each row, lower id first, and the softmax of their logits as shares. Grid [ceil(rows / 8)],
// 256 threads: a warp has four experts for the block's eight rows. x [rows, width], weights [32, width]; width is a multiple
// of 4.
extern "C" __global__ void __launch_bounds__(256) routePrompt(
        const float* x, const float* weights, int* experts, float* shares, int rows, int width) {
    __shared__ float logits[8][32];
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, firstRow = blockIdx.x * 8;
    float sums[8][4] = {};
    for (int i = lane; i < width / 4; i += 32) {
        float4 of[4];
#pragma unroll
        for (int e = 0; e < 4; e++) of[e] = ((const float4*)(weights + (size_t)(warp * 4 + e) * width))[i];
#pragma unroll
        for (int r = 0; r < 8; r++) {
            float4 a = ((const float4*)(x + (size_t)min(firstRow + r, rows - 1) * width))[i];
#pragma unroll
            for (int e = 0; e < 4; e++) sums[r][e] += a.x * of[e].x + a.y * of[e].y + a.z * of[e].z + a.w * of[e].w;
        }
    }
#pragma unroll
    for (int i = 0; i < 32; i++) {
        float sum = sums[i >> 2][i & 3];
        for (int other = 16; other > 0; other >>= 1) sum += __shfl_xor_sync(0xffffffffu, sum, other);
        if (lane == 0) logits[i >> 2][warp * 4 + (i & 3)] = sum;
    }
    __syncthreads();
    int row = firstRow + warp;
    if (row < rows) chooseTwo(logits[warp][lane], lane, experts + 2 * row, shares + 2 * row);
}

// Rows by expert, as normAndRoute does it, for any number of rows; tiles of up to tileRows, of matrix placeOf[expert], or
// of the expert itself where that is 0. One group of 1,024 threads, a warp for each of 32 experts.
extern "C" __global__ void __launch_bounds__(1024) groupPrompt(
        const int* experts, int* places, int* rowsOf, int* tiles, int rows, int tileRows, int tileMax, const int* placeOf) {
    __shared__ int counts[32], tileCounts[32];
    int expert = threadIdx.x >> 5, lane = threadIdx.x & 31, count = 0;
    for (int i = lane; i < 2 * rows; i += 32) count += experts[i] == expert;
    for (int other = 16; other > 0; other >>= 1) count += __shfl_xor_sync(0xffffffffu, count, other);
    int own = (count + tileRows - 1) / tileRows;
    if (lane == 0) {
        counts[expert] = count;
        tileCounts[expert] = own;
    }
    __syncthreads();
    int before = 0, tilesBefore = 0, end = 0;
    for (int i = 0; i < 32; i++) {
        before += i < expert ? counts[i] : 0;
        tilesBefore += i < expert ? tileCounts[i] : 0;
        end += tileCounts[i];
    }
    // of about the same size, so that none is nearly empty
    int rowsOfTile = own ? (count + own - 1) / own : 0;
    for (int i = lane; i < own; i += 32) {
        int* tile = tiles + (tilesBefore + i) * 3;
        tile[0] = placeOf ? placeOf[expert] : expert;
        tile[1] = before + i * rowsOfTile;
        tile[2] = min(rowsOfTile, count - i * rowsOfTile);
    }
    for (int i = end + threadIdx.x; i < tileMax; i += 1024) tiles[i * 3 + 2] = 0;
    for (int i = lane; i < (2 * rows + 31) / 32 * 32; i += 32) {
        bool here = i < 2 * rows && experts[i] == expert;
        u32 all = __ballot_sync(0xffffffffu, here);
        if (here) {
            int place = before + __popc(all & ((1u << lane) - 1));
            places[i] = place;
            rowsOf[place] = i / 2;
        }
        before += __popc(all);
    }
}
