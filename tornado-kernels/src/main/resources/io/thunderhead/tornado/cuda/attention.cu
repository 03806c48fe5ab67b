
// ---- attention of float32 rows by tensor cores, heads of 128 ----

// A float32 number is two bf16 numbers, the rounded one and what is left of it. Of the product of two such numbers the three
// larger parts are added, so that what is lost is of the order of 2^-16.

__device__ __forceinline__ void split(float a, float b, u32& rounded, u32& left) {
    rounded = pack(a, b);
    left = pack(a - lowOf(rounded), b - highOf(rounded));
}

__device__ __forceinline__ void multiplyAddParts(
        float (&c)[4], const u32 (&a)[4], const u32 (&aLeft)[4], u32 b0, u32 b1, u32 b0Left, u32 b1Left) {
    multiplyAdd(c, aLeft, b0, b1);
    multiplyAdd(c, a, b0Left, b1Left);
    multiplyAdd(c, a, b0, b1);
}

__device__ __forceinline__ void copyFloats(float* to, const float* from, bool there) {
    copyAsync((u16*)to, (const u16*)from, there);
}

__device__ __forceinline__ void splitFour(float4 of, u16* rounded, u16* left) {
    u32 r[2], l[2];
    split(of.x, of.y, r[0], l[0]);
    split(of.z, of.w, r[1], l[1]);
    *(uint2*)rounded = make_uint2(r[0], r[1]);
    *(uint2*)left = make_uint2(l[0], l[1]);
}

