// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "backend/backend.h"
#include "core/error.h"
#include "core/hash.h"
#include "eval/evaluator.h"
#include "eval/make_evaluator.h"

// A network without a file: its outputs are numbers made from a hash of its inputs.
namespace stub {

struct Options {
    int version = 14;
    double seconds = 0;       // that an evaluation takes
    bool flat = false;        // the same word on every position
    int fail_after = -1;      // evaluations that succeed; -1: all
    float policy_spread = 2;  // largest logit: 2 spreads visits over many moves, 40 is like a trained network
    int cache_size_power_of_two = -1;
    int best_batch = 1;                  // rows of several threads share runs where it is more
    katago::EvalFallback fallback = {};  // then
};

class StubPlan : public katago::Plan {
  public:
    StubPlan(katago::BoardShape shape, const Options& options, std::shared_ptr<std::atomic<int>> evaluations)
        : shape_(shape), options_(options), evaluations_(std::move(evaluations)) {}

    void run(int batch, const katago::PlanInputs& inputs, const katago::PlanOutputs& outputs) override {
        if (batch < 1 || batch > options_.best_batch)
            throw std::logic_error("stub: a batch of " + std::to_string(batch));
        if (options_.fail_after >= 0 && evaluations_->fetch_add(1) >= options_.fail_after)
            throw katago::BackendError("stub: as was asked for");
        if (options_.seconds > 0) std::this_thread::sleep_for(std::chrono::duration<double>(options_.seconds));
        const int area = shape_.area();
        for (int row = 0; row < batch; ++row)
            run_row({.spatial = inputs.spatial + row * area * 22, .global = inputs.global + row * 19},
                    {.policy = outputs.policy + row * area * 2,
                     .pass = outputs.pass + row * 2,
                     .value = outputs.value + row * 3,
                     .score = outputs.score + row * 6,
                     .ownership = outputs.ownership ? outputs.ownership + row * area : nullptr});
    }

  private:
    void run_row(const katago::PlanInputs& inputs, const katago::PlanOutputs& outputs) {
        state_ = 1;
        if (!options_.flat) {
            absorb(inputs.spatial, shape_.area() * 22);
            absorb(inputs.global, 19);
        }
        for (int i = 0; i < 2 * shape_.area(); ++i)
            outputs.policy[i] = uniform(-options_.policy_spread, options_.policy_spread);
        outputs.pass[0] = outputs.pass[1] = -3;
        for (int i = 0; i < 3; ++i) outputs.value[i] = uniform(-0.5f, 0.5f);
        for (int i = 0; i < 6; ++i) outputs.score[i] = uniform(-0.2f, 0.2f);
        if (outputs.ownership)
            for (int i = 0; i < shape_.area(); ++i) outputs.ownership[i] = uniform(-1, 1);
    }
    void absorb(const float* values, int count) {
        for (int i = 0; i < count; ++i)
            state_ = (state_ ^ std::bit_cast<uint32_t>(values[i])) * 0x9E3779B97F4A7C15u + (state_ >> 29);
    }
    float uniform(float low, float high) {
        state_ = katago::mix::lc2(state_);
        return low + (high - low) * static_cast<float>(state_ >> 40) * 0x1p-24f;
    }

    katago::BoardShape shape_;
    Options options_;
    std::shared_ptr<std::atomic<int>> evaluations_;
    uint64_t state_ = 1;
};

class StubModel : public katago::LoadedModel {
  public:
    explicit StubModel(const Options& options) : options_(options) {}
    std::unique_ptr<katago::Plan> compile(katago::BoardShape board, int) const override {
        return std::make_unique<StubPlan>(board, options_, evaluations_);
    }
    katago::BatchPreference batch_preference() const override { return {.best_batch = options_.best_batch}; }

  private:
    Options options_;
    std::shared_ptr<std::atomic<int>> evaluations_ = std::make_shared<std::atomic<int>>(0);
};

inline std::unique_ptr<katago::Evaluator> make_evaluator(const Options& options = {}) {
    katago::ModelInfo info;
    info.name = "stub";
    info.version = options.version;
    info.input_version = 7;
    info.policy_channels = 2;
    return katago::make_evaluator(info, 0, std::make_shared<StubModel>(options),
                                  {.cache_size_power_of_two = options.cache_size_power_of_two,
                                   .randomize_symmetry = false,
                                   .fallback = options.fallback});
}

inline katago::BoardHistory empty_board(int length, katago::Rules rules = {}) {
    return katago::BoardHistory(katago::Board({length, length}), katago::Color::Black, rules);
}

}  // namespace stub
