// SPDX-License-Identifier: MIT
// All attention kernels of each instruction set, by their descriptors, against plain loops in double precision: a new
// one is tested as soon as it has its row. Rotation (RoPE): see layer_parity_test.cpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>

#include "backend/cpu/largest_edge.h"
#include "backend/cpu/plain_loops.h"
#include "backend/cpu/run_kernel.h"
#include "nn/random_net.h"

using namespace test_kernels;
using test_nets::Numbers;

namespace {

// Relative to the largest value, of queries that were multiplied by `scale`, as the errors of scores are. FP32: of an
// exponential. Int16: probabilities are integers that add up to 2^18 at most. FP16: as for its kernels alone
// (fp16_test.cpp), and as much again for inputs that are not FP16 numbers.
double bound_of(const AttentionKernel& kernel, float scale) {
    const double amplified = std::max(1.0, std::abs(double{scale}));
    switch (kernel.arithmetic) {
        case Arithmetic::Fp32:
            return amplified * 2e-6;
        case Arithmetic::Int16:
            return amplified * 1e-3;
        case Arithmetic::Fp16:
            return amplified * 1e-2;
        case Arithmetic::Int8:
            break;
    }
    FAIL("there is no bound for attention in ", std::string(name_of(kernel.arithmetic)));
    return 0;
}

struct Heads {
    int heads, kv_heads, qk_channels, v_channels;
};

// The operands of attention, and the call of a kernel on them.
struct Operands {
    Operands(const Heads& h, const Boards& boards, int width)
        : q(h.heads * h.qk_channels, boards.rows(), width),
          k(h.kv_heads * h.qk_channels, boards.rows(), width),
          v(h.kv_heads * h.v_channels, boards.rows(), width) {
        call.q = q.floats.data(), call.k = k.floats.data(), call.v = v.floats.data();
        call.heads = h.heads, call.kv_heads = h.kv_heads;
        call.qk_channels = h.qk_channels, call.v_channels = h.v_channels;
        call.height = boards.shape.height, call.width = boards.shape.width;
        call.batch = static_cast<size_t>(boards.count);
    }
    void fill(Numbers& numbers) { q.fill(numbers), k.fill(numbers), v.fill(numbers); }
    Exact wanted() const { return attention(q, k, v, call); }

    Blocks q, k, v;
    AttentionCall call;
};

// Runs of one kernel on operands whose values change between them.
class AttentionRuns {
  public:
    AttentionRuns(const AttentionKernel& kernel, const Operands& operands)
        : kernel_(kernel),
          operands_(operands),
          scratch_(kernel.scratch_floats(operands.call)),
          state_(kernel.make_state == nullptr ? nullptr : kernel.make_state(operands.call, operands.q.width)) {}

    Blocks next() {
        Blocks out(operands_.call.heads * operands_.call.v_channels, operands_.q.rows, operands_.q.width);
        // What the output held before, also where no channel lies, must not matter.
        std::fill_n(out.floats.data(), out.floats.size(), 7.0f);
        AttentionCall call = operands_.call;
        call.out = out.floats.data(), call.scratch = scratch_.data(), call.state = state_.get();
        kernel_.run(call);
        return out;
    }

  private:
    const AttentionKernel& kernel_;
    const Operands& operands_;
    AlignedFloats scratch_;
    std::unique_ptr<KernelState> state_;
};

template <class Test>
void for_each_attention_kernel(const Test& test) {
    for_each_set([&](const KernelSet& kernels) {
        for (const AttentionKernel& kernel : kernels.attention) {
            if (!is_available(kernel)) continue;
            CAPTURE(std::string(kernel.name));
            test(kernels, kernel);
        }
    });
}

}  // namespace

TEST_CASE("attention kernels: all equal plain loops, also where all scores are equal or far apart") {
    struct Case {
        Heads heads;
        BoardShape board;
        float scale;
    };
    for_each_attention_kernel([](const KernelSet& kernels, const AttentionKernel& kernel) {
        Numbers numbers(4);
        for (const auto& [heads, board, scale] :
             {Case{{2, 2, 32, 32}, {19, 19}, 1}, Case{{2, 1, 7, 5}, {5, 4}, 3}, Case{{1, 1, 16, 16}, {9, 9}, 30},
              Case{{3, 3, 40, 24}, {2, 3}, 1}, Case{{2, 2, 8, 48}, {13, 13}, 0}, Case{{1, 1, 32, 32}, {7, 7}, -20}}) {
            if (board.height > largest_edge()) continue;
            Operands operands(heads, {board, 2}, kernels.width);
            operands.fill(numbers);
            Blocks &q = operands.q, &k = operands.k;
            for (int row = 0; row < q.rows; ++row) {
                // A scale below zero: every score is far below zero, unlike the padding's.
                for (int i = 0; i < q.channels; ++i) q.at(row, i) = scale * (scale < 0 ? 1 : q.at(row, i));
                for (int i = 0; i < k.channels && scale < 0; ++i) k.at(row, i) = 1 + k.at(row, i) / 8;
            }
            CAPTURE(heads.qk_channels);
            CAPTURE(scale);
            CHECK(error_of(AttentionRuns(kernel, operands).next(), operands.wanted()) <= bound_of(kernel, scale));
        }
    });
}

TEST_CASE("attention kernels: all equal plain loops where a score's products are all as large as can be") {
    for_each_attention_kernel([](const KernelSet& kernels, const AttentionKernel& kernel) {
        Numbers numbers(6);
        for (const int channels : {8, 31, 32, 128, 512}) {
            Operands operands({1, 1, channels, 16}, {{5, 5}, 1}, kernels.width);
            operands.fill(numbers);
            // The last point's score is as far above zero as the others' are below.
            operands.q.fill([] { return 1.0f; });
            operands.k.fill([] { return -1.0f; });
            for (int i = 0; i < channels; ++i) operands.k.at(operands.k.rows - 1, i) = 1;
            CAPTURE(channels);
            CHECK(error_of(AttentionRuns(kernel, operands).next(), operands.wanted()) <= bound_of(kernel, 1));
        }
    });
}

TEST_CASE("attention kernels: all equal plain loops for every batch, board and kind of heads, run after run") {
    for_each_attention_kernel([](const KernelSet& kernels, const AttentionKernel& kernel) {
        constexpr float kScale = 2;  // without it all points of a big board would count alike
        Numbers numbers(5);
        for (const Heads& heads : {Heads{1, 1, 4, 4}, Heads{4, 2, 12, 5}, Heads{6, 2, 16, 24}, Heads{3, 1, 33, 8}}) {
            for (int batch = 1; batch <= 8; ++batch) {
                for (const BoardShape board : {BoardShape{2, 2}, {2, 7}, {5, 3}, {9, 9}, {19, 19}}) {
                    if (board.area() > 81 && batch != 1) continue;
                    Operands operands(heads, {board, batch}, kernels.width);
                    AttentionRuns runs(kernel, operands);
                    CAPTURE(heads.heads);
                    CAPTURE(batch);
                    CAPTURE(board.height);
                    for (int run = 0; run < 2; ++run) {
                        operands.fill(numbers);
                        operands.q.fill([&] { return kScale * numbers.next(); });
                        CHECK(error_of(runs.next(), operands.wanted()) <= bound_of(kernel, kScale));
                    }
                }
            }
        }
    });
}

TEST_CASE("attention kernels: names tell the kernels of a set apart") {
    for_each_set([](const KernelSet& kernels) {
        std::set<std::string_view> names;
        for (const AttentionKernel& kernel : kernels.attention) CHECK(names.insert(kernel.name).second);
    });
}
