// SPDX-License-Identifier: MIT
#include "quant/second_moments.h"

#include <algorithm>
#include <variant>

#include "core/ensure.h"
#include "core/rng.h"

namespace katago {

namespace {

// Columns that are multiplied at once: enough for matrix products to be fast, a few megabytes.
constexpr Eigen::Index kPendingColumns = 384;

}  // namespace

SecondMoments::SecondMoments(const Node& product, int columns_per_board) : columns_per_board_(columns_per_board) {
    if (const auto* conv = std::get_if<Conv2d>(&product.layer)) {
        kernel_y_ = conv->kernel_y, kernel_x_ = conv->kernel_x;
        dilation_y_ = conv->dilation_y, dilation_x_ = conv->dilation_x;
        channels_ = conv->in_channels;
    } else {
        channels_ = std::get<MatMul>(product.layer).in_channels;
    }
    dimension_ = kernel_y_ * kernel_x_ * channels_;
    pending_.resize(dimension_, kPendingColumns);
    sum_ = Eigen::MatrixXf::Zero(dimension_, dimension_);
}

void SecondMoments::add(std::span<const float> values, BoardShape board) {
    ENSURE(values.size() == static_cast<size_t>(board.area()) * static_cast<size_t>(channels_));
    Rng rng(boards_++);
    for (int i = 0; i < std::min(columns_per_board_, board.area()); ++i)
        copy_column(values, board, static_cast<int>(rng.below(static_cast<uint64_t>(board.area()))));
}

void SecondMoments::copy_column(std::span<const float> values, BoardShape board, int point) {
    float* out = pending_.col(pending_columns_).data();
    for (int ky = 0; ky < kernel_y_; ++ky) {
        for (int kx = 0; kx < kernel_x_; ++kx, out += channels_) {
            const int y = point / board.width + (ky - kernel_y_ / 2) * dilation_y_;
            const int x = point % board.width + (kx - kernel_x_ / 2) * dilation_x_;
            if (y < 0 || y >= board.height || x < 0 || x >= board.width)
                std::fill_n(out, channels_, 0.0f);
            else
                std::copy_n(values.data() + static_cast<ptrdiff_t>(y * board.width + x) * channels_, channels_, out);
        }
    }
    if (++pending_columns_ == kPendingColumns) flush();
}

void SecondMoments::flush() {
    sum_.selfadjointView<Eigen::Lower>().rankUpdate(pending_.leftCols(pending_columns_));
    columns_ += static_cast<uint64_t>(pending_columns_);
    pending_columns_ = 0;
}

Eigen::MatrixXf SecondMoments::take_mean() {
    if (pending_columns_ > 0) flush();
    pending_.resize(0, 0);
    if (columns_ > 0) sum_ /= static_cast<float>(columns_);
    return std::move(sum_);
}

}  // namespace katago
