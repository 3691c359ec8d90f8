// SPDX-License-Identifier: MIT
// The first convolution: see SparseConvCall.

// Lists the values of one sample that are not zero, point by point.
void list_entries(const SparseConvCall& call, const float* in) {
    const int points = call.height * call.width;
    uint32_t count = 0;
    for (int point = 0; point < points; ++point) {
        call.first_entry[point] = count;
        for (int channel = 0; channel < call.in_channels; ++channel) {
            const float value = *in++;
            call.channels[count] = static_cast<uint32_t>(channel);
            call.values[count] = value;
            count += value != 0 ? 1 : 0;
        }
    }
    call.first_entry[points] = count;
}

// Sums of vectors [vector, vector + kVectors) of the outputs of one point.
template <int kVectors>
KERNEL_INLINE void sparse_conv_point(const SparseConvCall& call, int vector, int y, int x, Vector (&sum)[kVectors]) {
    const size_t columns = static_cast<size_t>(call.out_vectors) * kWidth;
    for (int a = 0; a < call.kernel_y; ++a) {
        const int from_y = y + (a - call.kernel_y / 2) * call.dilation_y;
        if (from_y < 0 || from_y >= call.height) continue;
        for (int b = 0; b < call.kernel_x; ++b) {
            const int from_x = x + (b - call.kernel_x / 2) * call.dilation_x;
            if (from_x < 0 || from_x >= call.width) continue;
            const float* tap = call.weights + (a * call.kernel_x + b) * call.in_channels * columns + vector * kWidth;
            const int point = from_y * call.width + from_x;
            for (uint32_t e = call.first_entry[point]; e < call.first_entry[point + 1]; ++e) {
                const float* weights = tap + call.channels[e] * columns;
                const float value = call.values[e];
                unroll<kVectors>([&](auto v) KERNEL_LAMBDA {
                    sum[decltype(v)::value] += value * load(weights + decltype(v)::value * kWidth);
                });
            }
        }
    }
}

// Vectors [vector, vector + kVectors) of the outputs of one sample.
template <int kVectors>
void sparse_conv_vectors(const SparseConvCall& call, size_t sample, int vector) {
    const size_t points = static_cast<size_t>(call.height) * call.width;
    for (int y = 0; y < call.height; ++y) {
        for (int x = 0; x < call.width; x += kLineResults) {
            const int count = min_of(kLineResults, call.width - x);
            Vector results[kVectors][kLineResults];
            for (int i = 0; i < count; ++i) {
                Vector sum[kVectors] = {};
                sparse_conv_point(call, vector, y, x + i, sum);
                unroll<kVectors>([&](auto v)
                                     KERNEL_LAMBDA { results[decltype(v)::value][i] = sum[decltype(v)::value]; });
            }
            const size_t row = sample * points + static_cast<size_t>(y) * call.width + x;
            for (int v = 0; v < kVectors; ++v) finish_rows(call.out, vector + v, row, count, results[v]);
        }
    }
}

using SparseConvFunction = void (*)(const SparseConvCall&, size_t, int);
template <int... kIndex>
constexpr auto make_sparse_convs(std::integer_sequence<int, kIndex...>) {
    struct {
        SparseConvFunction of[sizeof...(kIndex)];
    } table = {{sparse_conv_vectors<kIndex + 1>...}};
    return table;
}
// So many sums leave registers for a value and its weights.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kSparseVectors = 16;
#else
constexpr int kSparseVectors = 12;
#endif
constexpr auto kSparseConvs = make_sparse_convs(std::make_integer_sequence<int, kSparseVectors>{});

void sparse_conv(const SparseConvCall& call) {
    const size_t sample_floats = static_cast<size_t>(call.height) * call.width * call.in_channels;
    const int parts = (call.out_vectors + kSparseVectors - 1) / kSparseVectors;
    for (size_t sample = 0; sample < call.out.batch; ++sample) {
        list_entries(call, call.in + sample * sample_floats);
        for (int part = 0, vector = 0; part < parts; ++part) {
            const int vectors = call.out_vectors / parts + (part < call.out_vectors % parts ? 1 : 0);
            kSparseConvs.of[vectors - 1](call, sample, vector);
            vector += vectors;
        }
    }
}
