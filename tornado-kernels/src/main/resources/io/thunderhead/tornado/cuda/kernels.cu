// What CUDA C does better than kernels from Java: wide loads, several of them under way, and tensor cores with their
// fragments in registers. Compiled by NVRTC for the device at hand; needs no headers. bf16 numbers are unsigned short.

typedef unsigned int u32;
typedef unsigned short u16;

__device__ __forceinline__ u32 pack(float low, float high) {
    u32 pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

__device__ __forceinline__ float lowOf(u32 pair) { return __uint_as_float(pair << 16); }

__device__ __forceinline__ float highOf(u32 pair) { return __uint_as_float(pair & 0xffff0000u); }

__device__ __forceinline__ float silu(float x) { return x / (1.f + __expf(-x)); }

// A kernel that calls both may be started before the one ahead of it has ended: letNextStart() allows the same to the next
// one, waitForLast() comes before the first touch of what others write. In between stand loads of what no kernel of a step
// writes but this one: weights, a lightning state.
__device__ __forceinline__ void letNextStart() { asm volatile("griddepcontrol.launch_dependents;"); }

__device__ __forceinline__ void waitForLast() { asm volatile("griddepcontrol.wait;" ::: "memory"); }

// ---- lightning attention, heads of 128 ----

// One token of each segment, or several one by one. Grid [segments, heads, 4 quarters of v's columns], 128 threads:
// each has 8 rows of 4 columns of the state, under way at once; they stay in registers between tokens. Small groups, so
// that some read while others write. `activate` = 1: qkv is before SiLU.
extern "C" __global__ void __launch_bounds__(128) lightningDecode(
        const int* step, const int* segments, const float* qkv, float* states, const float* slopes, float* out,
        int slots, int heads, int activate) {
    letNextStart();
    const int* segment = segments + blockIdx.x * 4;
    int rows = segment[1];
    if (rows <= 0) {
        waitForLast();
        return;
    }
    __shared__ float q[128], k[128];
    __shared__ float4 partial[16][8];
    int head = blockIdx.y, layer = step[1], part = threadIdx.x >> 3, column = threadIdx.x & 7;
    float decay = expf(-slopes[layer * heads + head]);
    float4* home = (float4*)(states + ((size_t)(layer * slots + segment[2]) * heads + head) * 16384) + part * 256
        + blockIdx.z * 8 + column;
    float4 state[8];
#pragma unroll
    for (int i = 0; i < 8; i++) state[i] = segment[3] ? make_float4(0.f, 0.f, 0.f, 0.f) : home[i * 32];
    waitForLast();
    for (int row = segment[0]; row < segment[0] + rows; row++) {
        const float* of = qkv + (size_t)(row * heads + head) * 384;
        float query = of[threadIdx.x], key = of[128 + threadIdx.x];
        float4 v = ((const float4*)(of + 256))[blockIdx.z * 8 + column];
        if (activate) {
            query = silu(query);
            key = silu(key);
            v = make_float4(silu(v.x), silu(v.y), silu(v.z), silu(v.w));
        }
        q[threadIdx.x] = query;
        k[threadIdx.x] = key;
        __syncthreads();
        float4 sum = make_float4(0.f, 0.f, 0.f, 0.f);
#pragma unroll
        for (int i = 0; i < 8; i++) {
            key = k[part * 8 + i];
            query = q[part * 8 + i];
            state[i].x = decay * state[i].x + key * v.x;
            state[i].y = decay * state[i].y + key * v.y;
            state[i].z = decay * state[i].z + key * v.z;
            state[i].w = decay * state[i].w + key * v.w;
            sum.x += query * state[i].x;
            sum.y += query * state[i].y;
            sum.z += query * state[i].z;
            sum.w += query * state[i].w;
        }
        partial[part][column] = sum;
        __syncthreads();
        if (threadIdx.x < 32) {
            float total = 0.f;
#pragma unroll
            for (int i = 0; i < 16; i++) total += ((float*)partial[i])[threadIdx.x];
            out[(size_t)(row * heads + head) * 128 + blockIdx.z * 32 + threadIdx.x] = total;
        }
    }
#pragma unroll
    for (int i = 0; i < 8; i++) home[i * 32] = state[i];
}

__device__ __forceinline__ u32 sharedAddress(const void* p) { return (u32)__cvta_generic_to_shared(p); }

__device__ __forceinline__ void load4(u32 (&r)[4], const u16* from) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(sharedAddress(from)) : "memory");
}