// A prompt's rows in chunks of 64, as lightningPrefill, with q, k, v and out in float32. Grid [heads, 2 halves of v's
// columns, z], 512 threads, 225,664 bytes of shared memory. prompts: first row, rows, slot, 1 for a state of zeros; the list
// ends with one of no rows or after `promptMax`. `activate` = 1: qkv is before SiLU.
extern "C" __global__ void __launch_bounds__(512, 1) lightningPrompt(
        const int* step, const int* prompts, const float* qkv, float* states, const float* slopes, float* out, int slots,
        int heads, int promptMax, int activate) {
    extern __shared__ __align__(16) u16 memory[];
    // queries, keys [64, 136], values, scores [64, 72], state [128, 72], each twice: rounded, then what is left
    const int KEYS_AT = 2 * CHUNK * WIDE, VALUES_AT = 2 * KEYS_AT, SCORES_AT = VALUES_AT + 2 * CHUNK * NARROW;
    const int STATE_AT = SCORES_AT + 2 * CHUNK * NARROW, RAW_AT = STATE_AT + 2 * 128 * NARROW;
    const int ROW_LEFT = CHUNK * WIDE, NARROW_LEFT = CHUNK * NARROW, STATE_LEFT = 128 * NARROW;
    float* raw = (float*)(memory + RAW_AT);
    float* decays = raw + CHUNK * 320;
    int head = blockIdx.x, half = blockIdx.y, layer = step[1];
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, quad = lane >> 2, pair = 2 * (lane & 3);
    float slope = slopes[layer * heads + head];
    if (threadIdx.x <= CHUNK) decays[threadIdx.x] = expf(-slope * threadIdx.x);
    int stride = heads * 384;
    int keyTile = (warp & 7) * 16, valueTile = (warp >> 3) * 32, d = keyTile + quad;
    int rowTile = (warp & 3) * 16, columnTile = (warp >> 2) * 16;

    for (int number = blockIdx.z; number < promptMax; number += gridDim.z) {
        const int* prompt = prompts + number * 4;
        int rows = prompt[1];
        if (rows <= 0) return;
        const float* first = qkv + (size_t)prompt[0] * stride + head * 384;
        // a row: 32 pieces of q, 32 of k, 16 of the half of v
        auto fetch = [&](int chunk) {
            for (int i = threadIdx.x; i < CHUNK * 80; i += 512) {
                int row = i / 80, piece = i % 80, at = chunk * CHUNK + row;
                const float* from = first + (size_t)min(at, rows - 1) * stride + piece * 4 + (piece < 64 ? 0 : half * 64);
                copyFloats(raw + row * 320 + piece * 4, from, at < rows);
            }
            asm volatile("cp.async.commit_group;" ::: "memory");
        };
        auto keep = [&]() {
            for (int i = threadIdx.x; i < CHUNK * 80; i += 512) {
                int row = i / 80, piece = i % 80;
                float4 of = *(const float4*)(raw + row * 320 + piece * 4);
                if (activate) of = make_float4(silu(of.x), silu(of.y), silu(of.z), silu(of.w));
                if (piece < 64) {
                    u16* to = memory + piece / 32 * KEYS_AT + row * WIDE + piece % 32 * 4;
                    splitFour(of, to, to + ROW_LEFT);
                } else {
                    u16* to = memory + VALUES_AT + row * NARROW + (piece - 64) * 4;
                    splitFour(of, to, to + NARROW_LEFT);
                }
            }
        };
        float* home = states + ((size_t)(layer * slots + prompt[2]) * heads + head) * 16384 + half * 64;
        float state[4][4];
        auto share = [&]() {
#pragma unroll
            for (int n = 0; n < 4; n++) {
#pragma unroll
                for (int i = 0; i < 2; i++) {
                    u16* to = memory + STATE_AT + (d + i * 8) * NARROW + valueTile + n * 8 + pair;
                    u32 rounded, left;
                    split(state[n][2 * i], state[n][2 * i + 1], rounded, left);
                    *(u32*)to = rounded;
                    *(u32*)(to + STATE_LEFT) = left;
                }
            }
        };
#pragma unroll
        for (int n = 0; n < 4; n++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                state[n][i] = prompt[3] ? 0.f : home[(d + i / 2 * 8) * 128 + valueTile + n * 8 + pair + i % 2];
            }
        }
        __syncthreads();
        share();
        fetch(0);
        int chunks = (rows + CHUNK - 1) / CHUNK;
        for (int chunk = 0; chunk < chunks; chunk++) {
            asm volatile("cp.async.wait_group 0;" ::: "memory");
            __syncthreads();
            keep();
            __syncthreads();
            if (chunk + 1 < chunks) fetch(chunk + 1);
            int count = min(CHUNK, rows - chunk * CHUNK);
            float score[2][4] = {}, sum[2][4] = {};
            bool scored = columnTile <= rowTile;
#pragma unroll
            for (int at = 0; at < 128; at += 16) {
                u32 a[4], aLeft[4], b[4], bLeft[4];
                const u16* from = memory + (rowTile + (lane & 15)) * WIDE + at + (lane >> 4) * 8;
                load4(a, from);
                load4(aLeft, from + ROW_LEFT);
                from = memory + STATE_AT + (at + (lane & 15)) * NARROW + columnTile + (lane >> 4) * 8;
                load4Transposed(b, from);
                load4Transposed(bLeft, from + STATE_LEFT);
                multiplyAddParts(sum[0], a, aLeft, b[0], b[1], bLeft[0], bLeft[1]);
                multiplyAddParts(sum[1], a, aLeft, b[2], b[3], bLeft[2], bLeft[3]);
                if (scored) {
                    from = memory + KEYS_AT + (columnTile + (lane & 7) + (lane >> 4) * 8) * WIDE + at + ((lane >> 3) & 1) * 8;
                    load4(b, from);
                    load4(bLeft, from + ROW_LEFT);
                    multiplyAddParts(score[0], a, aLeft, b[0], b[1], bLeft[0], bLeft[1]);
                    multiplyAddParts(score[1], a, aLeft, b[2], b[3], bLeft[2], bLeft[3]);
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
#pragma unroll
                    for (int i = 0; i < 2; i++) {
                        u16* to = memory + SCORES_AT + (rowTile + quad + i * 8) * NARROW + columnTile + n * 8 + pair;
                        u32 rounded, left;
                        split(score[n][2 * i], score[n][2 * i + 1], rounded, left);
                        *(u32*)to = rounded;
                        *(u32*)(to + NARROW_LEFT) = left;
                    }
                }
            }
            __syncthreads();
#pragma unroll
            for (int at = 0; at < CHUNK; at += 16) {
                if (at <= rowTile) {
                    u32 a[4], aLeft[4], b[4], bLeft[4];
                    const u16* from = memory + SCORES_AT + (rowTile + (lane & 15)) * NARROW + at + (lane >> 4) * 8;
                    load4(a, from);
                    load4(aLeft, from + NARROW_LEFT);
                    from = memory + VALUES_AT + (at + (lane & 15)) * NARROW + columnTile + (lane >> 4) * 8;
                    load4Transposed(b, from);
                    load4Transposed(bLeft, from + NARROW_LEFT);
                    multiplyAddParts(sum[0], a, aLeft, b[0], b[1], bLeft[0], bLeft[1]);
                    multiplyAddParts(sum[1], a, aLeft, b[2], b[3], bLeft[2], bLeft[3]);
                }
            }
            float* to = out + ((size_t)(prompt[0] + chunk * CHUNK) * heads + head) * 128 + half * 64 + columnTile + pair;
#pragma unroll
            for (int n = 0; n < 2; n++) {
                int row = rowTile + quad;
                if (row < count) *(float2*)(to + (size_t)row * heads * 128 + n * 8) = make_float2(sum[n][0], sum[n][1]);
                if (row + 8 < count) *(float2*)(to + (size_t)(row + 8) * heads * 128 + n * 8) = make_float2(sum[n][2], sum[n][3]);
            }
            float through = decays[count];
#pragma unroll
            for (int n = 0; n < 4; n++) {
#pragma unroll
                for (int i = 0; i < 4; i++) state[n][i] *= through;
            }
#pragma unroll
            for (int at = 0; at < CHUNK; at += 16) {
                u32 a[4], aLeft[4], b[4], bLeft[4];
                const u16* from = memory + KEYS_AT + (at + (lane & 7) + (lane >> 4) * 8) * WIDE + keyTile + ((lane >> 3) & 1) * 8;
                load4Transposed(a, from);
                load4Transposed(aLeft, from + ROW_LEFT);
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    int left = count - 1 - at - pair - i / 2 * 8;
                    float low = (lowOf(a[i]) + lowOf(aLeft[i])) * decays[max(left, 0)];
                    float high = (highOf(a[i]) + highOf(aLeft[i])) * decays[max(left - 1, 0)];
                    split(low, high, a[i], aLeft[i]);
                }
#pragma unroll
                for (int n = 0; n < 2; n++) {
                    from = memory + VALUES_AT + (at + (lane & 15)) * NARROW + valueTile + n * 16 + (lane >> 4) * 8;
                    load4Transposed(b, from);
                    load4Transposed(bLeft, from + NARROW_LEFT);
                    multiplyAddParts(state[2 * n], a, aLeft, b[0], b[1], bLeft[0], bLeft[1]);
                    multiplyAddParts(state[2 * n + 1], a, aLeft, b[2], b[3], bLeft[2], bLeft[3]);
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
}

// Softmax attention over pages, for rows of prompts and of decoding: 128 queries of one head of keys (16 tokens where 8 heads
// share it) over 64 keys at a time. Queries are turned and scaled. Layouts as for SoftmaxKernels; parts have an entry for
// each tile of rows and each split of its past: first row, rows, the first row's position, where its pages begin, the split;
// the list ends with one of no rows or after `partMax`. Grid [x, kv heads], 256 threads, 206,848 bytes of shared memory.
const int QUERIES = 128, KEYS = 64, QUERY_STRIDE = 136, KEY_STRIDE = 72, PAGE_TOKENS = 256;

extern "C" __global__ void __launch_bounds__(256, 1) attendPages(
        const int* step, const int* parts, const int* pageTable, const float* q, const float* pages, float* partials,
        int pageCount, int heads, int kvHeads, int partMax) {
    extern __shared__ __align__(16) u16 memory[];
    u16* queries = memory;
    u16* keys = queries + 2 * QUERIES * QUERY_STRIDE;
    u16* values = keys + 2 * 128 * KEY_STRIDE;
    float* raw = (float*)(values + 2 * KEYS * QUERY_STRIDE);
    const int QUERY_LEFT = QUERIES * QUERY_STRIDE, KEY_LEFT = 128 * KEY_STRIDE, VALUE_LEFT = KEYS * QUERY_STRIDE;
    int kvHead = blockIdx.y, group = heads / kvHeads, layer = step[1], splits = step[2];
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, quad = lane >> 2, pair = 2 * (lane & 3);
    const float LOWEST = -3e38f, LOG2E = 1.44269504f;

    for (int number = blockIdx.x; number < partMax; number += gridDim.x) {
        const int* part = parts + number * 5;
        int firstRow = part[0], rows = part[1], position = part[2], split = part[4];
        if (rows <= 0) return;
        const int* pagesOf = pageTable + part[3];
        int last = position + rows - 1, tiles = last / KEYS + 1, each = (tiles + splits - 1) / splits;
        int tile = split * each, end = min(tiles, tile + each);
        auto fetch = [&](int at) {
            if (at < end) {
                int firstKey = at * KEYS, page = pagesOf[firstKey / PAGE_TOKENS], in = firstKey % PAGE_TOKENS;
                const float* from = pages + (((size_t)layer * pageCount + page) * kvHeads + kvHead) * 2 * PAGE_TOKENS * 128;
                for (int i = threadIdx.x; i < 128 * 16; i += 256) {
                    copyFloats(raw + i * 4, from + (i >> 4) * PAGE_TOKENS + in + (i & 15) * 4, true);
                }
                for (int i = threadIdx.x; i < KEYS * 32; i += 256) {
                    const float* value = from + (size_t)(PAGE_TOKENS + in + (i >> 5)) * 128 + (i & 31) * 4;
                    copyFloats(raw + 128 * KEYS + i * 4, value, firstKey + (i >> 5) <= last);
                }
            }
            asm volatile("cp.async.commit_group;" ::: "memory");
        };
        __syncthreads();
        fetch(tile);
        for (int i = threadIdx.x; i < QUERIES * 32; i += 256) {
            int row = i >> 5, token = row / group, head = kvHead * group + row % group;
            float4 of = make_float4(0.f, 0.f, 0.f, 0.f);
            if (token < rows) of = ((const float4*)(q + ((size_t)(firstRow + token) * heads + head) * 128))[i & 31];
            u16* to = queries + row * QUERY_STRIDE + (i & 31) * 4;
            splitFour(of, to, to + QUERY_LEFT);
        }
        bool works = warp * 16 < rows * group;
        int at[2] = {position + (warp * 16 + quad) / group, position + (warp * 16 + quad + 8) / group};
        float sums[16][4] = {}, highest[2] = {LOWEST, LOWEST}, totals[2] = {};
        for (; tile < end; tile++) {
            asm volatile("cp.async.wait_group 0;" ::: "memory");
            __syncthreads();
            for (int i = threadIdx.x; i < 128 * 16; i += 256) {
                u16* to = keys + (i >> 4) * KEY_STRIDE + (i & 15) * 4;
                splitFour(((const float4*)raw)[i], to, to + KEY_LEFT);
            }
            for (int i = threadIdx.x; i < KEYS * 32; i += 256) {
                u16* to = values + (i >> 5) * QUERY_STRIDE + (i & 31) * 4;
                splitFour(((const float4*)(raw + 128 * KEYS))[i], to, to + VALUE_LEFT);
            }
            __syncthreads();
            fetch(tile + 1);
            if (!works) continue;
            float scores[8][4] = {};
#pragma unroll
            for (int k = 0; k < 128; k += 16) {
                u32 a[4], aLeft[4];
                const u16* from = queries + (warp * 16 + (lane & 15)) * QUERY_STRIDE + k + (lane >> 4) * 8;
                load4(a, from);
                load4(aLeft, from + QUERY_LEFT);
#pragma unroll
                for (int n = 0; n < 4; n++) {
                    u32 b[4], bLeft[4];
                    from = keys + (k + (lane & 15)) * KEY_STRIDE + n * 16 + (lane >> 4) * 8;
                    load4Transposed(b, from);
                    load4Transposed(bLeft, from + KEY_LEFT);
                    multiplyAddParts(scores[2 * n], a, aLeft, b[0], b[1], bLeft[0], bLeft[1]);
                    multiplyAddParts(scores[2 * n + 1], a, aLeft, b[2], b[3], bLeft[2], bLeft[3]);
                }
            }
#pragma unroll
            for (int r = 0; r < 2; r++) {
                int seen = at[r] - tile * KEYS - pair;
                float now = highest[r];
#pragma unroll
                for (int n = 0; n < 8; n++) {
                    if (n * 8 <= seen) now = fmaxf(now, scores[n][2 * r]);
                    if (n * 8 + 1 <= seen) now = fmaxf(now, scores[n][2 * r + 1]);
                }
                now = fmaxf(now, __shfl_xor_sync(0xffffffffu, now, 1));
                now = fmaxf(now, __shfl_xor_sync(0xffffffffu, now, 2));
                float shrink = exp2f((highest[r] - now) * LOG2E);
                highest[r] = now;
                totals[r] *= shrink;
#pragma unroll
                for (int n = 0; n < 8; n++) {
#pragma unroll
                    for (int i = 0; i < 2; i++) {
                        float& of = scores[n][2 * r + i];
                        of = n * 8 + i <= seen ? exp2f((of - now) * LOG2E) : 0.f;
                        totals[r] += of;
                    }
                }
#pragma unroll
                for (int n = 0; n < 16; n++) {
                    sums[n][2 * r] *= shrink;
                    sums[n][2 * r + 1] *= shrink;
                }
            }
#pragma unroll
            for (int k = 0; k < 4; k++) {
                u32 a[4], aLeft[4];
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    const float* of = scores[2 * k + (i >> 1)] + (i & 1) * 2;
                    ::split(of[0], of[1], a[i], aLeft[i]);
                }
#pragma unroll
                for (int n = 0; n < 8; n++) {
                    u32 b[4], bLeft[4];
                    const u16* from = values + (k * 16 + (lane & 15)) * QUERY_STRIDE + n * 16 + (lane >> 4) * 8;
                    load4Transposed(b, from);
                    load4Transposed(bLeft, from + VALUE_LEFT);
                    multiplyAddParts(sums[2 * n], a, aLeft, b[0], b[1], bLeft[0], bLeft[1]);
                    multiplyAddParts(sums[2 * n + 1], a, aLeft, b[2], b[3], bLeft[2], bLeft[3]);
                }
            }
        }
        if (!works) continue;
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float total = totals[r];
            total += __shfl_xor_sync(0xffffffffu, total, 1);
            total += __shfl_xor_sync(0xffffffffu, total, 2);
            int row = warp * 16 + quad + 8 * r, token = row / group, head = kvHead * group + row % group;
            if (token >= rows) continue;
            float* to = partials + (((size_t)(firstRow + token) * heads + head) * splits + split) * 130;
            if (pair == 0) {
                to[0] = highest[r];
                to[1] = total;
            }
#pragma unroll
            for (int n = 0; n < 16; n++) *(float2*)(to + 2 + n * 8 + pair) = make_float2(sums[n][2 * r], sums[n][2 * r + 1]);
        }
    }
}

