// SPDX-License-Identifier: MIT
// What follows every step: see EpilogueCall.

// Rows of one block: `lines` runs of `count` rows, `step` rows from one to the next.
struct RowLines {
    size_t first;
    int count;
    int lines = 1;
    size_t step = 0;
};
// From one line's results to the next one's, where there are more than one; also how many are finished at a time.
constexpr int kLineResults = kWinogradTile;

// An EpilogueCall for the rows of one block from some row on.
struct BlockEpilogue {
    const float* multiplier;
    const float* residual;
    float* raw;
    float* activated;
    bool has_addend;
    Vector addend, scale, shift;
};

template <ActivationKind kKind, int kCount>
KERNEL_INLINE void finish_few(const BlockEpilogue& block, size_t offset, const Vector* results) {
    Vector y[kCount];
    unroll<kCount>([&](auto i) KERNEL_LAMBDA { y[decltype(i)::value] = results[decltype(i)::value]; });
    if (block.multiplier != nullptr) {
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            y[decltype(i)::value] *= load(block.multiplier + offset + decltype(i)::value * kWidth);
        });
    }
    if (block.has_addend) {
        unroll<kCount>([&](auto i) KERNEL_LAMBDA { y[decltype(i)::value] += block.addend; });
    }
    if (block.residual != nullptr) {
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            y[decltype(i)::value] += load(block.residual + offset + decltype(i)::value * kWidth);
        });
    }
    if (block.raw != nullptr) {
        unroll<kCount>([&](auto i) KERNEL_LAMBDA {
            store(block.raw + offset + decltype(i)::value * kWidth, y[decltype(i)::value]);
        });
    }
    if (block.activated == nullptr) return;
    unroll<kCount>([&](auto i) KERNEL_LAMBDA {
        store(block.activated + offset + decltype(i)::value * kWidth,
              activate<kKind>(y[decltype(i)::value] * block.scale + block.shift));
    });
}

template <ActivationKind kKind>
KERNEL_INLINE void finish_block(const BlockEpilogue& block, const RowLines& rows, const Vector* results) {
    for (int line = 0; line < rows.lines; ++line, results += kLineResults) {
        const size_t offset = line * rows.step * kWidth;
        int i = 0;
        for (; i + kLineResults <= rows.count; i += kLineResults) {
            finish_few<kKind, kLineResults>(block, offset + i * kWidth, results + i);
        }
        for (; i < rows.count; ++i) finish_few<kKind, 1>(block, offset + i * kWidth, results + i);
    }
}

// Finishes the results of lines of one board, or of any one line.
[[gnu::noinline]] void finish_lines(const EpilogueCall& call, size_t block, const RowLines& rows,
                                    const Vector* results) {
    const size_t start = (block * call.batch * call.points + rows.first) * kWidth;
    const auto from_start = [&](auto* p) KERNEL_LAMBDA { return p == nullptr ? nullptr : p + start; };
    BlockEpilogue of_block{from_start(call.multiplier),
                           from_start(call.residual),
                           from_start(call.raw),
                           from_start(call.activated),
                           false,
                           Vector{},
                           Vector{},
                           Vector{}};
    if (call.vector != nullptr) {
        const size_t sample = rows.first / call.points, left = call.points - rows.first % call.points;
        if (rows.lines == 1 && static_cast<size_t>(rows.count) > left) {  // a line that goes on in the next board
            const int here = static_cast<int>(left);
            finish_lines(call, block, {rows.first, here}, results);
            finish_lines(call, block, {rows.first + left, rows.count - here}, results + here);
            return;
        }
        of_block.has_addend = true, of_block.addend = load(call.vector + (block * call.batch + sample) * kWidth);
    }
    if (call.activated != nullptr) {
        of_block.scale = load(call.scale + block * kWidth), of_block.shift = load(call.shift + block * kWidth);
    }
    switch (call.activated == nullptr ? ActivationKind::Identity : call.kind) {
        case ActivationKind::Identity:
            return finish_block<ActivationKind::Identity>(of_block, rows, results);
        case ActivationKind::Relu:
            return finish_block<ActivationKind::Relu>(of_block, rows, results);
        case ActivationKind::Mish:
            return finish_block<ActivationKind::Mish>(of_block, rows, results);
        case ActivationKind::Silu:
            return finish_block<ActivationKind::Silu>(of_block, rows, results);
    }
}

// Finishes `count` results of one block, starting at `row`.
KERNEL_INLINE void finish_rows(const EpilogueCall& call, size_t block, size_t row, int count, const Vector* results) {
    finish_lines(call, block, {row, count}, results);
}
