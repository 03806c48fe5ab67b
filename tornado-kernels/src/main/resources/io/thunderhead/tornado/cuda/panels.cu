
// ---- products with int8 or bf16 weights in panels of 32 outputs, by tensor cores ----

// Rows go in as two bf16 numbers each, the rounded one and what is left of it, so that a product of float32 rows loses
// nothing that matters; int8 weights are whole numbers, exact in bf16. A block of 8 warps has up to 16 or 64 rows; the
// inputs come in chunks, a chunk of the rows in shared memory, of the weights in registers, each on its way while the one
// before is computed. SLICES warps share a panel, each has 64 inputs of every chunk: where there are few panels, more of
// them must be read at once. The slices are added in order, so a result is the same in every run.
// What a lane needs of the weights for 16 inputs: rows 2j, 2j + 1, 2j + 8 and 2j + 9 of column group g.
template <bool INT8>
struct Words {
    u32 of[INT8 ? 4 : 8];

    __device__ __forceinline__ void fetch(const u32* panel, int in, int inSize, int lane) {
#pragma unroll
        for (int r = 0; r < 4; r++) {
            int row = in + 2 * (lane & 3) + (r & 1) + (r >> 1) * 8;
            const u32* from = panel + (size_t)row * (INT8 ? 8 : 16) + (lane >> 2);
            bool there = row < inSize;
            if constexpr (INT8) {
                of[r] = there ? __ldg(from) : 0;
            } else {
                of[2 * r] = there ? __ldg(from) : 0;
                of[2 * r + 1] = there ? __ldg(from + 8) : 0;
            }
        }
    }

    // Columns of part t are the outputs output(t, column).
    __device__ __forceinline__ u32 pair(int r, int t) const {
        if constexpr (INT8) {
            float even = __uint_as_float(__byte_perm(of[r] ^ 0x80808080u, 0x4b000000u, 0x7440 + t)) - 8388736.f;
            float odd = __uint_as_float(__byte_perm(of[r + 1] ^ 0x80808080u, 0x4b000000u, 0x7440 + t)) - 8388736.f;
            return pack(even, odd);
        } else {
            return __byte_perm(of[2 * r + (t >> 1)], of[2 * r + 2 + (t >> 1)], t & 1 ? 0x7632 : 0x5410);
        }
    }

    __device__ static __forceinline__ int output(int t, int column) {
        return INT8 ? 4 * column + t : column + (t & 1) * 16 + (t >> 1) * 8;
    }
};

template <bool INT8, int PARTS, int SLICES, int ROWS_MAX>
__device__ __forceinline__ void panels(
        const int* tile, const float* x, const u32* w, const float* scales, float* y, int inSize, int outSize, u16* memory) {
    const int STEPS = 4, CHUNK_IN = 64 * SLICES, STRIDE = CHUNK_IN + 8, PLANE = ROWS_MAX * STRIDE;
    int lane = threadIdx.x & 31, slice = (threadIdx.x >> 5) % SLICES, rows = tile[2];
    int panelCount = (outSize + 31) / 32, panel = blockIdx.y * (8 / SLICES) + (threadIdx.x >> 5) / SLICES;
    bool there = panel < panelCount;
    const u32* weights = w + (tile[0] * (size_t)panelCount + (there ? panel : 0)) * inSize * (INT8 ? 8 : 16);
    const float* first = x + (size_t)tile[1] * inSize;
    int chunks = (inSize + CHUNK_IN - 1) / CHUNK_IN;

    float4 values[PARTS * SLICES];
    auto fetchRows = [&](int chunk) {
#pragma unroll
        for (int i = 0; i < PARTS * SLICES; i++) {
            int at = threadIdx.x + i * 256, row = at / (CHUNK_IN / 4), in = chunk * CHUNK_IN + at % (CHUNK_IN / 4) * 4;
            values[i] = row < rows && in < inSize ? __ldg((const float4*)(first + (size_t)row * inSize + in))
                                                  : make_float4(0.f, 0.f, 0.f, 0.f);
        }
    };
    auto keepRows = [&](int stage) {
#pragma unroll
        for (int i = 0; i < PARTS * SLICES; i++) {
            int at = threadIdx.x + i * 256;
            float4 v = values[i];
            u32 low = pack(v.x, v.y), high = pack(v.z, v.w);
            u16* to = memory + stage * 2 * PLANE + at / (CHUNK_IN / 4) * STRIDE + at % (CHUNK_IN / 4) * 4;
            *(uint2*)to = make_uint2(low, high);
            *(uint2*)(to + PLANE) =
                make_uint2(pack(v.x - lowOf(low), v.y - highOf(low)), pack(v.z - lowOf(high), v.w - highOf(high)));
        }
    };

    float sums[PARTS][4][4] = {};
    Words<INT8> words[STEPS];
#pragma unroll
    for (int i = 0; i < STEPS; i++) words[i].fetch(weights, (slice * STEPS + i) * 16, inSize, lane);
    fetchRows(0);
    keepRows(0);
    __syncthreads();
    for (int chunk = 0; chunk < chunks; chunk++) {
        if (chunk + 1 < chunks) fetchRows(chunk + 1);
        const u16* plane = memory + (chunk & 1) * 2 * PLANE;
#pragma unroll
        for (int i = 0; i < STEPS; i++) {
            int at = (slice * STEPS + i) * 16;
            u32 b[4][2];
#pragma unroll
            for (int t = 0; t < 4; t++) {
                b[t][0] = words[i].pair(0, t);
                b[t][1] = words[i].pair(2, t);
            }
            words[i].fetch(weights, (chunk + 1) * CHUNK_IN + at, inSize, lane);
#pragma unroll
            for (int part = 0; part < PARTS; part++) {
                const u16* from = plane + (part * 16 + (lane & 15)) * STRIDE + at + (lane >> 4) * 8;
                u32 a[4];
                load4(a, from);
#pragma unroll
                for (int t = 0; t < 4; t++) multiplyAdd(sums[part][t], a, b[t][0], b[t][1]);
                load4(a, from + PLANE);
#pragma unroll
                for (int t = 0; t < 4; t++) multiplyAdd(sums[part][t], a, b[t][0], b[t][1]);
            }
        }
        if (chunk + 1 < chunks) keepRows((chunk + 1) & 1);
        __syncthreads();
    }
    float* others = (float*)memory + (threadIdx.x >> 5) / SLICES * (ROWS_MAX * 32) + lane;
#pragma unroll
    for (int other = 1; other < SLICES; other++) {
        if (slice == other) {
#pragma unroll
            for (int i = 0; i < PARTS * 16; i++) others[i * 32] = sums[i / 16][i / 4 % 4][i % 4];
        }
        __syncthreads();
        if (slice == 0) {
#pragma unroll
            for (int i = 0; i < PARTS * 16; i++) sums[i / 16][i / 4 % 4][i % 4] += others[i * 32];
        }
        __syncthreads();
    }
    if (slice != 0 || !there) return;
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
#pragma unroll
        for (int i = 0; i < 16; i++) {
            int row = part * 16 + (lane >> 2) + (i >> 1 & 1) * 8;
            int output = panel * 32 + Words<INT8>::output(i >> 2, 2 * (lane & 3) + (i & 1));
            if (row < rows && output < outSize) {
                float scale = INT8 ? scales[(size_t)tile[0] * outSize + output] : 1.f;
                y[(size_t)(tile[1] + row) * outSize + output] = sums[part][i >> 2][i & 3] * scale;
            }
        }
    }
}

