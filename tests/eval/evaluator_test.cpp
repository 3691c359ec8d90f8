// SPDX-License-Identifier: MIT
#include "eval/evaluator.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "core/error.h"
#include "eval/eval_thread.h"
#include "eval/inline_evaluator.h"
#include "eval/make_evaluator.h"
#include "positions.h"

namespace katago {

namespace {

// What the plans of a stub were asked, over all threads.
struct StubRecord {
    std::atomic<int> runs = 0;
    std::mutex mutex;
    std::vector<BoardShape> compiled;
    std::set<int> own_stone_at;  // policy indices, in the planes, of the player's stones
};

// Prefers points by their place in the planes, so that answers depend on the symmetry.
class StubPlan : public Plan {
  public:
    StubPlan(BoardShape shape, int meta_channels, StubRecord& record)
        : shape_(shape), meta_channels_(meta_channels), record_(record) {}

    void run(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) override {
        REQUIRE(batch == 1);
        REQUIRE((inputs.meta != nullptr) == (meta_channels_ > 0));
        ++record_.runs;
        const std::lock_guard lock(record_.mutex);
        for (int i = 0; i < shape_.area(); ++i) {
            REQUIRE(inputs.spatial[i * 22] == 1);
            if (inputs.spatial[i * 22 + 1] == 1) record_.own_stone_at.insert(i);
            outputs.policy[i] = 0.01f * static_cast<float>(i);
            outputs.ownership[i] = 0.01f * static_cast<float>(i);
        }
        outputs.pass[0] = 0;
        outputs.value[0] = 1;
        outputs.value[1] = outputs.value[2] = 0;
        for (int i = 0; i < 6; ++i) outputs.score[i] = 0.5f;
    }

  private:
    BoardShape shape_;
    int meta_channels_;
    StubRecord& record_;
};

class StubModel : public LoadedModel {
  public:
    StubModel(StubRecord& record, int meta_channels) : record_(record), meta_channels_(meta_channels) {}
    std::unique_ptr<Plan> compile(BoardShape board, int) const override {
        const std::lock_guard lock(record_.mutex);
        record_.compiled.push_back(board);
        return std::make_unique<StubPlan>(board, meta_channels_, record_);
    }

  private:
    StubRecord& record_;
    int meta_channels_;
};

struct Fixture {
    explicit Fixture(const EvaluatorOptions& options = {}, int meta_channels = 0)
        : evaluator(info(), meta_channels, std::make_shared<StubModel>(record, meta_channels), options),
          thread(evaluator, /*seed=*/1) {}

    static ModelInfo info() {
        ModelInfo info;
        info.name = "stub";
        info.version = 9;
        info.input_version = 7;
        return info;
    }

    std::shared_ptr<const Evaluation> evaluate(const BoardHistory& history, const EvalOptions& options = {}) {
        return thread.evaluate(history.board(), history, history.next_player(), options);
    }
    std::shared_ptr<const Evaluation> mean(const BoardHistory& history, int count) {
        EvalOptions options;
        options.include_ownership = true;
        return thread.evaluate_mean(history.board(), history, history.next_player(), options, count);
    }