__device__ __forceinline__ void load4Transposed(u32 (&r)[4], const u16* from) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(sharedAddress(from)) : "memory");
}

__device__ __forceinline__ void multiplyAdd(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ __forceinline__ u32 times(u32 a, u32 b) {
    u32 product;
    asm("mul.rn.bf16x2 %0, %1, %2;" : "=r"(product) : "r"(a), "r"(b));
    return product;
}

__device__ __forceinline__ void copyAsync(u16* to, const u16* from, bool there) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(to)), "l"(from), "r"(there ? 16 : 0));
}

// A prompt's rows in chunks of 64, one after the other, state in registers as float32 and in shared memory as bf16 for
// the products. Grid [heads, 2 halves of v's columns, segments], 512 threads. qkv [rows, heads, 3, 128] after SiLU and
// out [rows, heads, 128] are bf16. The chunk after the present one is under way while this one is computed. Sixteen
// warps, since a chunk is a chain of dependent steps: on an H100 eight took 1.2 times as long, and eight that computed
// the scores twice, to need neither shared memory nor a barrier for them, 1.5 times.
const int CHUNK = 64, WIDE = 136, NARROW = 72, STAGE = 2 * CHUNK * WIDE + CHUNK * NARROW;

extern "C" __global__ void __launch_bounds__(512, 1) lightningPrefill(
        const int* step, const int* segments, const u16* qkv, float* states, const float* slopes, u16* out,
        int slots, int heads) {
    extern __shared__ __align__(16) u16 memory[];
    const int* segment = segments + blockIdx.z * 4;
    int rows = segment[1];
    if (rows <= 0) return;
    u16* scores = memory + 2 * STAGE;
    u16* before = scores + CHUNK * NARROW;
    float* decays = (float*)(before + 128 * NARROW);
    int head = blockIdx.x, half = blockIdx.y, layer = step[1];
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, quad = lane >> 2, pair = 2 * (lane & 3);
    float slope = slopes[layer * heads + head];
    if (threadIdx.x <= CHUNK) decays[threadIdx.x] = expf(-slope * threadIdx.x);
    int stride = heads * 384;
    const u16* first = qkv + (size_t)segment[0] * stride + head * 384;

    auto fetch = [&](int chunk, int stage) {
        u16* to = memory + stage * STAGE;
        for (int i = threadIdx.x; i < CHUNK * 40; i += 512) {
            int row = i / 40, piece = i % 40, at = chunk * CHUNK + row;
            const u16* from = first + (size_t)min(at, rows - 1) * stride;
            u16* place;
            if (piece < 32) {
                place = to + (piece / 16 * CHUNK + row) * WIDE + piece % 16 * 8;
                from += piece * 8;
            } else {
                place = to + 2 * CHUNK * WIDE + row * NARROW + (piece - 32) * 8;
                from += 256 + half * 64 + (piece - 32) * 8;
            }
            copyAsync(place, from, at < rows);
        }
        asm volatile("cp.async.commit_group;" ::: "memory");
    };

    float* home = states + ((size_t)(layer * slots + segment[2]) * heads + head) * 16384 + half * 64;
    float state[4][4];
    int keyTile = (warp & 7) * 16, valueTile = (warp >> 3) * 32, d = keyTile + quad;
    auto share = [&]() {
#pragma unroll
        for (int n = 0; n < 4; n++) {
            u16* to = before + d * NARROW + valueTile + n * 8 + pair;
            *(u32*)to = pack(state[n][0], state[n][1]);
            *(u32*)(to + 8 * NARROW) = pack(state[n][2], state[n][3]);
        }
    };
#pragma unroll
    for (int n = 0; n < 4; n++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            state[n][i] = segment[3] ? 0.f : home[(d + i / 2 * 8) * 128 + valueTile + n * 8 + pair + i % 2];
        }
    }
    share();
    fetch(0, 0);
    int chunks = (rows + CHUNK - 1) / CHUNK;
    int rowTile = (warp & 3) * 16, columnTile = (warp >> 2) * 16;
    for (int chunk = 0; chunk < chunks; chunk++) {
        asm volatile("cp.async.wait_group 0;" ::: "memory");
        __syncthreads();
        if (chunk + 1 < chunks) fetch(chunk + 1, (chunk + 1) & 1);
        const u16* q = memory + (chunk & 1) * STAGE;
        const u16* k = q + CHUNK * WIDE;
        const u16* v = k + CHUNK * WIDE;
        int count = min(CHUNK, rows - chunk * CHUNK);
        float score[2][4] = {}, sum[2][4] = {};
        bool scored = columnTile <= rowTile;
#pragma unroll
        for (int at = 0; at < 128; at += 16) {
            u32 a[4], b[4];
            load4(a, q + (rowTile + (lane & 15)) * WIDE + at + (lane >> 4) * 8);
            load4Transposed(b, before + (at + (lane & 15)) * NARROW + columnTile + (lane >> 4) * 8);
            multiplyAdd(sum[0], a, b[0], b[1]);
            multiplyAdd(sum[1], a, b[2], b[3]);
            if (scored) {
                load4(b, k + (columnTile + (lane & 7) + (lane >> 4) * 8) * WIDE + at + ((lane >> 3) & 1) * 8);
                multiplyAdd(score[0], a, b[0], b[1]);
                multiplyAdd(score[1], a, b[2], b[3]);
            }
        }
#pragma unroll
        for (int n = 0; n < 2; n++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                int row = rowTile + quad + i / 2 * 8, distance = row - (columnTile + n * 8 + pair + i % 2);
                score[n][i] = distance >= 0 ? score[n][i] * decays[max(distance, 0)] : 0.f;
                sum[n][i] *= decays[row + 1];
            }
            if (scored) {
                u16* to = scores + (rowTile + quad) * NARROW + columnTile + n * 8 + pair;
                *(u32*)to = pack(score[n][0], score[n][1]);
                *(u32*)(to + 8 * NARROW) = pack(score[n][2], score[n][3]);
            }
        }
        __syncthreads();
