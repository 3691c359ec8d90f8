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

// Vectors [vector, vector + kVectors) of the outputs of one sample.
template <int kVectors>
void sparse_conv_vectors(const SparseConvCall& call, size_t sample, int vector) {
    const size_t columns = static_cast<size_t>(call.out_vectors) * kWidth;
    const size_t points = static_cast<size_t>(call.height) * call.width;
    for (int y = 0; y < call.height; ++y) {
        for (int x = 0; x < call.width; ++x) {
            Vector sum[kVectors] = {};
            for (int a = 0; a < call.kernel_y; ++a) {
                const int from_y = y + (a - call.kernel_y / 2) * call.dilation_y;
                if (from_y < 0 || from_y >= call.height) continue;
                for (int b = 0; b < call.kernel_x; ++b) {
                    const int from_x = x + (b - call.kernel_x / 2) * call.dilation_x;
                    if (from_x < 0 || from_x >= call.width) continue;
                    const float* tap =
                        call.weights + (a * call.kernel_x + b) * call.in_channels * columns + vector * kWidth;
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
            const size_t row = sample * points + static_cast<size_t>(y) * call.width + x;
            for (int v = 0; v < kVectors; ++v) finish_rows(call.out, vector + v, row, 1, sum + v);
        }
    }
}

void sparse_conv(const SparseConvCall& call) {
    using Function = void (*)(const SparseConvCall&, size_t, int);
    constexpr Function kFunctions[] = {sparse_conv_vectors<1>, sparse_conv_vectors<2>, sparse_conv_vectors<3>,
                                       sparse_conv_vectors<4>, sparse_conv_vectors<5>, sparse_conv_vectors<6>};
    constexpr int kMostVectors = 6;
    const size_t sample_floats = static_cast<size_t>(call.height) * call.width * call.in_channels;
    for (size_t sample = 0; sample < call.out.batch; ++sample) {
        list_entries(call, call.in + sample * sample_floats);
        for (int vector = 0; vector < call.out_vectors; vector += kMostVectors) {
            const int vectors = min_of(kMostVectors, call.out_vectors - vector);
            kFunctions[vectors - 1](call, sample, vector);
        }
    }
}
