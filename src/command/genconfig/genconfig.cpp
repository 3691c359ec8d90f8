// SPDX-License-Identifier: MIT
// `katago genconfig`: asks what a person wants, measures what the machine does best, writes a configuration.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <ostream>

#include "command/genconfig/board_profile.h"
#include "command/genconfig/config_text.h"
#include "command/genconfig/genconfig.h"
#include "command/genconfig/genconfig_questions.h"
#include "command/genconfig/subcommand.h"
#include "command/options.h"
#include "core/file.h"
#include "core/replace_file.h"
#include "core/text.h"
#include "engine/benchmark_positions.h"
#include "engine/board_health.h"
#include "engine/default_files.h"
#include "engine/embedded_network.h"
#include "engine/engine.h"
#include "engine/network_settings.h"
#include "engine/speed/nn_speed.h"
#include "engine/speed/thread_search.h"
#include "nn/format/model_file.h"
#include "play/player_settings.h"
#include "report/progress_line.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

constexpr int kPositions = 10;
constexpr int kProbePositions = 3;
constexpr int kProbeVisits = 50;
constexpr double kProbeSeconds = 2;  // what a test search shall take
constexpr int kBoardLength = 19;
constexpr double kPrecisionSeconds = 2;
constexpr double kWorthwhile = 1.02;  // a smaller gain may be chance, and FP32 is exact

const CommandLine& command_line() {
    static const CommandLine line = {
        "genconfig",
        "Asks some questions and writes a configuration for gtp, with the best number of threads for this machine.",
        {{"model", "", "FILE", "Neural net model file to use (.bin.gz, .txt.gz, .bin, .txt, .safetensors).", false},
         {"output", "", "FILE", "Where to write the configuration (default gtp.cfg).", false}}};
    return line;
}

std::string bool_text(bool value) {
    return value ? "true" : "false";
}

std::string rules_lines(const Rules& rules) {
    std::string text = "koRule = " + std::string(name_of(rules.ko)) +
                       "\nscoringRule = " + std::string(name_of(rules.scoring)) +
                       "\ntaxRule = " + std::string(name_of(rules.tax)) +
                       "\nmultiStoneSuicideLegal = " + bool_text(rules.multi_stone_suicide) +
                       "\nhasButton = " + bool_text(rules.has_button);
    text += "\nwhiteHandicapBonus = " + std::string(name_of(rules.white_handicap_bonus));
    return text + "\nfriendlyPassOk = " + bool_text(rules.friendly_pass_ok);
}

// The general settings, with those of a board in place of them.
ConfigText settings_for(const BoardProfile* board) {
    ConfigText config(shipped_gtp_config());
    if (!board) return config;
    const std::string name(board->name);
    for (const auto& [key, value] : Config::from_text(board->config, name).all()) config.set(key, value);
    config.prepend("# For this board: values from configs/" + name + ".cfg, where they are explained.\n");
    return config;
}

ConfigText config_of(const ConfigWishes& wishes, const BoardProfile* board) {
    ConfigText config = settings_for(board);
    config.replace("rules", rules_lines(wishes.rules));
    for (const char* key : {"maxVisits", "maxPlayouts", "maxTime"}) config.comment_out(key);
    if (wishes.max_visits) config.set("maxVisits", std::to_string(*wishes.max_visits));
    if (wishes.max_playouts) config.set("maxPlayouts", std::to_string(*wishes.max_playouts));
    if (wishes.max_seconds) config.set("maxTime", default_number(*wishes.max_seconds));
    config.set("ponderingEnabled", bool_text(wishes.pondering));
    config.comment_out("maxTimePondering");
    if (wishes.max_pondering_seconds) config.set("maxTimePondering", default_number(*wishes.max_pondering_seconds));
    config.set("nnCacheSizePowerOfTwo", std::to_string(wishes.cache_power));
    return config;
}

UsualWishes usual_wishes(const BoardProfile* board) {
    UsualWishes usual;
    if (!board) return usual;
    const Config config = Config::from_text(board->config, std::string(board->name));
    usual.max_visits = static_cast<int>(config.get_int("maxVisits", {1, INT32_MAX}, usual.max_visits));
    usual.max_seconds = config.get_double("maxTime", {0, 1e9}, usual.max_seconds);
    usual.cache_power = config.get_int("nnCacheSizePowerOfTwo", {0, 48}, usual.cache_power);
    return usual;
}

// The number of threads that the file to be replaced has; nothing where there is none to keep.
std::optional<int> threads_of(const fs::path& file) {
    try {
        const Config config = Config::from_file(file);
        if (!config.contains("numSearchThreads")) return std::nullopt;
        return config.get_int("numSearchThreads", {1, 4096});
    } catch (const Error&) {
        return std::nullopt;  // it is about to be replaced: what is wrong with it does not matter
    }
}

// Measures searches with the settings that will be written.
class Tuner {
  public:
    Tuner(const fs::path& model_file, const ConfigText& text, const Streams& streams)
        : config_(Config::from_text(text.text(), "the new configuration")),
          engine_(model_file, config_, {.console = &streams.err}),
          threads_(ThreadCounts::of(engine_.evaluator())),
          out_(streams.out),
          progress_(streams.err) {}