#pragma unroll
        for (int at = 0; at < CHUNK; at += 16) {
            if (at <= rowTile) {
                u32 a[4], b[4];
                load4(a, scores + (rowTile + (lane & 15)) * NARROW + at + (lane >> 4) * 8);
                load4Transposed(b, v + (at + (lane & 15)) * NARROW + columnTile + (lane >> 4) * 8);
                multiplyAdd(sum[0], a, b[0], b[1]);
                multiplyAdd(sum[1], a, b[2], b[3]);
            }
        }
        u16* to = out + ((size_t)(segment[0] + chunk * CHUNK) * heads + head) * 128 + half * 64 + columnTile + pair;
#pragma unroll
        for (int n = 0; n < 2; n++) {
            int row = rowTile + quad;
            if (row < count) *(u32*)(to + (size_t)row * heads * 128 + n * 8) = pack(sum[n][0], sum[n][1]);
            if (row + 8 < count) *(u32*)(to + (size_t)(row + 8) * heads * 128 + n * 8) = pack(sum[n][2], sum[n][3]);
        }
        float through = decays[count];
#pragma unroll
        for (int n = 0; n < 4; n++) {
#pragma unroll
            for (int i = 0; i < 4; i++) state[n][i] *= through;
        }
#pragma unroll
        for (int at = 0; at < CHUNK; at += 16) {
            u32 a[4], b[4];
            load4Transposed(a, k + (at + (lane & 7) + (lane >> 4) * 8) * WIDE + keyTile + ((lane >> 3) & 1) * 8);
            int left = count - 1 - at - pair;
            u32 near = pack(decays[max(left, 0)], decays[max(left - 1, 0)]);
            u32 far = pack(decays[max(left - 8, 0)], decays[max(left - 9, 0)]);
            a[0] = times(a[0], near);
            a[1] = times(a[1], near);
            a[2] = times(a[2], far);
            a[3] = times(a[3], far);
#pragma unroll
            for (int n = 0; n < 2; n++) {
                load4Transposed(b, v + (at + (lane & 15)) * NARROW + valueTile + n * 16 + (lane >> 4) * 8);
                multiplyAdd(state[2 * n], a, b[0], b[1]);
                multiplyAdd(state[2 * n + 1], a, b[2], b[3]);
            }
        }
        share();
    }
