// SPDX-License-Identifier: MIT
#include "eval/batching/batching_evaluator.h"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <vector>

#include "core/thread.h"
#include "eval/batching/batch_stub.h"
#include "eval/eval_thread.h"
#include "eval/positions.h"

using namespace katago;
using batch_stub::Record;

namespace {

// A position that is told from others by one stone of the player to move.
BoardHistory position(int length, int stone) {
    BoardHistory history = positions::empty({length, length}, positions::rules("tromp-taylor", 7.5f));
    history.make_move(point_at(stone % length, stone / length), history.next_player());
    history.make_move(kPass, history.next_player());
    return history;
}

// How threads ask for positions, each its own, in turn on boards of `lengths`.
struct Crowd {
    Evaluator& evaluator;
    int threads = 8;
    int rounds = 20;
    std::vector<int> lengths = {9};

    std::atomic<int> right = 0, wrong = 0, failed = 0;

    void ask() {
        std::vector<std::unique_ptr<Thread>> running;
        for (int t = 0; t < threads; ++t) running.push_back(std::make_unique<Thread>([this, t] { ask_as(t); }));
        for (const auto& thread : running) thread->join();
    }

  private:
    void ask_as(int number) {
        EvalThread thread(evaluator, static_cast<uint64_t>(number));
        for (int i = 0; i < rounds; ++i) {
            const int length = lengths[static_cast<size_t>(number + i) % lengths.size()];
            const int stone = (number + threads * i) % (length * length);
            const BoardHistory history = position(length, stone);
            EvalOptions options;
            options.symmetry = 0;
            options.include_ownership = true;
            try {
                const auto found =
                    thread.evaluate(history.board(), history, history.next_player(), options)->white_ownership;
                int marked = 0;
                for (const float owned : found) marked += std::abs(owned) > 0.5f ? 1 : 0;
                const bool own = std::abs(found[static_cast<size_t>(stone)]) > 0.5f && marked == 1;
                ++(own ? right : wrong);
            } catch (const BackendError&) {
                ++failed;
            }
        }
    }
};

// A fallback whose network computes one row at a time.
struct Spare {
    Record record;
    std::atomic<int> loaded = 0;
    std::mutex mutex;
    std::vector<std::string> lines;

    EvaluatorOptions options() {
        return {.cache_size_power_of_two = -1,
                .fallback = {.load =
                                 [this] {
                                     ++loaded;
                                     return std::make_shared<batch_stub::StubModel>(record, 1);
                                 },
                             .log =
                                 [this](const std::string& line) {
                                     const std::lock_guard lock(mutex);
                                     lines.push_back(line);
                                 }}};
    }
};

}  // namespace

TEST_CASE("batching_evaluator: each thread gets the answer to its own row") {
    Record record;
    record.seconds = 0.001;
    const auto evaluator = batch_stub::make_evaluator(record);
    Crowd crowd{*evaluator};
    crowd.ask();
    CHECK(crowd.right == 160);
    CHECK(crowd.wrong == 0);
    CHECK(record.rows == 160);
    CHECK(record.largest > 1);
    CHECK(record.largest <= 8);
    CHECK(evaluator->stats().evaluations == 160);
    CHECK(evaluator->stats().batches == record.runs);
    CHECK(evaluator->stats().batches < 160);
}

TEST_CASE("batching_evaluator: boards of several shapes go on side by side, each in runs of its own") {
    Record record;
    record.seconds = 0.0005;
    const auto evaluator = batch_stub::make_evaluator(record);
    Crowd crowd{*evaluator, /*threads=*/12, /*rounds=*/15, {5, 7, 9, 11, 13, 19}};
    crowd.ask();
    CHECK(crowd.right == 180);
    CHECK(record.rows == 180);
    CHECK(record.compiled >= 6);
    CHECK(record.largest <= 12);
}

TEST_CASE("batching_evaluator: a thread that asks alone waits for nobody, and no run is larger than was asked for") {
    Record record;
    const auto evaluator =
        batch_stub::make_evaluator(record, {.cache_size_power_of_two = -1, .max_batch = 3, .device_threads = 1});
    Crowd alone{*evaluator, /*threads=*/1};
    alone.ask();
    CHECK(record.runs == 20);
    CHECK(record.compiled == 1);
    record.seconds = 0.0005;
    Crowd many{*evaluator, /*threads=*/10};
    many.ask();
    CHECK(many.right == 200);
    CHECK(record.largest == 3);
    CHECK(record.compiled == 1);
}

TEST_CASE("batching_evaluator: without a fallback, whoever asks is told of the device's failure") {
    Record record;
    record.fail_from = 5;
    const auto evaluator = batch_stub::make_evaluator(record);
    Crowd crowd{*evaluator, /*threads=*/8, /*rounds=*/10, {9, 13}};
    crowd.ask();
    CHECK(crowd.wrong == 0);
    CHECK(crowd.right == record.rows);
    CHECK(crowd.right + crowd.failed == 80);
    CHECK(crowd.failed > 0);
    record.fail_from = 1 << 30;
    Crowd later{*evaluator};
    later.ask();
    CHECK(later.right == 160);
}

