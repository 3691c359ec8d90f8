// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "backend/reference/kernels.h"
#include "backend/registry.h"
#include "core/error.h"
#include "nn/format/model_file.h"
#include "nn/format/net_writer.h"

using namespace katago;

namespace {

// The values below are printed with six digits after the point.
constexpr double kPrinted = 1e-6;

// The position of the format's description: 5x5, Black to move after Black (1, 1), White (3, 2).
struct Position {
    static constexpr int kSize = 5;
    std::vector<float> spatial = std::vector<float>(kSize * kSize * 22);
    std::vector<float> global = std::vector<float>(19);
    std::vector<float> meta = std::vector<float>(192);

    Position() {
        for (int y = 0; y < kSize; y++)
            for (int x = 0; x < kSize; x++) at(x, y, 0) = 1;
        for (int channel : {1, 10, 18}) at(1, 1, channel) = 1;
        for (int channel : {2, 9, 19}) at(3, 2, channel) = 1;
        global[5] = -0.375f;
        global[6] = 1;
        global[7] = 0.5f;
        global[8] = 1;
        global[18] = -0.5f;
        set_meta();
    }
    float& at(int x, int y, int channel) { return spatial[static_cast<size_t>((y * kSize + x) * 22 + channel)]; }

    // The profile rank_3k_1d on 25 points: Black is a 3 kyu, White a 1 dan, on KGS on 2020-03-01.
    void set_meta() {
        constexpr int kBlackRank = 12, kWhiteRank = 9;
        meta[0] = meta[1] = 1;
        for (size_t i = 0; i < kBlackRank; i++) meta[6 + i] = 1;
        for (size_t i = 0; i < kWhiteRank; i++) meta[40 + i] = 1;
        meta[74] = 0.5f;
        meta[79] = 1;
        meta[82] = static_cast<float>(0.4 * (std::log(1200.0 + 60) - 6.5));
        meta[83] = static_cast<float>(0.3 * (std::log(30.0 + 1) - 3));
        meta[84] = static_cast<float>(0.5 * (std::log(5.0 + 2) - 1.5));
        meta[85] = static_cast<float>(0.25 * (std::log(0.0 + 2) - 1.5));
        meta[86] = static_cast<float>(0.5 * std::log(25.0 / 361));
        constexpr double kDays = 18322, kPi = 3.14159265358979323846;
        double period = 7;
        for (size_t i = 0; i < 32; i++, period *= std::pow(80000.0, 1.0 / 31)) {
            meta[87 + 2 * i] = static_cast<float>(std::cos(2 * kPi * kDays / period));
            meta[88 + 2 * i] = static_cast<float>(std::sin(2 * kPi * kDays / period));
        }
        meta[151 + 2] = 1;
    }
    PlanInputs inputs() const { return {spatial.data(), global.data(), meta.data()}; }
};

struct Outputs {
    std::vector<float> policy, pass, value, score, ownership;
    Outputs(const Graph& graph, BoardShape board, int batch) {
        const auto channels = [&](NodeId id) { return static_cast<size_t>(graph.node(id).type.channels * batch); };
        const size_t area = static_cast<size_t>(board.area());
        policy.resize(channels(graph.outputs().policy) * area);
        pass.resize(channels(graph.outputs().pass));
        value.resize(channels(graph.outputs().value));
        score.resize(channels(graph.outputs().score));
        ownership.resize(channels(graph.outputs().ownership) * area);
    }
    PlanOutputs pointers() { return {policy.data(), pass.data(), value.data(), score.data(), ownership.data()}; }
};

Model parse(std::string bytes) {
    return read_model(*ByteSource::from_memory(std::move(bytes), "test.bin"), WeightForm::Binary);
}

Outputs evaluate(const Graph& graph) {
    const BoardShape board{Position::kSize, Position::kSize};
    Outputs outputs(graph, board, 1);
    find_backend("reference").load(graph)->compile(board, 1)->run(1, Position().inputs(), outputs.pointers());
    return outputs;
}

void check_values(const std::vector<float>& found, size_t first, size_t stride, const std::vector<double>& wanted) {
    for (size_t i = 0; i < wanted.size(); i++) {
        CAPTURE(i);
        CHECK(std::abs(double{found.at(first + i * stride)} - wanted[i]) <= kPrinted);
    }
}

}  // namespace

TEST_CASE("reference: net A gives the outputs of the format's description") {
    const Outputs found = evaluate(*parse(test_nets::net_a().bytes).graph);
    check_values(found.value, 0, 1, {-0.228862, -0.191413, 0.240259});
    check_values(found.score, 0, 1, {-0.143492, 0.062972, -0.040563, 0.213226, 0.273466, 0.179653});
    check_values(found.pass, 0, 1, {-0.207772, -0.187095});
    check_values(found.policy, 0, 2, {-0.091399, -0.099413, -0.101864});
    check_values(found.policy, 10, 2, {-0.115946, -0.167395, -0.143908});
    check_values(found.policy, 1, 2, {-0.108066, -0.095942, -0.079962});
    check_values(found.ownership, 0, 1, {-0.485367, -0.499528, -0.540919, -0.501770, -0.507025});
}