#pragma unroll
    for (int n = 0; n < 4; n++) {
#pragma unroll
        for (int i = 0; i < 4; i++) home[(d + i / 2 * 8) * 128 + valueTile + n * 8 + pair + i % 2] = state[n][i];
    }
}

// ---- products with int8 weights in panels of 32 outputs, for few rows ----

// Four bytes to floats without a conversion unit: the byte becomes the low bits of 2^23.
__device__ __forceinline__ void widen(u32 word, float* to) {
    word ^= 0x80808080u;
#pragma unroll
    for (int i = 0; i < 4; i++) to[i] = __uint_as_float(__byte_perm(word, 0x4b000000u, 0x7440 + i)) - 8388736.f;
}

// Sums of one panel for R rows by T threads, two for each input, 16 bytes each. The threads' sums are halved at each
// exchange, so that at the end a lane has one output.
template <int N>
__device__ __forceinline__ void exchange(float* acc, int lane, int other) {
    bool upper = lane & other;
#pragma unroll
    for (int i = 0; i < N; i++) {
        float mine = upper ? acc[i + N] : acc[i], theirs = upper ? acc[i] : acc[i + N];
        acc[i] = mine + __shfl_xor_sync(0xffffffffu, theirs, other);
    }
}

template <int R, int T>
__device__ __forceinline__ void panel(const uint4* weights, const float* x, int inSize, int rows, float* sums, float (*partial)[128]) {
    const int AHEAD = 4;
    float acc[16 * R];
#pragma unroll
    for (int i = 0; i < 16 * R; i++) acc[i] = 0.f;
    int in = threadIdx.x >> 1;
    const uint4* from = weights + threadIdx.x;
    auto add = [&](uint4 word, int at) {
        float w[16], values[R];
        widen(word.x, w);
        widen(word.y, w + 4);
        widen(word.z, w + 8);
        widen(word.w, w + 12);
#pragma unroll
        for (int r = 0; r < R; r++) values[r] = __ldg(x + (size_t)min(r, rows - 1) * inSize + at);
#pragma unroll
        for (int o = 0; o < 16; o++) {
#pragma unroll
            for (int r = 0; r < R; r++) acc[o * R + r] += w[o] * values[r];
        }
    };
    for (; in + (AHEAD - 1) * (T / 2) < inSize; in += AHEAD * (T / 2), from += AHEAD * T) {
        uint4 words[AHEAD];
#pragma unroll
        for (int i = 0; i < AHEAD; i++) words[i] = __ldg(from + i * T);
#pragma unroll
        for (int i = 0; i < AHEAD; i++) add(words[i], in + i * (T / 2));
    }
    for (; in < inSize; in += T / 2, from += T) add(__ldg(from), in);
    int lane = threadIdx.x & 31;
    exchange<8 * R>(acc, lane, 16);
    exchange<4 * R>(acc, lane, 8);
    exchange<2 * R>(acc, lane, 4);
    exchange<R>(acc, lane, 2);
    int output = (lane & 1) * 16 + (lane >> 4 & 1) * 8 + (lane >> 3 & 1) * 4 + (lane >> 2 & 1) * 2 + (lane >> 1 & 1);
#pragma unroll
    for (int r = 0; r < R; r++) partial[threadIdx.x >> 5][r * 32 + output] = acc[r];
    __syncthreads();
    for (int i = threadIdx.x; i < 32 * R; i += T) {
        float sum = partial[0][i];
        for (int warp = 1; warp < T / 32; warp++) sum += partial[warp][i];
        sums[i] = sum;
    }
    __syncthreads();
}

