// SPDX-License-Identifier: MIT
#include "command/validate/validation.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "core/digest.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json_text.h"
#include "engine/benchmark_positions.h"
#include "engine/engine.h"
#include "engine/network_settings.h"
#include "engine/speed/nn_speed.h"
#include "engine/thread_counts.h"
#include "eval/eval_thread.h"
#include "eval/position_sampler.h"
#include "game/sgf.h"
#include "nn/stats.h"
#include "quant/stored_weights.h"
#include "report/progress_bar.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

constexpr size_t kWorst = 10;
constexpr size_t kLayerPositions = 24;  // sums over all points of so many boards say enough of a layer
constexpr int kSpeedRounds = 3;
constexpr int kSpeedIterations = 40;   // a network and round
constexpr double kSpeedSeconds = 0.7;  // likewise, at most about

// Positions of games that come with the engine, as many as they have or fewer, by board.
struct BuiltInPositions {
    int board_length, most;
};
constexpr BuiltInPositions kBuiltIn[] = {{9, 50}, {13, 100}, {19, 240}};
constexpr int kMostBuiltIn = 390;

struct Positions {
    std::vector<BoardHistory> histories;
    std::vector<PositionSource> sources;
};

Positions built_in_positions(int count) {
    Positions positions;
    for (const auto& [length, most] : kBuiltIn) {
        const int share = std::max(1, std::min(count, kMostBuiltIn) * most / kMostBuiltIn);
        for (BoardHistory& history : benchmark_positions(length, share)) {
            const std::string name = "built-in game, " + std::to_string(length) + "x" + std::to_string(length);
            positions.sources.push_back({name, static_cast<int>(history.moves().size()), history.board().size()});
            positions.histories.push_back(std::move(history));
        }
    }
    return positions;
}

// Records that cannot be read are told of in `warnings`.
std::set<std::string> digests_of_games(std::span<const fs::path> paths, std::vector<std::string>& warnings) {
    std::set<std::string> digests;
    for (const fs::path& file : find_game_records(paths)) {
        try {
            digests.insert(to_hex(sha256(read_file(file, kMaxSgfBytes))));
        } catch (const IoError& error) {
            warnings.push_back(std::string("copies of it cannot be excluded: ") + error.what());
        }
    }
    return digests;
}

// SHA-256 of the games that a quantized file was fitted to, as it tells itself (see `quantize`).
std::set<std::string> calibration_digests(const Engine& engine) {
    std::set<std::string> digests;
    for (const auto& [name, text] : engine.model_notes()) {
        const nlohmann::json note = parse_json_or_discard(text);
        if (!note.is_object() || !note.contains("calibrationGames")) continue;
        for (const nlohmann::json& game : note["calibrationGames"]) {
            const auto digest = game.is_object() ? game.find("sha256") : game.end();
            if (!game.is_object() || digest == game.end() || !digest->is_string())
                throw ModelError(engine.model_file() + ": note " + name +
                                 ": found a calibration game without sha256: " + json_text(game));
            digests.insert(digest->get<std::string>());
        }
    }
    return digests;
}

// Without a cache, and with further settings.
Config with_settings(Config config, std::vector<std::pair<std::string, std::string>> pairs) {
    pairs.emplace_back("nnCacheSizePowerOfTwo", "-1");
    config.apply_overrides(pairs);
    return config;
}

class Validator {
  public:
    Validator(const ValidationOptions& options, const Config& config, std::ostream& err)
        : options_(options),
          err_(err),
          tested_config_(with_settings(config, {})),
          against_config_(with_settings(
              config, {{"nnPrecision", options.against_precision}, {"nnBackend", options.against_backend}})),
          tested_(options.model, tested_config_, {.keep_graph = true, .console = &err}),
          against_(options.against, against_config_, {.keep_graph = true, .console = &err}) {}

    Validation run() {
        result_.tested = describe_network(tested_, tested_config_);
        result_.against = describe_network(against_, against_config_);
        result_.backend = tested_.computes_with().text();
        find_positions();
        compare_all();
        keep_worst();
        compare_layers();
        measure_speed();
        return std::move(result_);
    }

  private:
    static ValidatedNetwork describe_network(const Engine& engine, const Config& config) {
        ValidatedNetwork network;
        network.file = engine.model_file();
        network.name = engine.model().name;
        network.precision = name_of(read_precision(config).precision);
        network.computes_in = engine.loaded_model().description();
        network.file_bytes = fs::file_size(engine.model_file());
        network.weight_bytes = graph_stats(engine.graph(), 19 * 19).total.bytes;
        network.fp32_bytes = bytes_in_fp32(engine.graph());
        return network;
    }

