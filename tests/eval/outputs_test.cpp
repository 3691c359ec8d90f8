// SPDX-License-Identifier: MIT
#include "eval/outputs.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "game/symmetry.h"
#include "positions.h"

namespace katago {

namespace {

// Raw outputs of a board, with the values of the format's worked example.
struct Raw {
    explicit Raw(const BoardHistory& history, int policy_channels)
        : channels(static_cast<size_t>(policy_channels)),
          policy(static_cast<size_t>(history.board().area()) * channels),
          pass(channels),
          ownership(static_cast<size_t>(history.board().area())) {}

    PlanOutputs outputs() {
        return {.policy = policy.data(),
                .pass = pass.data(),
                .value = value.data(),
                .score = score.data(),
                .ownership = ownership.data()};
    }

    size_t channels;
    std::vector<float> policy, pass, ownership;
    std::vector<float> value = {-0.228862f, -0.191413f, 0.240259f};
    std::vector<float> score = {-0.143492f, 0.062972f, -0.040563f, 0.213226f, 0.273466f, 0.179653f};
};

ModelInfo info_of(int version, int policy_channels) {
    ModelInfo info;
    info.name = "example";
    info.version = version;
    info.policy_channels = policy_channels;
    if (version >= 13) info.multipliers.shortterm_score_error = 150;
    return info;
}

Evaluation decode(int version, const BoardHistory& history, Raw& raw, const EvalOptions& options = {},
                  int symmetry = 0) {
    Evaluation evaluation;
    const ModelInfo info = info_of(version, static_cast<int>(raw.channels));
    decode_outputs({info, history, history.next_player(), options, symmetry}, raw.outputs(), evaluation);
    return evaluation;
}

// Black to move on 5x5, B4 and D3 taken.
BoardHistory example() {
    BoardHistory history = positions::empty({5, 5}, positions::rules("tromp-taylor", 7.5f));
    positions::play(history, "B4 D3");
    return history;
}

}  // namespace

TEST_CASE("outputs: values, scores and errors of version 14, from White's view") {
    const BoardHistory history = example();
    Raw raw(history, 2);
    const Evaluation e = decode(14, history, raw);
    CHECK(e.white_win == doctest::Approx(0.509361).epsilon(1e-5));
    CHECK(e.white_loss == doctest::Approx(0.490639).epsilon(1e-5));
    CHECK(e.no_result == 0);
    CHECK(e.white_score_mean == doctest::Approx(2.86984).epsilon(1e-5));
    CHECK(e.white_score_mean_sq == doctest::Approx(218.561).epsilon(1e-5));
    CHECK(e.white_lead == doctest::Approx(0.81126).epsilon(1e-5));
    CHECK(e.var_time_left == doctest::Approx(32.217).epsilon(1e-4));
    CHECK(e.shortterm_winloss_error == doctest::Approx(0.3819).epsilon(1e-3));
    CHECK(e.shortterm_score_error == doctest::Approx(9.0517).epsilon(1e-4));
}

TEST_CASE("outputs: short-term errors by version") {
    const BoardHistory history = example();
    Raw raw(history, 1);
    auto softplus = [](double x) { return std::log1p(std::exp(x)); };
    const double e4 = raw.score[4], e5 = raw.score[5];
    const Evaluation v8 = decode(8, history, raw);
    CHECK(v8.var_time_left == -1);
    CHECK(v8.shortterm_winloss_error == -1);
    CHECK(v8.shortterm_score_error == -1);
    const Evaluation v9 = decode(9, history, raw);
    CHECK(v9.shortterm_winloss_error == doctest::Approx(softplus(e4)));
    CHECK(v9.shortterm_score_error == doctest::Approx(10 * softplus(e5)));
    const Evaluation v10 = decode(10, history, raw);
    CHECK(v10.shortterm_winloss_error == doctest::Approx(std::sqrt(softplus(e4) * 0.25)));
    CHECK(v10.shortterm_score_error == doctest::Approx(std::sqrt(softplus(e5) * 30)));
}

TEST_CASE("outputs: versions up to 7 have no lead of their own") {
    const BoardHistory history = example();
    Raw raw(history, 1);
    for (int version = 4; version <= 7; ++version) {
        const Evaluation e = decode(version, history, raw);
        CHECK(e.white_lead == doctest::Approx(2.86984).epsilon(1e-5));
        CHECK(e.white_score_mean == doctest::Approx(2.86984).epsilon(1e-5));
        CHECK(e.var_time_left == -1);
    }
}

TEST_CASE("outputs: version 3 squashes its score and always allows no result") {
    const BoardHistory history = example();
    Raw raw(history, 1);
    const Evaluation e = decode(3, history, raw);
    CHECK(e.white_score_mean == doctest::Approx(2 * 5 * 0.143492));
    CHECK(e.white_score_mean_sq == doctest::Approx(e.white_score_mean * e.white_score_mean));
    CHECK(e.white_lead == e.white_score_mean);
    const double sum = std::exp(-0.228862) + std::exp(-0.191413) + std::exp(0.240259);
    CHECK(e.no_result == doctest::Approx(std::exp(0.240259) / sum));
}

TEST_CASE("outputs: no result takes its share of the score where the rules know it") {
    BoardHistory history = positions::empty({5, 5}, positions::rules("japanese", 6.5f));
    Raw raw(history, 2);
    const Evaluation e = decode(14, history, raw);
    const double sum = std::exp(-0.228862) + std::exp(-0.191413) + std::exp(0.240259);
    CHECK(e.no_result == doctest::Approx(std::exp(0.240259) / sum));
    CHECK(e.white_score_mean == doctest::Approx(2.86984 * (1 - e.no_result)).epsilon(1e-5));
    CHECK(e.white_score_mean_sq == doctest::Approx(218.561 * (1 - e.no_result)).epsilon(1e-5));
    CHECK(e.white_win + e.white_loss + e.no_result == doctest::Approx(1));
}

TEST_CASE("outputs: illegal moves are -1 and the rest a softmax with optimism and temperature") {
    const BoardHistory history = example();
    Raw raw(history, 2);
    for (size_t i = 0; i < raw.policy.size(); ++i) raw.policy[i] = 0.01f * static_cast<float>(i * i % 97);
    raw.pass = {0.5f, -0.5f};
    EvalOptions options;
    options.policy_optimism = 0.25;
    options.policy_temperature = 0.5;
    const Evaluation e = decode(14, history, raw, options);
    auto weight = [&](const float* logits) { return std::exp((logits[0] + 0.25 * (logits[1] - logits[0])) / 0.5); };
    double sum = weight(raw.pass.data());
    for (size_t i = 0; i < 25; ++i)
        if (i != 6 && i != 13) sum += weight(&raw.policy[2 * i]);
    REQUIRE(e.policy.size() == 26);
    for (size_t i = 0; i < 25; ++i) {
        if (i == 6 || i == 13)
            CHECK(e.policy[i] == -1);
        else
            CHECK(e.policy[i] == doctest::Approx(weight(&raw.policy[2 * i]) / sum));
    }
    CHECK(e.policy[25] == doctest::Approx(weight(raw.pass.data()) / sum));
    CHECK(e.policy_optimism == 0.25f);
}

TEST_CASE("outputs: passing hacks keep a pass below 95 percent and above nothing") {
    const BoardHistory history = example();
    Raw raw(history, 1);
    EvalOptions options;
    raw.pass[0] = 50;
    CHECK(decode(8, history, raw, options).policy[25] == doctest::Approx(1));
    options.enable_passing_hacks = true;
    CHECK(decode(8, history, raw, options).policy[25] == doctest::Approx(0.95));
    raw.pass[0] = -100;
    const float least = decode(8, history, raw, options).policy[25];
    CHECK(least > 0);
    CHECK(least < 1e-19f);
}

TEST_CASE("outputs: points come back from where the symmetry put them, also on rectangles") {
    BoardHistory history = positions::empty({4, 3}, positions::rules("tromp-taylor", 7.5f));
    EvalOptions options;
    options.include_ownership = true;
    for (int symmetry = 0; symmetry < symmetry::kCount; ++symmetry) {
        CAPTURE(symmetry);
        Raw raw(history, 1);
        const BoardSize size = history.board().size();
        const int width = symmetry::size_after(size, symmetry).width;
        for (int i = 0; i < size.area(); ++i) {
            const auto [x, y] = symmetry::map_xy(i % size.width, i / size.width, size, symmetry);
            raw.policy[static_cast<size_t>(y * width + x)] = raw.ownership[static_cast<size_t>(y * width + x)] =
                0.1f * static_cast<float>(i);
        }
        const Evaluation e = decode(8, history, raw, options, symmetry);
        for (size_t i = 0; i + 1 < 12; ++i) {
            CHECK(e.policy[i + 1] / e.policy[i] == doctest::Approx(std::exp(0.1)));
            CHECK(e.white_ownership[i] == doctest::Approx(-std::tanh(0.1 * static_cast<double>(i))));
        }
    }
}

TEST_CASE("outputs: ownership is read only where it is asked for") {
    const BoardHistory history = example();
    Raw raw(history, 1);
    CHECK_FALSE(decode(8, history, raw).has_ownership());
}

TEST_CASE("outputs: what is not finite is an error naming the network") {
    const BoardHistory history = example();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    EvalOptions options;
    options.include_ownership = true;
    for (float bad : {nan, infinity}) {
        for (int where = 0; where < 5; ++where) {
            CAPTURE(where);
            Raw raw(history, 1);
            std::vector<float>* const parts[] = {&raw.policy, &raw.pass, &raw.value, &raw.score, &raw.ownership};
            (*parts[where])[0] = bad;
            // The hyperbolic tangent of infinity is a number.
            if (where == 4 && bad == infinity) continue;
            CHECK_THROWS_AS(decode(9, history, raw, options), BackendError);
        }
    }
    Raw raw(history, 1);
    raw.value[0] = nan;
    CHECK_THROWS_WITH_AS(decode(9, history, raw),
                         "network example: the sum of the value probabilities is nan, not a finite number",
                         BackendError);
}

}  // namespace katago