// Four rows at a time: more would leave too few registers for loads under way.
template <int R, int T>
__device__ __forceinline__ void anyPanel(
        const uint4* weights, const float* x, int inSize, int rows, float* sums, float (*partial)[128]) {
    for (int row = 0; row < rows; row += R) {
        const float* first = x + (size_t)row * inSize;
        float* to = sums + row * 32;
        int count = min(R, rows - row);
        if constexpr (R == 1) panel<1, T>(weights, first, inSize, count, to, partial);
        else if (count == 1) panel<1, T>(weights, first, inSize, count, to, partial);
        else if (count == 2) panel<2, T>(weights, first, inSize, count, to, partial);
        else panel<4, T>(weights, first, inSize, count, to, partial);
    }
}

template <int R, int T>
__device__ __forceinline__ void product(
        const int* tile, const float* x, const uint4* w, const float* scales, float* y, int inSize, int outSize) {
    __shared__ float partial[T / 32][128], sums[256];
    int rows = tile[2];
    if (rows <= 0) return;
    const uint4* from = w + (tile[0] * (size_t)gridDim.y + blockIdx.y) * inSize * 2;
    anyPanel<R, T>(from, x + (size_t)tile[1] * inSize, inSize, rows, sums, partial);
    for (int i = threadIdx.x; i < 32 * rows; i += T) {
        int output = blockIdx.y * 32 + (i & 31);
        if (output < outSize) {
            y[(size_t)(tile[1] + (i >> 5)) * outSize + output] = sums[i] * scales[tile[0] * outSize + output];
        }
    }
}

template <int R, int T>
__device__ __forceinline__ void gateUp(
        const int* tile, const float* x, const uint4* gate, const float* gateScales, const uint4* up,
        const float* upScales, float* y, int inSize, int outSize) {
    __shared__ float partial[T / 32][128], gates[256], ups[256];
    int rows = tile[2];
    if (rows <= 0) return;
    size_t at = (tile[0] * (size_t)gridDim.y + blockIdx.y) * inSize * 2;
    const float* first = x + (size_t)tile[1] * inSize;
    anyPanel<R, T>(gate + at, first, inSize, rows, gates, partial);
    anyPanel<R, T>(up + at, first, inSize, rows, ups, partial);
    for (int i = threadIdx.x; i < 32 * rows; i += T) {
        int output = blockIdx.y * 32 + (i & 31);
        if (output < outSize) {
            int scale = tile[0] * outSize + output;
            y[(size_t)(tile[1] + (i >> 5)) * outSize + output] =
                silu(gates[i] * gateScales[scale]) * (ups[i] * upScales[scale]);
        }
    }
}

// y = x w^T for tiles of up to 8 rows: matrix, first row, rows. Grid [tiles, panels]: tiles of one panel run beside
// each other, so that its weights come from memory once.
extern "C" __global__ void __launch_bounds__(128, 4) productInt8(
        const int* tiles, const float* x, const uint4* w, const float* scales, float* y, int inSize, int outSize) {
    product<4, 128>(tiles + blockIdx.x * 3, x, w, scales, y, inSize, outSize);
}

