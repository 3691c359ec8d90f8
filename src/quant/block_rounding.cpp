// SPDX-License-Identifier: MIT
#include "quant/block_rounding.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "core/fp16.h"
#include "nn/int8_layers.h"
#include "nn/rotation.h"
#include "quant/stored_weights.h"

namespace katago {

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr float kLargest = 127;
constexpr float kDamping = 0.01f;        // of the mean of the moments' diagonal
constexpr Eigen::Index kLazyRows = 128;  // rows whose errors are passed on together
constexpr uint16_t kLeastFp16 = 0x0001;  // 2^-24

struct Stored {
    std::vector<int8_t> values;
    std::vector<uint16_t> scales;
};

// The least FP16 number that is not below x.
uint16_t fp16_not_below(float x) {
    const uint16_t nearest = std::max(fp16_of_float(x), kLeastFp16);
    return float_of_fp16(nearest) < x ? static_cast<uint16_t>(nearest + 1) : nearest;
}

// Rounds the rows (inputs) of a matrix one after the other. One thread at a time.
class Rounder {
  public:
    Rounder(const LinearShape& shape, const Rounding& rounding, std::vector<float> weights)
        : shape_(shape),
          rotated_(rounding.rotated),
          block_(rounding.block),
          taps_share_(rounding.taps_share),
          blocks_((shape.in_channels + block_ - 1) / block_) {
        if (rotated_ != 0) {
            for (float& weight : weights) weight *= 4.0f / static_cast<float>(hadamard_block(rotated_));
            rotate_rows(weights.data(), shape.in_channels, static_cast<size_t>(shape.out_channels), rotated_);
        }
        weights_ = Eigen::Map<const Matrix>(weights.data(), rows(), shape.out_channels);
        stored_.values.resize(weights.size());
        find_scales();
    }

    Eigen::Index rows() const { return Eigen::Index{shape_.taps} * shape_.in_channels; }

    void round_plainly() {
        for (Eigen::Index row = 0; row < rows(); ++row) round(row, weights_.row(row));
    }

    void round_compensated(Eigen::MatrixXf moments) {
        rotate(moments);
        std::vector<Eigen::Index> order(static_cast<size_t>(rows()));
        std::iota(order.begin(), order.end(), Eigen::Index{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](Eigen::Index a, Eigen::Index b) { return moments(a, a) > moments(b, b); });
        const Matrix factor = factor_of_inverse(moments, order);
        moments.resize(0, 0);
        Matrix left(rows(), shape_.out_channels);
        for (Eigen::Index i = 0; i < rows(); ++i) left.row(i) = weights_.row(order[static_cast<size_t>(i)]);
        Matrix errors(kLazyRows, shape_.out_channels);
        for (Eigen::Index begin = 0; begin < rows(); begin += kLazyRows) {
            const Eigen::Index count = std::min(kLazyRows, rows() - begin), end = begin + count;
            for (Eigen::Index i = begin; i < end; ++i) {
                errors.row(i - begin) = round(order[static_cast<size_t>(i)], left.row(i)) / factor(i, i);
                for (Eigen::Index j = i + 1; j < end; ++j) left.row(j) -= factor(i, j) * errors.row(i - begin);
            }
            if (end < rows())
                left.bottomRows(rows() - end).noalias() -=
                    factor.block(begin, end, count, rows() - end).transpose() * errors.topRows(count);
        }
    }

    LinearWeights take() {
        const auto owner = std::make_shared<const Stored>(std::move(stored_));
        return {BlockInt8{.taps = shape_.taps,
                          .in_channels = shape_.in_channels,
                          .out_channels = shape_.out_channels,
                          .block = block_,
                          .rotated = rotated_,
                          .values = owner->values,
                          .scales = owner->scales},
                owner};
    }

  private:
    // Makes moments of rotated inputs of moments of the inputs.
    void rotate(Eigen::MatrixXf& moments) const {
        if (rotated_ == 0) return;
        moments = Eigen::MatrixXf(moments.selfadjointView<Eigen::Lower>());
        for (int side = 0; side < 2; ++side) {
            rotate_rows(moments.data(), shape_.in_channels, static_cast<size_t>(moments.rows()), rotated_);  // columns
            moments.transposeInPlace();
        }
    }