    void find_positions() {
        result_.seed = options_.seed;
        if (options_.positions.empty()) {
            positions_ = built_in_positions(options_.count);
            result_.games = static_cast<int>(std::size(kBuiltIn));
            return;
        }
        SamplerOptions sampler;
        sampler.excluded_sha256 = digests_of_games(options_.excluded, result_.warnings);
        sampler.excluded_sha256.merge(calibration_digests(tested_));
        sampler.excluded_sha256.merge(calibration_digests(against_));
        SampledPositions sampled = sample_positions(options_.positions, options_.count, options_.seed, sampler);
        for (SampledPosition& position : sampled.positions) {
            const std::string& file = sampled.games[static_cast<size_t>(position.game)].file;
            positions_.sources.push_back(
                {file, static_cast<int>(position.history.moves().size()), position.history.board().size()});
            positions_.histories.push_back(std::move(position.history));
        }
        result_.games = static_cast<int>(sampled.games.size());
        result_.excluded_games = sampled.excluded_games;
        result_.warnings.insert(result_.warnings.end(), sampled.warnings.begin(), sampled.warnings.end());
    }

    int threads() {
        if (options_.threads > 0) return options_.threads;
        return std::max(ThreadCounts::of(tested_.evaluator()).useful, ThreadCounts::of(against_.evaluator()).useful);
    }

    CompareOptions with_bar(ProgressBar& bar) {
        return {.threads = threads(), .progress = [&bar](size_t done, size_t all) { bar.show(done, all); }};
    }

    void compare_all() {
        ProgressBar bar(err_, "Comparing positions");
        result_.differences =
            compare_positions(against_.evaluator(), tested_.evaluator(), positions_.histories, with_bar(bar));
        result_.agreement = summarize(result_.differences);
        result_.sources = positions_.sources;
    }

    void keep_worst() {
        std::vector<size_t> order(positions_.histories.size());
        std::iota(order.begin(), order.end(), size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](size_t a, size_t b) { return result_.differences[a].kl > result_.differences[b].kl; });
        order.resize(std::min(order.size(), kWorst));
        EvalThread right(against_.evaluator(), /*seed=*/0), found(tested_.evaluator(), /*seed=*/0);
        const EvalOptions how = comparison_options();
        for (const size_t i : order) {
            const BoardHistory& history = positions_.histories[i];
            result_.worst.push_back({history, positions_.sources[i], result_.differences[i],
                                     right.evaluate(history.board(), history, history.next_player(), how),
                                     found.evaluate(history.board(), history, history.next_player(), how)});
        }
    }

    void compare_layers() {
        if (!same_structure(tested_.graph(), against_.graph())) return;
        std::vector<BoardHistory> few;
        const size_t all = positions_.histories.size(), count = std::min(all, kLayerPositions);
        for (size_t i = 0; i < count; ++i) few.push_back(positions_.histories[i * all / count]);
        ProgressBar bar(err_, "Comparing layers");
        result_.layers = layer_noise(against_.evaluator(), tested_.evaluator(), tested_.graph(), few, with_bar(bar));
        result_.layer_positions = static_cast<int>(few.size());
    }

    // In turns, so that both see the machine in the same moods.
    void measure_speed() {
        ProgressBar bar(err_, "Measuring speed");
        std::vector<double> tested, against;
        const auto measure = [](const Engine& engine) {
            const NnRows rows = benchmark_rows(engine.model(), engine.graph(), 19, 8);
            const NnLoad load{.iterations = kSpeedIterations, .warmup = 2, .max_seconds = kSpeedSeconds};
            return measure_nn(engine.graph(), engine.loaded_model(), {&rows, 1}, load).milliseconds();
        };
        for (size_t round = 0; round < kSpeedRounds; ++round) {
            tested.push_back(measure(tested_));
            against.push_back(measure(against_));
            bar.show(round + 1, kSpeedRounds);
        }
        result_.tested.milliseconds = median_of(tested);
        result_.against.milliseconds = median_of(against);
    }

    const ValidationOptions& options_;
    std::ostream& err_;
    Config tested_config_, against_config_;
    Engine tested_, against_;
    Positions positions_;
    Validation result_;
};

}  // namespace

Validation validate(const ValidationOptions& options, const Config& config, std::ostream& err) {
    return Validator(options, config, err).run();
}

}  // namespace katago