// The same for tiles of one row, by 512 threads: few panels fill the device too.
extern "C" __global__ void __launch_bounds__(512, 2) productInt8OfOne(
        const int* tiles, const float* x, const uint4* w, const float* scales, float* y, int inSize, int outSize) {
    product<1, 512>(tiles + blockIdx.x * 3, x, w, scales, y, inSize, outSize);
}

// y = silu(x gate^T) * (x up^T), as above; for tiles of one row by 256 threads.
extern "C" __global__ void __launch_bounds__(128, 4) gateUpInt8(
        const int* tiles, const float* x, const uint4* gate, const float* gateScales, const uint4* up,
        const float* upScales, float* y, int inSize, int outSize) {
    gateUp<4, 128>(tiles + blockIdx.x * 3, x, gate, gateScales, up, upScales, y, inSize, outSize);
}

extern "C" __global__ void __launch_bounds__(256, 4) gateUpInt8OfOne(
        const int* tiles, const float* x, const uint4* gate, const float* gateScales, const uint4* up,
        const float* upScales, float* y, int inSize, int outSize) {
    gateUp<1, 256>(tiles + blockIdx.x * 3, x, gate, gateScales, up, upScales, y, inSize, outSize);
}

// ---- around library products ----

// A matrix out of its int8 panels to bf16 [out, in], for a library product. Grid [ceil(in / 128), panels], 256 threads.
extern "C" __global__ void __launch_bounds__(256) expandInt8(
        const uint4* w, const float* scales, u32* to, int matrix, int inSize, int outSize) {
    __shared__ signed char block[128][36];
    int first = blockIdx.x * 128;
    const uint4* from = w + ((matrix * (size_t)gridDim.y + blockIdx.y) * inSize + first) * 2;
    if (first + threadIdx.x / 2 < inSize) {
        uint4 words = __ldcs(from + threadIdx.x);
        u32* row = (u32*)(block[threadIdx.x / 2] + (threadIdx.x & 1) * 16);
        row[0] = words.x;
        row[1] = words.y;
        row[2] = words.z;
        row[3] = words.w;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < 32 * 64; i += 256) {
        int output = blockIdx.y * 32 + i / 64, in = i % 64 * 2;
        if (output < outSize && first + in < inSize) {
            float scale = scales[matrix * outSize + output];
            to[((size_t)output * inSize + first + in) / 2] = pack(block[in][i / 64] * scale, block[in + 1][i / 64] * scale);
        }
    }
}

// gates = silu(gates) * ups, bf16 pairs.
extern "C" __global__ void siluTimes(u32* gates, const u32* ups, int pairs) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < pairs; i += gridDim.x * blockDim.x) {
        u32 gate = gates[i], up = ups[i];
        gates[i] = pack(silu(lowOf(gate)) * lowOf(up), silu(highOf(gate)) * highOf(up));
    }
}

extern "C" __global__ void roundToBf16(const float2* from, u32* to, int pairs) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < pairs; i += gridDim.x * blockDim.x) {
        to[i] = pack(from[i].x, from[i].y);
    }
}

// ---- rows of float32, a group of threads each ----

__device__ __forceinline__ float sumOfGroup(float value) {
    __shared__ float sums[32];
    for (int other = 16; other > 0; other >>= 1) value += __shfl_xor_sync(0xffffffffu, value, other);
    if ((threadIdx.x & 31) == 0) sums[threadIdx.x >> 5] = value;
    __syncthreads();
    float total = 0.f;
    for (int i = 0; i < blockDim.x / 32; i++) total += sums[i];
    __syncthreads();
    return total;
}

// ---- softmax attention of one token a row, heads of 128, 8 query heads for each of keys and values ----