    // The upper triangular U with U^T U = inverse of the moments, rows and columns in `order`. In the
    // reversed order moments = L L^T, so that in this order they are R R^T with an upper triangular R, and U = R^-1.
    Matrix factor_of_inverse(const Eigen::MatrixXf& moments, const std::vector<Eigen::Index>& order) const {
        const Eigen::Index n = rows();
        const float mean = std::max(moments.diagonal().mean(), 1e-12f);
        for (float damping = kDamping;; damping *= 10) {
            Eigen::MatrixXf reversed(n, n);
            for (Eigen::Index i = 0; i < n; ++i) {
                for (Eigen::Index j = 0; j <= i; ++j) {
                    const Eigen::Index a = order[static_cast<size_t>(n - 1 - i)];
                    const Eigen::Index b = order[static_cast<size_t>(n - 1 - j)];
                    reversed(i, j) = moments(std::max(a, b), std::min(a, b));
                }
                reversed(i, i) += damping * mean;
            }
            const Eigen::LLT<Eigen::Ref<Eigen::MatrixXf>> llt(reversed);
            if (llt.info() != Eigen::Success) continue;  // ends: the diagonal outweighs everything
            Eigen::MatrixXf inverse = Eigen::MatrixXf::Identity(n, n);
            llt.matrixL().solveInPlace(inverse);
            return inverse.reverse();
        }
    }

    void find_scales() {
        const Eigen::Index out = shape_.out_channels;
        scales_ = Matrix::Zero(Eigen::Index{shape_.taps} * blocks_, out);
        for (Eigen::Index row = 0; row < rows(); ++row)
            scales_.row(scale_row(row)) = scales_.row(scale_row(row)).cwiseMax(weights_.row(row).cwiseAbs());
        for (Eigen::Index tap = 1; taps_share_ && tap < shape_.taps; ++tap)
            scales_.topRows(blocks_) = scales_.topRows(blocks_).cwiseMax(scales_.middleRows(tap * blocks_, blocks_));
        for (Eigen::Index tap = 1; taps_share_ && tap < shape_.taps; ++tap)
            scales_.middleRows(tap * blocks_, blocks_) = scales_.topRows(blocks_);
        for (Eigen::Index i = 0; i < scales_.size(); ++i) {
            const uint16_t scale = fp16_not_below(scales_.data()[i] / kLargest);
            stored_.scales.push_back(scale);
            scales_.data()[i] = float_of_fp16(scale);
        }
    }
    Eigen::Index scale_row(Eigen::Index row) const {
        return row / shape_.in_channels * blocks_ + row % shape_.in_channels / block_;
    }

    // Stores the row, given as it has become, and returns its errors.
    Eigen::RowVectorXf round(Eigen::Index row, const Eigen::RowVectorXf& wanted) {
        const auto scales = scales_.row(scale_row(row));
        Eigen::RowVectorXf errors(wanted.size());
        int8_t* out = stored_.values.data() + row * wanted.size();
        for (Eigen::Index o = 0; o < wanted.size(); ++o) {
            const float level = std::clamp(std::nearbyint(wanted[o] / scales[o]), -kLargest, kLargest);
            out[o] = static_cast<int8_t>(level);
            errors[o] = wanted[o] - level * scales[o];
        }
        return errors;
    }

    LinearShape shape_;
    int rotated_, block_;
    bool taps_share_;
    Eigen::Index blocks_;
    Matrix weights_, scales_;
    Stored stored_;
};

}  // namespace

int block_size(int channels, int most, int multiple) {
    const int blocks = (channels + most - 1) / most;
    const int even = (channels + blocks - 1) / blocks, whole = (even + multiple - 1) / multiple * multiple;
    return blocks > 1 && whole <= most ? whole : even;
}

RotationWidth rotation_width_of(const Graph& graph, NodeId layer) {
    const Node& node = graph.node(layer);
    if (linear_shape(node).taps != 1 || !has_attention(graph)) return RotationWidth::None;
    const bool ends_glu = std::holds_alternative<Multiply>(graph.node(node.inputs[0]).layer);
    return ends_glu ? RotationWidth::Block : RotationWidth::Widest;
}

Rounding rounding_of(const LinearShape& shape, RotationWidth width, int block) {
    const int in = shape.in_channels;
    const int rotated = width == RotationWidth::None    ? 0
                        : width == RotationWidth::Block ? rotation_block(in)
                                                        : widest_rotation(in);
    if (block == kOneScale) return {in, rotated, true};
    if (rotated == 0) return {block_size(in, block, kBlockMultiple), 0};
    const int multiple = has_reflection(rotated) ? kReflectedBlockMultiple : kHadamardBlockMultiple;
    return {block_size(in, kRotatedScaleBlock, multiple), rotated};
}

LinearWeights round_to_int8(const Node& layer, Eigen::MatrixXf moments, const Rounding& rounding) {
    Rounder rounder(linear_shape(layer), rounding, *linear_weights(layer)->floats());
    if (moments.size() == 0 || !moments.diagonal().allFinite())
        rounder.round_plainly();
    else
        rounder.round_compensated(std::move(moments));
    return rounder.take();
}

}  // namespace katago