TEST_CASE("reference: net B gives the outputs of the format's description") {
    const Outputs found = evaluate(*parse(test_nets::net_b().bytes).graph);
    check_values(found.value, 0, 1, {0.042614, 0.045614, -0.226508});
    check_values(found.score, 0, 1, {0.046508, 0.308608, -0.536741, 0.205430, -0.032955, -0.132842});
    check_values(found.pass, 0, 1, {-0.170366, -0.217181, -0.364647, -0.232968});
    check_values(found.policy, 0, 4, {0.277665, 0.595083, 0.684015});
    check_values(found.policy, 20, 4, {0.553176, 0.872570, 0.769378});
    check_values(found.policy, 1, 4, {0.278914, 0.292214, 0.293236});
    check_values(found.ownership, 0, 1, {-0.004792, -0.139396, -0.132232, -0.153172, -0.193036});
}

TEST_CASE("reference: the rows of a batch do not touch each other") {
    const Model model = parse(test_nets::net_b().bytes);
    const BoardShape board{3, 4};
    const size_t planes = 12 * 22;
    std::vector<float> spatial(3 * planes), global(3 * 19), meta(3 * 192);
    for (size_t i = 0; i < spatial.size(); i++) spatial[i] = static_cast<float>(i % 7) / 7;
    for (size_t i = 0; i < global.size(); i++) global[i] = static_cast<float>(i % 5) / 5;
    for (size_t i = 0; i < meta.size(); i++) meta[i] = static_cast<float>(i % 3) / 3;
    const auto loaded = find_backend("reference").load(*model.graph);
    Outputs all(*model.graph, board, 3);
    const auto plan = loaded->compile(board, 3);
    plan->run(3, {spatial.data(), global.data(), meta.data()}, all.pointers());
    for (size_t row = 0; row < 3; row++) {
        Outputs one(*model.graph, board, 1);
        plan->run(1, {&spatial[row * planes], &global[row * 19], &meta[row * 192]}, one.pointers());
        for (size_t i = 0; i < one.policy.size(); i++) CHECK(one.policy[i] == all.policy[row * one.policy.size() + i]);
        for (size_t i = 0; i < 12; i++) CHECK(one.ownership[i] == all.ownership[row * 12 + i]);
        for (size_t i = 0; i < 3; i++) CHECK(one.value[i] == all.value[row * 3 + i]);
    }
    CHECK_THROWS_AS(plan->run(4, {spatial.data(), global.data(), meta.data()}, all.pointers()), BackendError);
}

TEST_CASE("reference: a dilated, oblong kernel reads the points it should") {
    Conv2d layer{3, 1, 1, 1, 2, 1, make_weights({1, 10, 100})};
    const BoardShape board{5, 2};
    std::vector<double> in(10), out(10);
    for (size_t i = 0; i < 10; i++) in[i] = static_cast<double>(i + 1);
    reference::Scratch scratch;
    reference::conv(layer, board, in.data(), out.data(), scratch);
    CHECK(out == std::vector<double>{10 + 500, 20 + 600, 30 + 700, 40 + 800, 1 + 50 + 900, 2 + 60 + 1000, 3 + 70,
                                     4 + 80, 5 + 90, 6 + 100});
}

TEST_CASE("reference: pooling adds terms that depend on the board's size") {
    const std::vector<double> in = {-3, 2, -5, 6};  // two points, two channels
    std::vector<double> out(6);
    reference::global_pool({GlobalPool::Kind::Max}, 2, 2, in.data(), out.data());
    const double edge = std::sqrt(2.0) - 14;
    CHECK(out == std::vector<double>{-4, 4, -4 * edge * 0.1, 4 * edge * 0.1, -1, 6});
    reference::global_pool({GlobalPool::Kind::Value}, 2, 2, in.data(), out.data());
    CHECK(out[5] == doctest::Approx(4 * (edge * edge * 0.01 - 0.1)));
}

TEST_CASE("reference: activations are those of the formulas, also far from zero") {
    CHECK(reference::activate(ActivationKind::Identity, -2) == -2);
    CHECK(reference::activate(ActivationKind::Relu, -2) == 0);
    CHECK(reference::activate(ActivationKind::Mish, -1.192) == doctest::Approx(-0.3088).epsilon(1e-3));
    CHECK(reference::activate(ActivationKind::Silu, -1.278) == doctest::Approx(-0.2785).epsilon(1e-3));
    for (ActivationKind kind : {ActivationKind::Mish, ActivationKind::Silu}) {
        CHECK(reference::activate(kind, 0) == 0);
        CHECK(reference::activate(kind, 1000) == 1000);
        CHECK(reference::activate(kind, -1000) == doctest::Approx(0));
    }
}