// Turns the first 2 * pairs dimensions of queries and keys, scales queries by 1 / sqrt(128) in place, and writes keys and
// values into the rows' pages. Grid [rows, heads + 2 * kvHeads], 128 threads. turns [rows, 2, pairs]: cosines, then sines.
extern "C" __global__ void __launch_bounds__(128) storeKeysValues(
        const int* step, const int* rowTable, const int* pageTable, const float* turns, float* q, const float* k,
        const float* v, float* pages, int pageCount, int heads, int kvHeads, int pairs) {
    int row = blockIdx.x, part = blockIdx.y, i = threadIdx.x;
    if (row >= step[0]) return;
    int position = rowTable[row * 2], page = pageTable[rowTable[row * 2 + 1] + position / PAGE_TOKENS], in = position % PAGE_TOKENS;
    float* home = pages + ((size_t)step[1] * pageCount + page) * kvHeads * 2 * PAGE_TOKENS * 128;
    if (part >= heads + kvHeads) {
        int head = part - heads - kvHeads;
        home[(head * 2 + 1) * PAGE_TOKENS * 128 + in * 128 + i] = v[((size_t)row * kvHeads + head) * 128 + i];
        return;
    }
    __shared__ float values[128];
    bool query = part < heads;
    float* of = query ? q + ((size_t)row * heads + part) * 128 : nullptr;
    values[i] = query ? of[i] : k[((size_t)row * kvHeads + part - heads) * 128 + i];
    __syncthreads();
    float value = values[i];
    if (i < 2 * pairs) {
        int pair = i < pairs ? i : i - pairs;
        const float* turn = turns + (size_t)row * 2 * pairs + pair;
        float other = i < pairs ? -values[i + pairs] : values[i - pairs];
        value = value * turn[0] + other * turn[pairs];
    }
    if (query) of[i] = value * 0.08838834764831845f;
    else home[(part - heads) * 2 * PAGE_TOKENS * 128 + i * PAGE_TOKENS + in] = value;
}