template <bool INT8, int SLICES, int ROWS_MAX>
__device__ __forceinline__ void panelsOfTile(
        const int* tile, const float* x, const u32* w, const float* scales, float* y, int inSize, int outSize) {
    __shared__ __align__(16) u16 memory[4 * ROWS_MAX * (64 * SLICES + 8)];
    int rows = tile[2];
    if (rows <= 0) return;
    if constexpr (ROWS_MAX == 16) {
        panels<INT8, 1, SLICES, 16>(tile, x, w, scales, y, inSize, outSize, memory);
    } else {
        if (rows <= 16) panels<INT8, 1, SLICES, 64>(tile, x, w, scales, y, inSize, outSize, memory);
        else if (rows <= 32) panels<INT8, 2, SLICES, 64>(tile, x, w, scales, y, inSize, outSize, memory);
        else panels<INT8, 4, SLICES, 64>(tile, x, w, scales, y, inSize, outSize, memory);
    }
}

// y = x w^T for tiles of up to 16 or 64 rows: matrix, first row, rows. Grid [tiles, ceil(panels / 8)], of the sliced
// kernels [tiles, ceil(panels / 2)], 256 threads; inSize is a multiple of 4. x [rows, in] and y [rows, out] are float32,
// scales [matrices, out]; bf16 panels have words with an output in the low half and the one 16 further in the high half.
#define PANELS_INT8(name, slices, rowsMax, blocks) \
    extern "C" __global__ void __launch_bounds__(256, blocks) name( \
            const int* tiles, const float* x, const u32* w, const float* scales, float* y, int inSize, int outSize) { \
        panelsOfTile<true, slices, rowsMax>(tiles + blockIdx.x * 3, x, w, scales, y, inSize, outSize); \
    }
#define PANELS_BF16(name, slices, rowsMax, blocks) \
    extern "C" __global__ void __launch_bounds__(256, blocks) name( \
            const int* tiles, const float* x, const u32* w, float* y, int inSize, int outSize) { \
        panelsOfTile<false, slices, rowsMax>(tiles + blockIdx.x * 3, x, w, nullptr, y, inSize, outSize); \
    }

PANELS_INT8(panelsInt8Of16, 1, 16, 3)
PANELS_INT8(panelsInt8Of16Sliced, 4, 16, 2)
PANELS_INT8(panelsInt8Of64, 1, 64, 1)
PANELS_BF16(panelsBf16Of16, 1, 16, 2)
PANELS_BF16(panelsBf16Of16Sliced, 4, 16, 2)
PANELS_BF16(panelsBf16Of64, 1, 64, 1)