// qkv [rows, query heads, then keys, then values], cache [rows, kv heads, keys then values, capacity, 128]; the row's
// own key and value are put at `position`, which the first `rotary` dimensions are turned by, in halves. Grid [rows, kv
// heads], 1024 threads: a warp has a query head and every fourth group of four keys; the four are joined at the end.
extern "C" __global__ void __launch_bounds__(1024) softmaxDecode(
        const float* qkv, float* cache, const int* positions, float* out, int kvHeads, int capacity, int rotary,
        float theta) {
    letNextStart();
    waitForLast();
    __shared__ float4 sums[32][32];
    __shared__ float maxima[32], totals[32];
    int kvHead = blockIdx.y, warp = threadIdx.x >> 5 & 7, part = threadIdx.x >> 8, lane = threadIdx.x & 31, heads = kvHeads * 8;
    int position = positions[blockIdx.x];
    const float* of = qkv + (size_t)blockIdx.x * (heads + 2 * kvHeads) * 128;
    float* keys = cache + ((size_t)blockIdx.x * kvHeads + kvHead) * 2 * capacity * 128;
    float* values = keys + (size_t)capacity * 128;
    auto turned = [&](const float* head, int d) {
        if (d >= rotary) return head[d];
        int half = rotary / 2, i = d % half;
        float sine, cosine;
        sincosf(position * exp2f(-2.f * i / rotary * log2f(theta)), &sine, &cosine);
        return d < half ? head[d] * cosine - head[d + half] * sine : head[d] * cosine + head[d - half] * sine;
    };
    if (threadIdx.x < 128) keys[(size_t)position * 128 + threadIdx.x] = turned(of + (heads + kvHead) * 128, threadIdx.x);
    else if (threadIdx.x < 256) values[(size_t)position * 128 + threadIdx.x - 128] = of[(heads + kvHeads + kvHead) * 128 + threadIdx.x - 128];
    const float* own = of + (kvHead * 8 + warp) * 128;
    float4 query = make_float4(turned(own, 4 * lane), turned(own, 4 * lane + 1), turned(own, 4 * lane + 2), turned(own, 4 * lane + 3));
    __syncthreads();
    float highest = -3e38f, total = 0.f, scale = rsqrtf(128.f);
    float4 sum = make_float4(0.f, 0.f, 0.f, 0.f);
    for (int first = part * 4; first <= position; first += 16) {
        float scores[4];
        float4 v[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            size_t at = (size_t)min(first + i, position) * 128;
            float4 k = ((const float4*)(keys + at))[lane];
            v[i] = ((const float4*)(values + at))[lane];
            scores[i] = query.x * k.x + query.y * k.y + query.z * k.z + query.w * k.w;
        }
#pragma unroll
        for (int other = 16; other > 0; other >>= 1) {
#pragma unroll
            for (int i = 0; i < 4; i++) scores[i] += __shfl_xor_sync(0xffffffffu, scores[i], other);
        }
        float now = highest;
#pragma unroll
        for (int i = 0; i < 4; i++) {
            scores[i] = first + i <= position ? scores[i] * scale : -3e38f;
            now = fmaxf(now, scores[i]);
        }
        float keep = __expf(highest - now);
        highest = now;
        total *= keep;
        sum = make_float4(sum.x * keep, sum.y * keep, sum.z * keep, sum.w * keep);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float share = first + i <= position ? __expf(scores[i] - highest) : 0.f;
            total += share;
            sum.x += share * v[i].x;
            sum.y += share * v[i].y;
            sum.z += share * v[i].z;
            sum.w += share * v[i].w;
        }
    }
    int warp32 = threadIdx.x >> 5;
    sums[warp32][lane] = sum;
    if (lane == 0) {
        maxima[warp32] = highest;
        totals[warp32] = total;
    }
    __syncthreads();
    if (part == 0) {
        for (int i = 8; i < 32; i += 8) highest = fmaxf(highest, maxima[warp + i]);
        total = 0.f;
        float4 result = make_float4(0.f, 0.f, 0.f, 0.f);
        for (int i = 0; i < 32; i += 8) {
            float share = __expf(maxima[warp + i] - highest);
            float4 one = sums[warp + i][lane];
            total += share * totals[warp + i];
            result = make_float4(
                result.x + share * one.x, result.y + share * one.y, result.z + share * one.z, result.w + share * one.w);
        }
        result = make_float4(result.x / total, result.y / total, result.z / total, result.w / total);
        ((float4*)(out + ((size_t)blockIdx.x * heads + kvHead * 8 + warp) * 128))[lane] = result;
    }
}