TEST_CASE("batching_evaluator: when the device fails, a fallback computes the failed rows and all that follow") {
    for (const int first_failure : {0, 1, 7}) {
        Spare spare;
        Record record;
        record.fail_from = first_failure;
        record.seconds = 0.0005;
        const auto evaluator = batch_stub::make_evaluator(record, spare.options());
        Crowd crowd{*evaluator, /*threads=*/16, /*rounds=*/10, {9, 13, 5}};
        crowd.ask();
        CHECK(crowd.right == 160);
        CHECK(crowd.failed == 0);
        CHECK(record.rows + spare.record.rows == 160);
        CHECK(spare.record.largest == 1);
        CHECK(spare.loaded == 1);
        CHECK(spare.lines == std::vector<std::string>{
                                 "Evaluation goes on without the device, which failed: stub: the device is lost"});
        const int runs = record.runs;
        crowd.ask();
        CHECK(crowd.right == 320);
        CHECK(record.runs == runs);
        CHECK(evaluator->stats().batches >= evaluator->stats().evaluations - record.rows);
    }
}

TEST_CASE("batching_evaluator: a fallback that cannot be loaded, or fails too, is told to whoever asks") {
    Record record;
    record.fail_from = 2;
    Spare spare;
    EvaluatorOptions options = spare.options();
    options.fallback.load = [&]() -> std::shared_ptr<const LoadedModel> { throw IoError("no such file"); };
    const auto evaluator = batch_stub::make_evaluator(record, options);
    Crowd crowd{*evaluator};
    crowd.ask();
    CHECK(crowd.right == record.rows);
    CHECK(crowd.right + crowd.failed == 160);
    EvalThread thread(*evaluator, 1);
    const BoardHistory history = position(9, 3);
    const auto ask = [&] { thread.evaluate(history.board(), history, history.next_player(), {}); };
    CHECK_THROWS_WITH_AS(ask(),
                         "stub: the device is lost; and what should go on in its place cannot be loaded: no such file",
                         BackendError);

    Record other_record;
    other_record.fail_from = 0;
    Spare weak;
    weak.record.fail_from = 3;
    const auto other = batch_stub::make_evaluator(other_record, weak.options());
    Crowd unlucky{*other};
    unlucky.ask();
    CHECK(unlucky.right == 3);
    CHECK(unlucky.failed == 157);
}

TEST_CASE("batching_evaluator: a row that is observed runs alone, on the fallback where the device has failed") {
    Record record;
    Spare spare;
    const auto evaluator = batch_stub::make_evaluator(record, spare.options());
    EvalThread thread(*evaluator, 1);
    thread.set_observer([](const ObservedValue&) {});
    const BoardHistory history = position(9, 3);
    const auto ask = [&] { thread.evaluate(history.board(), history, history.next_player(), {}); };
    ask();
    CHECK(record.rows == 1);
    record.fail_from = 0;
    ask();
    ask();
    CHECK(record.rows == 1);
    CHECK(spare.record.rows == 2);
    CHECK(spare.loaded == 1);
    CHECK(evaluator->stats().evaluations == 3);
}

TEST_CASE("batching_evaluator: comes and goes without threads that stay behind") {
    for (int i = 0; i < 20; ++i) {
        Record record;
        const auto evaluator = batch_stub::make_evaluator(record, {.cache_size_power_of_two = -1, .device_threads = 4});
        if (i % 2 == 0) continue;
        Crowd crowd{*evaluator, /*threads=*/4, /*rounds=*/2};
        crowd.ask();
        CHECK(crowd.right == 8);
    }
}

TEST_CASE("make_evaluator: follows what the backend prefers, unless the options say otherwise") {
    Record record;
    const auto described = [&](int best_batch, const EvaluatorOptions& options) {
        const auto model = std::make_shared<batch_stub::StubModel>(record, best_batch);
        return make_evaluator(batch_stub::info(), 0, model, options)->description();
    };
    CHECK(described(32, {}) ==
          "Evaluation: positions of several threads together, up to 32 at a time on each of 2 device threads");
    CHECK(described(32, {.max_batch = 5, .device_threads = 3}) ==
          "Evaluation: positions of several threads together, up to 5 at a time on each of 3 device threads");
    CHECK(described(1, {.batching = true, .max_batch = 16, .device_threads = 1}) ==
          "Evaluation: positions of several threads together, up to 16 at a time on each of 1 device threads");
    CHECK(described(1, {.max_batch = 16}) == "Evaluation: one position at a time, on the thread that asks for it");
    CHECK(described(32, {.batching = false}).ends_with("the backend is fastest with 32 at a time"));
}
