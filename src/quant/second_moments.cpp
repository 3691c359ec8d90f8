// SPDX-License-Identifier: MIT
#include "quant/second_moments.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "core/ensure.h"
#include "core/rng.h"

namespace katago {

namespace {

// Columns that are multiplied at once: enough for a gemm to be fast, a few megabytes.
constexpr Eigen::Index kPendingColumns = 384;

}  // namespace

SecondMoments::SecondMoments(const Node& layer, int columns_per_board) : columns_per_board_(columns_per_board) {
    if (const auto* conv = std::get_if<Conv2d>(&layer.layer)) {
        kernel_y_ = conv->kernel_y, kernel_x_ = conv->kernel_x;
        dilation_y_ = conv->dilation_y, dilation_x_ = conv->dilation_x;
        channels_ = conv->in_channels;
    } else {
        channels_ = std::get<MatMul>(layer.layer).in_channels;
    }
    dimension_ = kernel_y_ * kernel_x_ * channels_;
    pending_.resize(dimension_, kPendingColumns);
    sum_ = Eigen::MatrixXf::Zero(dimension_, dimension_);
}

void SecondMoments::add(std::span<const float> values, BoardShape board) {
    ENSURE(values.size() == static_cast<size_t>(board.area()) * static_cast<size_t>(channels_));
    Rng rng(boards_++);
    const int columns = std::min(columns_per_board_, board.area());
    for (int i = 0; i < columns; ++i) {
        auto column = pending_.col(pending_columns_);
        column.setZero();
        const auto point = static_cast<int>(rng.below(static_cast<uint64_t>(board.area())));
        for_taps(values, board, point,
                 [&](int row, const auto& channels) { column.segment(row, channels_) = channels; });
        next_column();
    }
    columns_ += static_cast<uint64_t>(columns);
    add_mean_column(values, board, columns);
}

template <class Visit>
void SecondMoments::for_taps(std::span<const float> values, BoardShape board, int point, const Visit& visit) const {
    for (int ky = 0; ky < kernel_y_; ++ky) {
        for (int kx = 0; kx < kernel_x_; ++kx) {
            const int y = point / board.width + (ky - kernel_y_ / 2) * dilation_y_;
            const int x = point % board.width + (kx - kernel_x_ / 2) * dilation_x_;
            if (y < 0 || y >= board.height || x < 0 || x >= board.width) continue;
            const float* channels = values.data() + static_cast<ptrdiff_t>(y * board.width + x) * channels_;
            visit((ky * kernel_x_ + kx) * channels_, Eigen::Map<const Eigen::VectorXf>(channels, channels_));
        }
    }
}

// Scaled so that it counts kBoardMeanWeight times as much as the `columns` together.
void SecondMoments::add_mean_column(std::span<const float> values, BoardShape board, int columns) {
    auto mean = pending_.col(pending_columns_);
    mean.setZero();
    for (int point = 0; point < board.area(); ++point)
        for_taps(values, board, point,
                 [&](int row, const auto& channels) { mean.segment(row, channels_) += channels; });
    mean *= std::sqrt(kBoardMeanWeight * static_cast<float>(columns)) / static_cast<float>(board.area());
    next_column();
}

void SecondMoments::next_column() {
    if (++pending_columns_ == kPendingColumns) flush();
}

void SecondMoments::flush() {
    sum_.selfadjointView<Eigen::Lower>().rankUpdate(pending_.leftCols(pending_columns_));
    pending_columns_ = 0;
}

Eigen::MatrixXf SecondMoments::take_mean() {
    if (pending_columns_ > 0) flush();
    pending_.resize(0, 0);
    if (columns_ > 0) sum_ /= static_cast<float>(columns_);
    return std::move(sum_);
}

}  // namespace katago