// ---- rows of bf16 around the products of a prompt ----

// y = alpha * residual + beta * branch, then normed = y / sqrt(mean(y^2) + eps) * weights, as float32 and as bf16. Grid
// [rows]. Width is even.
extern "C" __global__ void __launch_bounds__(256) addAndNormBf16(
        const float* residual, const u16* branch, const float* weights, float* normed, u16* normed16, int width,
        float alpha, float beta, float eps) {
    size_t row = (size_t)blockIdx.x * width;
    float squares = 0.f;
    for (int i = threadIdx.x; i < width; i += 256) {
        float value = alpha * residual[row + i] + beta * __uint_as_float((u32)branch[row + i] << 16);
        normed[row + i] = value;
        squares += value * value;
    }
    float scale = rsqrtf(sumOfGroup(squares) / width + eps);
    for (int i = threadIdx.x; i < width; i += 256) {
        float value = normed[row + i] * scale * weights[i];
        normed[row + i] = value;
        normed16[row + i] = (u16)pack(value, 0.f);
    }
}

extern "C" __global__ void __launch_bounds__(256) normAndGateBf16(
        u32* x, const float* weights, const u32* gates, int pairs, float eps) {
    size_t row = (size_t)blockIdx.x * pairs;
    float squares = 0.f;
    for (int i = threadIdx.x; i < pairs; i += 256) {
        float low = lowOf(x[row + i]), high = highOf(x[row + i]);
        squares += low * low + high * high;
    }
    float scale = rsqrtf(sumOfGroup(squares) / (2 * pairs) + eps);
    for (int i = threadIdx.x; i < pairs; i += 256) {
        u32 value = x[row + i], gate = gates[row + i];
        x[row + i] = pack(
            lowOf(value) * scale * weights[2 * i] / (1.f + __expf(-lowOf(gate))),
            highOf(value) * scale * weights[2 * i + 1] / (1.f + __expf(-highOf(gate))));
    }
}

extern "C" __global__ void siluBf16(u32* x, long long pairs) {
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < pairs; i += gridDim.x * (long long)blockDim.x) {
        x[i] = pack(silu(lowOf(x[i])), silu(highOf(x[i])));
    }
}

// ---- numbers for measurements, made on the device ----

__device__ __forceinline__ u32 hashed(u32 x) {
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}

// Any bits: int8 weights.
extern "C" __global__ void fillWords(u32* to, long long words, int seed) {
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < words; i += gridDim.x * (long long)blockDim.x) {
        to[i] = hashed((u32)i * 2654435761u + seed + (u32)(i >> 32));
    }
}

// Between -size and size.
extern "C" __global__ void fillFloats(float* to, long long count, int seed, float size) {
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < count; i += gridDim.x * (long long)blockDim.x) {
        to[i] = ((int)hashed((u32)i + seed) * 4.6566e-10f) * size;
    }
}

extern "C" __global__ void fillBf16(u32* to, long long pairs, int seed, float size) {
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < pairs; i += gridDim.x * (long long)blockDim.x) {
        u32 bits = hashed((u32)i * 2654435761u + seed);
        to[i] = pack((int)(bits << 16) * 4.6566e-10f * size, (int)(bits & 0xffff0000u) * 4.6566e-10f * size);
    }
}
