// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "backend/backend.h"
#include "nn/graph.h"

namespace katago {

// Sums x x^T over the columns x that a linear layer multiplies: the input channels at one point, or for a convolution
// those of all points under its kernel, [tap][in]. One thread at a time.
class SecondMoments {
  public:
    // How much the mean column of a board counts, its own x x^T against the mean of those of its points. What a network
    // says of the winner it reads from means over the board, where errors of single points cancel and those of the mean
    // stay; without this they are but one direction of many.
    static constexpr float kBoardMeanWeight = 16;

    // `columns_per_board`: so many points of each board, drawn at random but the same ones in every run.
    SecondMoments(const Node& layer, int columns_per_board);

    int dimension() const { return dimension_; }
    // `values`: [board.area(), in_channels], what the layer reads.
    void add(std::span<const float> values, BoardShape board);
    // The mean so far over the columns drawn, plus kBoardMeanWeight times that over the boards' mean columns; only the
    // lower triangle counts.
    Eigen::MatrixXf take_mean();

  private:
    // Calls visit(row of the column, the channels there) for each tap of the kernel at `point` that is on the board.
    template <class Visit>
    void for_taps(std::span<const float> values, BoardShape board, int point, const Visit& visit) const;
    void add_mean_column(std::span<const float> values, BoardShape board, int columns);
    void next_column();
    void flush();

    int kernel_y_ = 1, kernel_x_ = 1, dilation_y_ = 1, dilation_x_ = 1, channels_ = 0, dimension_ = 0;
    int columns_per_board_;
    uint64_t boards_ = 0, columns_ = 0;  // columns: without those of means
    Eigen::MatrixXf pending_;            // columns not added yet
    Eigen::Index pending_columns_ = 0;
    Eigen::MatrixXf sum_;
};

}  // namespace katago
