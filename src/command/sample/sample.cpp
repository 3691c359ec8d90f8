// SPDX-License-Identifier: MIT
// `katago sample`: training rows for a small network from the answers of a big one.
#include <memory>
#include <ostream>

#include "command/launch.h"
#include "command/sample/sample_run.h"
#include "command/sample/subcommand.h"
#include "core/error.h"
#include "core/text.h"
#include "engine/thread_counts.h"
#include "game/symmetry.h"

namespace katago {

namespace {

constexpr std::string_view kDefaultSizes = "9:3,13:1,19:2";
constexpr std::string_view kDefaultRows = "1000000", kDefaultShardRows = "16384";
// An evaluation is hardly ever asked for twice: keys of rows keep them apart.
constexpr std::string_view kBuiltInConfig = "nnCacheSizePowerOfTwo = 12\n";

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{
            "sample",
            "Writes training rows: positions of games that a network plays against itself, by drawing from its "
            "policy,\n"
            "   or of game records, with what the network says of each. Shards are safetensors files (see "
            "scripts/train).\n"
            "   The same command again adds to the folder, without duplicates.\n\n"
            "      katago sample -model TEACHER.bin.gz -output-dir rows -rows 1000000\n"
            "      katago sample -model TEACHER.bin.gz -output-dir rows -sgf games -rows 0\n\n"
            "   A big teacher says more for its time where a quick network plays and one position in ten becomes a "
            "row:\n"
            "      katago sample -model TEACHER.bin.gz -player-model QUICK.bin.gz -row-share 0.1 -output-dir rows",
            engine_options()};
        result.options.insert(
            result.options.end(),
            {{"output-dir", "", "DIR", "Folder of the shards.", false},
             {"rows", "", "N",
              "Play games until the folder has this many rows (default " + std::string(kDefaultRows) + ").", false},
             {"sgf", "", "DIR", "First take the positions of all .sgf files in this folder and below it.", false},
             {"player-model", "", "FILE", "Network that plays the games (default: the teacher).", false},
             {"row-share", "", "P",
              "Share of a game's positions that become rows, drawn at random (default 1). The teacher sees no others.",
              false},
             {"symmetries", "", "N", "Views of a position, 1 to 8, whose mean is the teacher's answer (default 1).",
              false},
             {"boardsize", "", "SIZES",
              "Sizes of boards and their shares of the rows (default " + std::string(kDefaultSizes) + ").", false},
             {"threads", "", "N", "Threads (default: one a core, or twice a batch where they share batches).", false},
             {"seed", "", "TEXT", "Draws the same games again, with one thread (default: different every time).",
              false},
             {"shard-rows", "", "N", "Rows of a shard (default " + std::string(kDefaultShardRows) + ").", false}});
        return result;
    }();
    return line;
}

std::vector<SizeShare> parse_sizes(const std::string& text) {
    constexpr double kMostShare = 1e6;
    std::vector<SizeShare> sizes;
    for (const std::string& piece : split_at_commas(text)) {
        const size_t colon = piece.find(':');
        const int side = parse_int_option(piece.substr(0, colon), "-boardsize", kMinBoardLength, kMaxBoardLength);
        const double share =
            colon == std::string::npos
                ? 1
                : parse_number_option(piece.substr(colon + 1), "-boardsize: share", 1 / kMostShare, kMostShare);
        sizes.push_back({{side, side}, share});
    }
    return sizes;
}

SampleSettings read_settings(const Options& options) {
    constexpr int kMostRows = 1'000'000'000, kMostShardRows = 1 << 20, kMostThreads = 256;
    constexpr double kLeastRowShare = 1e-6;
    const auto number = [&](std::string_view name, std::string_view fallback, int least, int most) {
        return parse_int_option(options.value(name).value_or(std::string(fallback)), "-" + std::string(name), least,
                                most);
    };
    if (!options.has("output-dir")) throw UsageError("-output-dir is missing: where the shards go");
    SampleSettings settings;
    settings.folder = *options.value("output-dir");
    settings.sgf_folder = options.value("sgf").value_or("");
    settings.rows = number("rows", kDefaultRows, 0, kMostRows);
    settings.shard_rows = static_cast<size_t>(number("shard-rows", kDefaultShardRows, 1, kMostShardRows));
    if (options.has("threads")) settings.threads = number("threads", "", 1, kMostThreads);
    settings.sizes = parse_sizes(options.value("boardsize").value_or(std::string(kDefaultSizes)));
    settings.seed = options.value("seed").value_or("");
    settings.row_share = parse_number_option(options.value("row-share").value_or("1"), "-row-share", kLeastRowShare, 1);
    settings.symmetries = number("symmetries", "1", 1, symmetry::kCount);
    return settings;
}

}  // namespace

int run_sample(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    SampleSettings settings = read_settings(options);
    const Launch launch = prepare_launch(options, {std::nullopt, kBuiltInConfig});
    const std::unique_ptr<Logger> log = make_logger(launch, LogOptions{}, streams);
    Engine teacher(launch.model_file, launch.config, {.console = &streams.err});
    teacher.report(*log);
    std::unique_ptr<Engine> quick;
    if (const auto file = options.value("player-model")) {
        quick = std::make_unique<Engine>(*file, launch.config, EngineOptions{.console = &streams.err});
        quick->report(*log);
    }
    Engine& player = quick ? *quick : teacher;
    if (!options.has("threads")) settings.threads = ThreadCounts::of(player.evaluator()).useful;
    report_unused_keys(launch.config, *log, streams.err);

    SampleStore store({.folder = settings.folder,
                       .shard_rows = settings.shard_rows,
                       .metadata = {{"teacher", teacher.model().name},
                                    {"teacher_sha256", teacher.model().sha256},
                                    {"player", player.model().name}},
                       .log = [&](const std::string& line) { streams.err << line << std::endl; }});
    streams.out << "Teacher " << teacher.model().name << ", player " << player.model().name << ", " << settings.threads
                << " threads, " << store.rows() << " rows in " << settings.folder.string() << std::endl;
    SampleRun run(settings, teacher, player, store, streams);
    run.run();
    streams.out << store.rows() << " rows in " << settings.folder.string() << std::endl;
    if (run.interrupted()) streams.out << "Interrupted; the same command goes on." << std::endl;
    return 0;
}

}  // namespace katago
