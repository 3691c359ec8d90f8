// SPDX-License-Identifier: MIT
#include "eval/eval_thread.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/ensure.h"
#include "core/error.h"
#include "core/rng.h"
#include "eval/evaluator.h"
#include "eval/features.h"
#include "eval/outputs.h"
#include "eval/position_key.h"
#include "game/symmetry.h"

namespace katago {

namespace {

// Adds the values of `from` to `sum`; illegal moves stay as they are.
void add_to(Evaluation& sum, const Evaluation& from) {
    sum.white_win += from.white_win;
    sum.white_loss += from.white_loss;
    sum.no_result += from.no_result;
    sum.white_score_mean += from.white_score_mean;
    sum.white_score_mean_sq += from.white_score_mean_sq;
    sum.white_lead += from.white_lead;
    sum.var_time_left += from.var_time_left;
    sum.shortterm_winloss_error += from.shortterm_winloss_error;
    sum.shortterm_score_error += from.shortterm_score_error;
    for (size_t i = 0; i < sum.policy.size(); ++i)
        if (sum.policy[i] >= 0) sum.policy[i] += from.policy[i];
    for (size_t i = 0; i < sum.white_ownership.size(); ++i) sum.white_ownership[i] += from.white_ownership[i];
}

void scale_by(Evaluation& sum, float factor) {
    for (float* value :
         {&sum.white_win, &sum.white_loss, &sum.no_result, &sum.white_score_mean, &sum.white_score_mean_sq,
          &sum.white_lead, &sum.var_time_left, &sum.shortterm_winloss_error, &sum.shortterm_score_error})
        *value *= factor;
    for (float& value : sum.policy)
        if (value >= 0) value *= factor;
    for (float& value : sum.white_ownership) value *= factor;
}

}  // namespace

struct EvalThread::State {
    State(Evaluator& evaluator_used, uint64_t seed)
        : evaluator(evaluator_used),
          runner(evaluator_used.make_row_runner()),
          rng(seed),
          channels(row_channels(evaluator_used.info().input_version)) {
        global.resize(static_cast<size_t>(channels.global));
        meta.resize(static_cast<size_t>(evaluator.meta_channels_));
    }

    std::shared_ptr<const Evaluation> evaluate(const BoardHistory& history, Player player, EvalOptions options);
    std::shared_ptr<Evaluation> run(const BoardHistory& history, Player player, const EvalOptions& options);
    void grow_rows(size_t area);
    int choose_symmetry(const Board& board, int wanted);
    // The metadata to use: null for networks that take none. Throws UsageError where it is missing.
    const SgfMetadata* metadata_of(const EvalOptions& options) const;