    int best_threads(const TuningWishes& wishes) {
        const std::vector<int> candidates = thread_candidates(threads_);
        const int visits = wishes.visits ? *wishes.visits : visits_for_probe_seconds();
        const std::vector<BoardHistory> positions = benchmark_positions(kBoardLength, kPositions);
        out_ << "Trying different numbers of threads with " << visits << " visits a search:" << std::endl;
        const std::vector<SearchSpeed> speeds = search_threads(candidates, wishes.seconds_per_move, [&](int threads) {
            const SearchSpeed speed = measure(threads, visits, positions);
            out_ << speed_line(speed, positions.size()) << std::endl;
            return speed;
        });
        out_ << "\n" << comparison_text(speeds, wishes.seconds_per_move) << std::endl;
        return speeds[best_of(speeds, wishes.seconds_per_move)].threads;
    }

    // The fastest of those that are exact for all that a user sees.
    Precision best_precision() {
        const Model model = load_model(engine_.model_file(), model_read_options(config_));
        const NnRows rows = benchmark_rows(model.info, *model.graph, kBoardLength, kPositions);
        const double exact = evaluations_per_second(*model.graph, Precision::Fp32, rows);
        const double chosen = evaluations_per_second(*model.graph, Precision::Auto, rows);
        return chosen > exact * kWorthwhile ? Precision::Auto : Precision::Fp32;
    }

  private:
    double evaluations_per_second(const Graph& graph, Precision precision, const NnRows& rows) {
        const auto loaded =
            engine_.computes_with().backend->load(graph, load_options(config_, precision, engine_.computes_with()));
        NnLoad load;
        load.max_seconds = kPrecisionSeconds;
        const double rate = measure_nn(graph, *loaded, {&rows, 1}, load).median_rate();
        out_ << "nnPrecision = " << name_of(precision) << ": " << fixed_number(rate, 1) << " evaluations a second"
             << (loaded->description().empty() ? "" : ", " + loaded->description()) << std::endl;
        return rate;
    }

    SearchSpeed measure(int threads, int visits, std::span<const BoardHistory> positions) {
        SearchParams params = read_gtp_player_settings(config_).search;
        params.max_visits = visits;
        params.max_playouts = SearchParams::kUnlimitedVisits;
        params.max_time_s = SearchParams::kUnlimitedTime;
        params.search_factor_after_one_pass = params.search_factor_after_two_pass = 1;
        params.num_threads = threads;
        Search search(engine_.evaluator(), params, /*seed=*/0);
        const SearchSpeed speed =
            measure_search(search, engine_.evaluator(), positions,
                           [&](const SearchSpeed& so_far) { progress_.show(progress_text(so_far, positions.size())); });
        progress_.clear();
        return speed;
    }

    int visits_for_probe_seconds() {
        const std::vector<BoardHistory> positions = benchmark_positions(kBoardLength, kProbePositions);
        const SearchSpeed speed = measure(threads_.useful, kProbeVisits, positions);
        const double visits = std::round(speed.visits_per_second() * kProbeSeconds / 100) * 100;
        return static_cast<int>(std::clamp(visits, 200.0, 10000.0));
    }

    Config config_;
    Engine engine_;
    ThreadCounts threads_;
    std::ostream& out_;
    ProgressLine progress_;
};

void say_how_to_start(const std::optional<std::string>& model, const fs::path& output, std::ostream& out) {
    out << "\nThe engine is started with these settings by\n"
        << (executable_directory() / "katago").string() << " gtp ";
    if (model) out << "-model '" << *model << "' ";
    out << "-config '" << output.string() << "'" << std::endl;
}

}  // namespace

int run_genconfig(std::span<const std::string> arguments, const Streams& streams) {
    return run_genconfig_on(arguments, streams, "/");
}

int run_genconfig_on(std::span<const std::string> arguments, const Streams& streams, const fs::path& root) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    const std::optional<std::string> model = options.value("model");
    const fs::path model_file = model ? fs::path(*model) : find_default_model();
    const fs::path output = options.value("output").value_or("gtp.cfg");

    check_can_write(output);

    Dialog dialog(streams.in, streams.out);
    std::optional<int> threads;
    if (fs::exists(output)) {
        if (!dialog.ask_yes_or_no("The file " + output.string() + " exists already. Overwrite it? (y/n)")) return 0;
        threads = threads_of(output);
    }
    const std::string model_of_board = board_model(root);
    const BoardProfile* board = profile_of_board(model_of_board);
    if (board)
        dialog.say("This is a " + model_of_board + ": beginning with the settings of configs/" +
                   std::string(board->name) + ".cfg");
    const ConfigWishes wishes = ask_wishes(dialog, usual_wishes(board));
    ConfigText text = config_of(wishes, board);

    dialog.heading("PERFORMANCE TUNING");
    const bool keep =
        threads && dialog.ask_yes_or_no("The old file has numSearchThreads = " + std::to_string(*threads) +
                                        ". Keep it and measure nothing? (y/n)");
    if (!keep) {
        const TuningWishes tuning = ask_tuning(dialog);
        dialog.heading("TUNING NOW");
        Tuner tuner(model_file, text, streams);
        const Precision precision = tuner.best_precision();
        dialog.say("Using nnPrecision = " + std::string(name_of(precision)) + "\n");
        text.set("nnPrecision", name_of(precision));
        threads = tuner.best_threads(tuning);
    }
    dialog.say("Using " + std::to_string(*threads) + " numSearchThreads!");
    text.set("numSearchThreads", std::to_string(*threads));
    write_file(output, text.text());

    dialog.heading("DONE");
    dialog.say("Wrote " + output.string());
    say_how_to_start(model, output, streams.out);
    return 0;
}

}  // namespace katago
