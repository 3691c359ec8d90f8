// SPDX-License-Identifier: MIT
#include "quant/block_rounding.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/fp16.h"
#include "core/rng.h"
#include "quant/second_moments.h"
#include "quant/stored_weights.h"

using namespace katago;

namespace {

constexpr int kIn = 20, kOut = 12;

Node conv_node(int kernel, uint64_t seed) {
    Rng rng(seed);
    std::vector<float> weights(static_cast<size_t>(kernel * kernel * kIn * kOut));
    for (float& weight : weights) weight = static_cast<float>(rng.gaussian());
    Conv2d conv;
    conv.kernel_y = conv.kernel_x = kernel, conv.in_channels = kIn, conv.out_channels = kOut;
    conv.weights = make_weights(std::move(weights));
    return {"conv", conv, {}, {}};
}

// A board whose channels depend on one another, as those of a network do.
std::vector<float> board_of(BoardShape shape, uint64_t seed) {
    Rng rng(seed);
    std::vector<float> values;
    for (int point = 0; point < shape.area(); ++point) {
        const double common = 2 * rng.gaussian();
        for (int c = 0; c < kIn; ++c) values.push_back(static_cast<float>(common + 0.3 * rng.gaussian()));
    }
    return values;
}

// The same, and a little that all points of the board have, each kind of it in every fourth channel.
std::vector<float> board_with_mean(BoardShape shape, uint64_t seed) {
    std::vector<float> values = board_of(shape, seed);
    Rng rng(seed + 500'000);
    float mean[4];
    for (float& kind : mean) kind = static_cast<float>(0.3 * rng.gaussian());
    for (size_t i = 0; i < values.size(); ++i) values[i] += mean[i % kIn % 4];
    return values;
}

// Mean squared error of the layer's outputs: the sum over the outputs of e^T H e.
double error_of(const Node& node, const LinearWeights& rounded, const Eigen::MatrixXf& moments, int columns = kOut) {
    const Weights right = linear_weights(node)->floats(), found = rounded.floats();
    const Eigen::MatrixXf full = moments.selfadjointView<Eigen::Lower>();
    double error = 0;
    for (int o = 0; o < columns; ++o) {
        Eigen::VectorXf e(full.rows());
        for (Eigen::Index i = 0; i < e.size(); ++i) {
            const size_t at = static_cast<size_t>(i) * static_cast<size_t>(columns) + static_cast<size_t>(o);
            e[i] = (*right)[at] - (*found)[at];
        }
        error += double{e.dot(full * e)};
    }
    return error;
}

}  // namespace

TEST_CASE("block rounding: every weight is within half a level, plainly rounded") {
    const Node node = conv_node(3, 1);
    const LinearWeights rounded = round_to_int8(node, {}, {8});
    REQUIRE(rounded.int8() != nullptr);
    CHECK(rounded.int8()->blocks() == 3);
    const Weights right = linear_weights(node)->floats(), found = rounded.floats();
    for (size_t i = 0; i < right->size(); ++i) {
        const size_t tap = i / (kIn * kOut), in = i / kOut % kIn, out = i % kOut;
        const float scale = float_of_fp16(rounded.int8()->scales[(tap * 3 + in / 8) * kOut + out]);
        CHECK(std::abs((*right)[i] - (*found)[i]) <= 0.5f * scale * 1.0001f);
        CHECK(std::abs(int{rounded.int8()->values[i]}) <= 127);
    }
}

TEST_CASE("block rounding: with one scale, all taps and inputs of an output share it, and no weight is clipped") {
    const Node node = conv_node(3, 2);
    const LinearWeights rounded = round_to_int8(node, {}, rounding_of({9, kIn, kOut}, RotationWidth::None, kOneScale));
    REQUIRE(rounded.int8() != nullptr);
    REQUIRE(rounded.int8()->scales.size() == 9 * kOut);
    for (size_t i = 0; i < rounded.int8()->scales.size(); ++i)
        CHECK(rounded.int8()->scales[i] == rounded.int8()->scales[i % kOut]);
    const Weights right = linear_weights(node)->floats(), found = rounded.floats();
    for (size_t i = 0; i < right->size(); ++i)
        CHECK(std::abs((*right)[i] - (*found)[i]) <= 0.5f * float_of_fp16(rounded.int8()->scales[i % kOut]) * 1.0001f);
    CHECK(rounding_of({1, 512, 8}, RotationWidth::Widest, kOneScale).block == 512);
    CHECK(rounding_of({1, 512, 8}, RotationWidth::Widest, kOneScale).rotated == 64);
}

TEST_CASE("block rounding: compensation leaves a fraction of the error, on inputs it did not see") {
    for (const int kernel : {1, 3}) {
        CAPTURE(kernel);
        const Node node = conv_node(kernel, 2);
        const BoardShape shape{7, 9};
        SecondMoments seen(node, 63), unseen(node, 63);
        for (uint64_t board = 0; board < 60; ++board) {
            seen.add(board_of(shape, board), shape);
            unseen.add(board_of(shape, 1000 + board), shape);
        }
        const Eigen::MatrixXf unseen_moments = unseen.take_mean();
        const double plain = error_of(node, round_to_int8(node, {}, {10}), unseen_moments);
        const double compensated = error_of(node, round_to_int8(node, seen.take_mean(), {10}), unseen_moments);
        CHECK(plain > 0);
        CHECK(compensated < 0.5 * plain);
    }
}

TEST_CASE("block rounding: zeros, and inputs that never come, are no trouble") {
    Node node = conv_node(1, 3);
    std::get<Conv2d>(node.layer).weights = make_weights(std::vector<float>(kIn * kOut));
    const LinearWeights rounded = round_to_int8(node, Eigen::MatrixXf::Zero(kIn, kIn), {64});
    const Weights found = rounded.floats();
    for (const float weight : *found) CHECK(weight == 0);
}

TEST_CASE("block rounding: blocks are of equal size") {
    CHECK(block_size(96, 64, 16) == 48);
    CHECK(block_size(192, 64, 16) == 64);
    CHECK(block_size(22, 64, 16) == 22);
    CHECK(block_size(65, 64, 16) == 48);  // not 33: in multiples of 16, as kernels take them
    CHECK(block_size(512, 96, 16) == 96);
    CHECK(block_size(65, 40, 16) == 33);  // no multiple fits
}

TEST_CASE("block rounding: rotated weights, rotated back, are as near as their blocks let them be") {
    constexpr int kRotatedIn = 96, kColumns = 5;
    Rng rng(7);
    std::vector<float> weights(static_cast<size_t>(kRotatedIn * kColumns));
    for (float& weight : weights) weight = static_cast<float>(rng.gaussian());
    // A channel that stands out, in weights or in inputs, costs all others of its block their exactness.
    for (int o = 0; o < kColumns; ++o) weights[static_cast<size_t>(17 * kColumns + o)] *= 30;
    const Node node{"matrix", MatMul{kRotatedIn, kColumns, make_weights(weights)}, {}, {}};
    const Rounding rotated = rounding_of({1, kRotatedIn, kColumns}, RotationWidth::Widest, 64);
    CHECK(rotated.rotated == 96);
    CHECK(rotated.block == kRotatedIn);
    const auto squares = [&](const Rounding& rounding) {
        const Weights found = round_to_int8(node, {}, rounding).floats();
        double sum = 0;
        for (size_t i = 0; i < weights.size(); ++i) sum += std::pow(double{weights[i] - (*found)[i]}, 2);
        return sum / static_cast<double>(weights.size());
    };
    const double step = 30.0 / 127;  // of a column whose largest weight is about 30
    CHECK(squares(rotated) < squares({kRotatedIn, 0}));
    CHECK(squares(rotated) < step * step / 12);
    CHECK(squares(rotated) > 0);
}

TEST_CASE("block rounding: what is rotated together, and how long blocks are") {
    const auto found = [](int in, RotationWidth width) {
        const Rounding rounding = rounding_of({1, in, 8}, width, 64);
        return std::pair(rounding.rotated, rounding.block);
    };
    CHECK(found(192, RotationWidth::None) == std::pair(0, 64));
    CHECK(found(192, RotationWidth::Block) == std::pair(64, 192));
    CHECK(found(192, RotationWidth::Widest) == std::pair(192, 192));
    CHECK(found(320, RotationWidth::Widest) == std::pair(64, 192));  // not 160: in whole Hadamard blocks
    CHECK(found(384, RotationWidth::Widest) == std::pair(192, 192));
    CHECK(found(512, RotationWidth::Widest) == std::pair(64, 256));
    CHECK(found(96, RotationWidth::Block) == std::pair(32, 96));
    CHECK(found(112, RotationWidth::Widest) == std::pair(16, 112));
    CHECK(found(20, RotationWidth::Widest) == std::pair(0, 20));
}

TEST_CASE("block rounding: compensation of rotated weights knows what inputs they meet") {
    Rng rng(9);
    constexpr int kRotatedIn = 96, kColumns = 12;
    std::vector<float> weights(static_cast<size_t>(kRotatedIn * kColumns));
    for (float& weight : weights) weight = static_cast<float>(rng.gaussian());
    const Node node{"matrix", MatMul{kRotatedIn, kColumns, make_weights(weights)}, {}, {}};
    Eigen::MatrixXf inputs(kRotatedIn, 500);
    for (Eigen::Index i = 0; i < inputs.size(); ++i) inputs.data()[i] = static_cast<float>(rng.gaussian());
    for (Eigen::Index i = 0; i < kRotatedIn; ++i) inputs.row(i) += (i % 3 == 0 ? 4.0f : 0.5f) * inputs.row(5);
    const Eigen::MatrixXf moments = inputs * inputs.transpose() / 500;
    const Rounding rounding{kRotatedIn, 96};
    const double plain = error_of(node, round_to_int8(node, {}, rounding), moments, kColumns);
    const double compensated = error_of(node, round_to_int8(node, moments, rounding), moments, kColumns);
    CHECK(plain > 0);
    CHECK(compensated < 0.5 * plain);
}

TEST_CASE("block rounding: what a board's mean becomes changes less where boards were seen whole") {
    constexpr BoardShape kShape{9, 9}, kPoint{1, 1};
    const Node node = conv_node(1, 5);
    SecondMoments whole(node, kShape.area()), points(node, 1), means(node, 1);
    for (uint64_t board = 0; board < 60; ++board) {
        const std::vector<float> seen = board_with_mean(kShape, board), unseen = board_with_mean(kShape, 1000 + board);
        whole.add(seen, kShape);
        for (int point = 0; point < kShape.area(); ++point)
            points.add(std::vector<float>(seen.begin() + point * kIn, seen.begin() + (point + 1) * kIn), kPoint);
        std::vector<float> mean(kIn);
        for (size_t i = 0; i < unseen.size(); ++i) mean[i % kIn] += unseen[i] / kShape.area();
        means.add(mean, kPoint);
    }
    const Eigen::MatrixXf unseen_moments = means.take_mean();
    const double with = error_of(node, round_to_int8(node, whole.take_mean(), {10}), unseen_moments);
    const double without = error_of(node, round_to_int8(node, points.take_mean(), {10}), unseen_moments);
    CHECK(with < 0.75 * without);
}

TEST_CASE("second moments: at the edge of a board, taps beyond it see nothing") {
    Node node = conv_node(3, 4);
    std::get<Conv2d>(node.layer).in_channels = 2;
    SecondMoments moments(node, 1);
    moments.add(std::vector<float>{3, -2}, {1, 1});
    const Eigen::MatrixXf mean = moments.take_mean();
    REQUIRE(mean.rows() == 18);
    const float both = 1 + SecondMoments::kBoardMeanWeight;  // the one point is the board's mean too
    CHECK(mean(8, 8) == doctest::Approx(9 * both));
    CHECK(mean(9, 8) == doctest::Approx(-6 * both));
    CHECK(mean(9, 9) == doctest::Approx(4 * both));
    CHECK(mean.cwiseAbs().sum() == doctest::Approx((9 + 6 + 4) * both));
}

TEST_CASE("second moments: the mean column of a board sees under each tap what is on the board") {
    Node node = conv_node(3, 4);
    std::get<Conv2d>(node.layer).in_channels = 1;
    SecondMoments moments(node, 1);
    moments.add(std::vector<float>{0, 0, 0, 6}, {2, 2});
    const Eigen::MatrixXf mean = moments.take_mean();
    // Each point sees the 6 under another tap: 4, 5, 7 and 8. So a column that was drawn says nothing of two taps.
    constexpr float kBoth = SecondMoments::kBoardMeanWeight * (6.0f / 4) * (6.0f / 4);
    for (const auto& [high, low] :
         {std::pair(5, 4), std::pair(7, 4), std::pair(8, 4), std::pair(7, 5), std::pair(8, 7)})
        CHECK(mean(high, low) == doctest::Approx(kBoth));
    for (const int tap : {0, 1, 2, 3, 6}) CHECK(mean(tap, tap) == 0);
}