    StubRecord record;
    InlineEvaluator evaluator;
    EvalThread thread;
};

BoardHistory position(BoardSize size = {5, 5}) {
    BoardHistory history = positions::empty(size, positions::rules("tromp-taylor", 7.5f));
    positions::play(history, "A1 B1");
    return history;
}

}  // namespace

TEST_CASE("evaluator: answers from the cache the second time") {
    Fixture f;
    const auto first = f.evaluate(position());
    CHECK(f.evaluate(position()) == first);
    CHECK(f.record.runs == 1);
    CHECK(f.evaluator.stats().evaluations == 1);
    CHECK(f.evaluator.stats().cache_hits == 1);
    CHECK(first->width == 5);
    CHECK(first->policy.size() == 26);

    EvalOptions skip;
    skip.skip_cache = true;
    const auto third = f.evaluate(position(), skip);
    CHECK(third != first);
    CHECK(f.evaluate(position()) == third);
    f.evaluator.clear_cache();
    CHECK(f.evaluate(position()) != third);
    CHECK(f.record.runs == 3);
}

TEST_CASE("evaluator: works without a cache") {
    Fixture f({.cache_size_power_of_two = -1});
    CHECK(f.evaluate(position()) != f.evaluate(position()));
    f.evaluator.clear_cache();
    CHECK(f.record.runs == 2);
}

TEST_CASE("evaluator: ownership that was not there is added to what was said before") {
    Fixture f({.randomize_symmetry = false});
    EvalOptions options;
    options.symmetry = 3;
    const auto without = f.evaluate(position(), options);
    CHECK_FALSE(without->has_ownership());
    options.symmetry = 0;
    options.include_ownership = true;
    const auto with = f.evaluate(position(), options);
    CHECK(with->white_ownership.size() == 25);
    CHECK(with->policy == without->policy);
    CHECK(with->key == without->key);
    CHECK(f.evaluate(position(), options) == with);
    options.include_ownership = false;
    CHECK(f.evaluate(position(), options) == with);
    CHECK(f.record.runs == 2);
}

TEST_CASE("evaluator: compiles one plan a shape") {
    Fixture f;
    for (int i = 0; i < 3; ++i)
        for (BoardSize size : {BoardSize{5, 5}, BoardSize{9, 9}, BoardSize{7, 4}}) {
            EvalOptions options;
            options.skip_cache = true;
            CHECK(f.evaluate(position(size), options)->policy.size() == static_cast<size_t>(size.area() + 1));
        }
    CHECK(f.record.compiled.size() == 3);
    EvalOptions transposed;
    transposed.symmetry = 4;
    transposed.skip_cache = true;
    f.evaluate(position({7, 4}), transposed);
    CHECK(f.record.compiled.back() == BoardShape{7, 4});
}

TEST_CASE("evaluator: draws every symmetry of a square and no transposition of a rectangle") {
    Fixture f({.cache_size_power_of_two = -1});
    for (int i = 0; i < 100; ++i) f.evaluate(position());
    CHECK(f.record.own_stone_at == std::set<int>{0, 4, 20, 24});
    f.record.own_stone_at.clear();
    for (int i = 0; i < 100; ++i) f.evaluate(position({7, 4}));
    CHECK(f.record.own_stone_at == std::set<int>{0, 6, 21, 27});
    CHECK(f.record.compiled.back() == BoardShape{4, 7});

    Fixture fixed({.cache_size_power_of_two = -1, .randomize_symmetry = false, .default_symmetry = 7});
    fixed.evaluate(position({7, 4}));
    CHECK(fixed.record.own_stone_at == std::set<int>{6});  // flipped both ways
}

TEST_CASE("evaluator: the mean over all symmetries is symmetric") {
    Fixture f;
    BoardHistory history = positions::empty({5, 5}, positions::rules("tromp-taylor", 7.5f));
    const auto mean = f.mean(history, 8);
    CHECK(f.record.runs == 8);
    float sum = 0;
    for (float p : mean->policy) sum += p;
    CHECK(sum == doctest::Approx(1));
    CHECK(mean->policy[0] == doctest::Approx(mean->policy[4]));
    CHECK(mean->policy[1] == doctest::Approx(mean->policy[5]));
    CHECK(mean->white_ownership[0] == doctest::Approx(mean->white_ownership[24]));
    CHECK(mean->white_win == doctest::Approx(f.evaluate(history)->white_win));
    CHECK(mean->shortterm_score_error == doctest::Approx(f.evaluate(history)->shortterm_score_error));
}

TEST_CASE("evaluator: a mean draws different symmetries and leaves illegal moves illegal") {
    Fixture f;
    CHECK(f.mean(position(), 2)->policy[20] == -1);
    CHECK(f.record.runs == 2);
    Fixture g;
    g.mean(position(), 8);
    CHECK(g.record.own_stone_at.size() == 4);
    Fixture rectangle;
    rectangle.mean(position({7, 4}), 8);
    CHECK(rectangle.record.runs == 4);
    CHECK(rectangle.record.own_stone_at.size() == 4);
}

TEST_CASE("evaluator: a network that imitates players needs a profile") {
    Fixture f({}, kMetadataChannels);
    CHECK_THROWS_AS(f.evaluate(position()), UsageError);
    const SgfMetadata strong = *profile_of_name("rank_9d"), weak = *profile_of_name("rank_9k");
    EvalOptions options;
    options.policy_optimism = 1;
    options.metadata = &strong;
    const auto evaluation = f.evaluate(position(), options);
    CHECK(evaluation->policy_optimism == 0);
    CHECK(f.evaluate(position(), options) == evaluation);
    options.metadata = &weak;
    CHECK(f.evaluate(position(), options) != evaluation);

    Fixture plain;
    CHECK(plain.evaluate(position(), options)->policy_optimism == 1);  // ignores the profile
}

TEST_CASE("evaluator: rules that an old network does not know are replaced") {
    Fixture f;
    bool exact = false;
    const Rules japanese = *rules_of_name("japanese");
    CHECK(f.evaluator.supported_rules(japanese, &exact) == japanese);
    CHECK(exact);
    Rules spight = japanese;
    spight.ko = KoRule::Spight;
    CHECK(f.evaluator.supported_rules(spight, &exact).ko == KoRule::Situational);
    CHECK_FALSE(exact);
}

TEST_CASE("evaluator: threads share one evaluator") {
    Fixture f;
    std::vector<std::jthread> threads;
    std::atomic<int> wrong = 0;
    for (uint64_t seed = 0; seed < 4; ++seed)
        threads.emplace_back([&f, &wrong, seed] {
            EvalThread thread(f.evaluator, seed);
            BoardHistory history = positions::empty({5, 5}, positions::rules("tromp-taylor", 7.5f));
            for (int i = 0; i < 20; ++i) {
                const auto e = thread.evaluate(history.board(), history, history.next_player(), {});
                if (e->policy.size() != 26) ++wrong;
                const Point point = point_at(i % 5, i / 5);
                history.make_move(point, history.next_player());
            }
        });
    threads.clear();
    CHECK(wrong == 0);
    CHECK(f.evaluator.stats().evaluations + f.evaluator.stats().cache_hits == 80);
}

TEST_CASE("evaluator: a network that wants batches is served without them as well, and the evaluator says how") {
    struct BatchingModel : StubModel {
        using StubModel::StubModel;
        BatchPreference batch_preference() const override { return {.best_batch = 32}; }
    };
    StubRecord record;
    const auto model = std::make_shared<BatchingModel>(record, 0);
    const auto evaluator = make_evaluator(Fixture::info(), 0, model, {.batching = false});
    CHECK(evaluator->description() ==
          "Evaluation: one position at a time, on the thread that asks for it; the backend is fastest with 32 at a "
          "time");
    EvalThread thread(*evaluator, /*seed=*/1);
    const BoardHistory history = position();
    CHECK(thread.evaluate(history.board(), history, history.next_player(), {})->policy.size() == 26);
    CHECK(record.runs == 1);
}

}  // namespace katago