    Evaluator& evaluator;
    std::unique_ptr<RowRunner> runner;
    PlanObserver observer;  // empty: none
    Rng rng;
    LadderMemory ladders;
    RowChannels channels;
    // One row of each kind, as long as the largest board so far needs.
    std::vector<float> spatial, global, meta;
    std::vector<float> policy, ownership;
    std::array<float, 4> pass{};
    std::array<float, 3> value{};
    std::array<float, 6> score{};
};

void EvalThread::State::grow_rows(size_t area) {
    if (ownership.size() >= area) return;
    spatial.resize(area * static_cast<size_t>(channels.spatial));
    policy.resize(area * static_cast<size_t>(evaluator.info().policy_channels));
    ownership.resize(area);
}

int EvalThread::State::choose_symmetry(const Board& board, int wanted) {
    if (wanted >= 0) {
        ENSURE(wanted < symmetry::kCount);
        return wanted;
    }
    const int drawn = evaluator.options_.randomize_symmetry
                          ? static_cast<int>(rng.below(static_cast<uint64_t>(symmetry::kCount)))
                          : evaluator.options_.default_symmetry;
    return symmetry::for_frame(drawn, board.size());
}

const SgfMetadata* EvalThread::State::metadata_of(const EvalOptions& options) const {
    if (!evaluator.wants_metadata()) return nullptr;
    if (!options.metadata)
        throw UsageError("network " + evaluator.info().name +
                         " imitates human players: a profile is needed, for example humanSLProfile = rank_5k");
    return options.metadata;
}

std::shared_ptr<Evaluation> EvalThread::State::run(const BoardHistory& history, Player player,
                                                   const EvalOptions& options) {
    const Board& board = history.board();
    const int chosen = choose_symmetry(board, options.symmetry);
    const BoardSize seen = symmetry::size_after(board.size(), chosen);
    const BoardShape shape{.height = seen.height, .width = seen.width};
    grow_rows(static_cast<size_t>(shape.area()));

    fill_inputs(evaluator.info().input_version, {history, player, options, chosen}, ladders, spatial.data(),
                global.data());
    if (options.metadata) fill_metadata_row(*options.metadata, player, board.area(), meta.data());
    const PlanOutputs raw{.policy = policy.data(),
                          .pass = pass.data(),
                          .value = value.data(),
                          .score = score.data(),
                          .ownership = ownership.data()};
    const PlanInputs inputs{
        .spatial = spatial.data(), .global = global.data(), .meta = options.metadata ? meta.data() : nullptr};
    if (observer)
        runner->observe(shape, inputs, raw, observer);
    else
        runner->run(shape, inputs, raw);
    evaluator.evaluations_.fetch_add(1, std::memory_order_relaxed);

    auto evaluation = std::make_shared<Evaluation>();
    decode_outputs({evaluator.info(), history, player, options, chosen}, raw, *evaluation);
    return evaluation;
}

std::shared_ptr<const Evaluation> EvalThread::State::evaluate(const BoardHistory& history, Player player,
                                                              EvalOptions options) {
    options.metadata = metadata_of(options);
    if (options.metadata) options.policy_optimism = 0;
    const Hash128 key = position_key(history, player, options, options.metadata);

    std::shared_ptr<const Evaluation> known;
    if (evaluator.cache_ && !options.skip_cache) known = evaluator.cache_->find(key);
    if (known && (known->has_ownership() || !options.include_ownership)) {
        evaluator.cache_hits_.fetch_add(1, std::memory_order_relaxed);
        return known;
    }
    std::shared_ptr<Evaluation> fresh = run(history, player, options);
    if (known) {
        // Only the ownership was missing: what was said before stands.
        std::vector<float> ownership_map = std::move(fresh->white_ownership);
        *fresh = *known;
        fresh->white_ownership = std::move(ownership_map);
    }
    fresh->key = key;
    if (evaluator.cache_) evaluator.cache_->store(fresh);
    return fresh;
}

EvalThread::EvalThread(Evaluator& evaluator, uint64_t seed) : state_(std::make_unique<State>(evaluator, seed)) {}

EvalThread::~EvalThread() = default;

void EvalThread::set_observer(PlanObserver observer) {
    state_->observer = std::move(observer);
}

std::shared_ptr<const Evaluation> EvalThread::evaluate(const Board& board, const BoardHistory& history, Player player,
                                                       const EvalOptions& options) {
    ENSURE(board.position_hash() == history.board().position_hash());
    return state_->evaluate(history, player, options);
}

std::shared_ptr<const Evaluation> EvalThread::evaluate_mean(const Board& board, const BoardHistory& history,
                                                            Player player, const EvalOptions& options, int count) {
    // Without the transpositions of a board that is not square, four symmetries say all.
    const int different = board.width() == board.height() ? symmetry::kCount : symmetry::kCount / 2;
    count = std::clamp(count, 1, different);
    std::array<int, symmetry::kCount> order{};
    for (int i = 0; i < symmetry::kCount; ++i) order[static_cast<size_t>(i)] = i;

    EvalOptions one = options;
    one.skip_cache = true;
    std::shared_ptr<Evaluation> mean;
    for (int i = 0; i < count; ++i) {
        std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(state_->rng.between(i, different - 1))]);
        one.symmetry = order[static_cast<size_t>(i)];
        const auto evaluation = evaluate(board, history, player, one);
        if (mean)
            add_to(*mean, *evaluation);
        else
            mean = std::make_shared<Evaluation>(*evaluation);
    }
    scale_by(*mean, 1.0f / static_cast<float>(count));
    return mean;
}

}  // namespace katago
