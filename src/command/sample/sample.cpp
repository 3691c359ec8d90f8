// SPDX-License-Identifier: MIT
// `katago sample`: training rows for a small network from the answers of a big one.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <ostream>

#include "command/interrupt_watch.h"
#include "command/launch.h"
#include "command/sample/sample_game.h"
#include "command/sample/sample_store.h"
#include "command/sample/subcommand.h"
#include "core/error.h"
#include "core/machine.h"
#include "core/text.h"
#include "core/thread.h"
#include "engine/engine.h"
#include "eval/eval_thread.h"
#include "report/progress_line.h"

namespace katago {

namespace {

using Clock = std::chrono::steady_clock;

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
            "      katago sample -model TEACHER.bin.gz -output-dir rows -sgf games -rows 0",
            engine_options()};
        result.options.insert(
            result.options.end(),
            {{"output-dir", "", "DIR", "Folder of the shards.", false},
             {"rows", "", "N",
              "Play games until the folder has this many rows (default " + std::string(kDefaultRows) + ").", false},
             {"sgf", "", "DIR", "First take the positions of all .sgf files in this folder and below it.", false},
             {"boardsize", "", "SIZES",
              "Sizes of boards and their shares of the rows (default " + std::string(kDefaultSizes) + ").", false},
             {"threads", "", "N", "Threads (default: one a core).", false},
             {"seed", "", "TEXT", "Draws the same games again, with one thread (default: different every time).",
              false},
             {"shard-rows", "", "N", "Rows of a shard (default " + std::string(kDefaultShardRows) + ").", false}});
        return result;
    }();
    return line;
}

struct SampleSettings {
    std::filesystem::path folder;
    std::filesystem::path sgf_folder;  // empty: none
    int64_t rows = 0;
    size_t shard_rows = 0;
    int threads = 1;
    std::vector<SizeShare> sizes;
    std::string seed;  // empty: none was given
};

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
    settings.threads = number("threads", std::to_string(usable_cores()), 1, kMostThreads);
    settings.sizes = parse_sizes(options.value("boardsize").value_or(std::string(kDefaultSizes)));
    settings.seed = options.value("seed").value_or("");
    return settings;
}

std::deque<std::filesystem::path> find_records(const std::filesystem::path& folder) {
    if (folder.empty()) return {};
    std::error_code failure;
    const std::vector<std::filesystem::path> files = find_sgf_files(folder, failure);
    if (failure) throw IoError("Could not read folder " + folder.string() + ": " + failure.message());
    if (files.empty()) throw IoError("No .sgf files in folder " + folder.string());
    return {files.begin(), files.end()};
}

// Samples with several threads until there are enough rows. Driven by one thread.
class SampleRun {
  public:
    SampleRun(const SampleSettings& settings, Engine& engine, SampleStore& store, const Streams& streams)
        : settings_(settings),
          engine_(engine),
          store_(store),
          streams_(streams),
          seed_(settings.seed.empty() ? std::to_string(engine.seed()) : settings.seed),
          records_(find_records(settings.sgf_folder)) {}

    // Returns at the wanted number of rows, or once the user interrupts. Throws what a thread throws,
    // and IoError where records were given and none could be used.
    void run() {
        const InterruptWatch interrupts;
        const Clock::time_point begin = Clock::now();
        const int64_t before = store_.rows();
        at_work_ = settings_.threads;
        std::vector<std::unique_ptr<Thread>> threads;
        for (int i = 0; i < settings_.threads; ++i) threads.push_back(std::make_unique<Thread>([this] { work(); }));
        ProgressLine line(streams_.err);
        while (at_work_ > 0) {
            if (interrupts.wait() || streams_.reader->gone()) interrupted_ = stop_ = true;
            const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
            line.show(progress_text(store_.rows() - before, seconds));
        }
        line.clear();
        for (const auto& thread : threads) thread->join();
        store_.flush();
        if (!settings_.sgf_folder.empty() && used_records_ == 0 && !interrupted_)
            throw IoError(settings_.sgf_folder.string() + ": none of its .sgf files can be used, see above");
    }

    bool interrupted() const { return interrupted_; }

  private:
    // One thread's means.
    struct Worker {
        EvalThread eval;
        LadderMemory ladders;
        SampleRows rows;  // of the game that is played
    };

    std::string progress_text(int64_t done, double seconds) const {
        const double rate = static_cast<double>(done) / std::max(seconds, 1e-3);
        std::string text =
            std::to_string(store_.rows()) + " rows, " + std::to_string(static_cast<int64_t>(rate)) + " a second";
        if (const int64_t left = settings_.rows - store_.rows(); left > 0 && rate > 0)
            text += ", " + std::to_string(static_cast<int64_t>(static_cast<double>(left) / rate / 60)) + " min left";
        return text;
    }

    void work() {
        // Says that this thread has ended, however it does.
        const std::shared_ptr<void> leave(nullptr, [this](void*) { --at_work_; });
        try {
            while (const auto record = next_record()) take_record(*record);
            while (!stop_ && store_.rows() < settings_.rows) play_game();
        } catch (...) {
            stop_ = true;
            throw;
        }
    }

    std::optional<std::filesystem::path> next_record() {
        const std::lock_guard lock(mutex_);
        if (stop_ || records_.empty()) return std::nullopt;
        std::filesystem::path record = records_.front();
        records_.pop_front();
        return record;
    }

    // Evaluates the position and keeps it as a row, if it was not there yet.
    std::shared_ptr<const Evaluation> look_at(Worker& worker, const BoardHistory& history) {
        if (stop_) return nullptr;
        EvalOptions options;
        options.include_ownership = true;
        auto teacher = worker.eval.evaluate(history.board(), history, history.next_player(), options);
        const uint64_t key = row_key(history);
        if (store_.claim(key)) worker.rows.add(history, key, *teacher, worker.ladders);
        return teacher;
    }

    void play_game() {
        Rng rng(seed_ + "/game/" + std::to_string(store_.next_game()));
        const BoardSize size = store_.size_wanted(settings_.sizes);
        Worker worker{EvalThread(engine_.evaluator(), rng.next()), {}, SampleRows(size)};
        play_sample_game(size, rng, [&](const BoardHistory& history) { return look_at(worker, history); });
        store_.add(worker.rows);
    }

    void take_record(const std::filesystem::path& file) {
        Rng rng(seed_ + "/record/" + file.filename().string());
        const std::optional<SgfGame> record = load_record(file);
        if (!record) return;
        try {
            Worker worker{EvalThread(engine_.evaluator(), rng.next()), {}, SampleRows(record->size)};
            replay_sample_game(*record, rng,
                               [&](const BoardHistory& history) { return look_at(worker, history) != nullptr; });
            store_.add(worker.rows);
            ++used_records_;
        } catch (const ProtocolError& error) {
            leave_out(error);
        }
    }

    // Nothing, and said so, where the file cannot be read or is no record.
    std::optional<SgfGame> load_record(const std::filesystem::path& file) {
        try {
            SgfGame record = load_sgf_game(file);
            for (const std::string& warning : record.warnings) store_.tell("WARNING: " + warning);
            return record;
        } catch (const Error& error) {
            leave_out(error);
            return std::nullopt;
        }
    }

    // One bad record among thousands is no reason to stop.
    void leave_out(const Error& error) { store_.tell(std::string("Left out: ") + error.what()); }

    const SampleSettings& settings_;
    Engine& engine_;
    SampleStore& store_;
    const Streams& streams_;
    const std::string seed_;
    std::atomic<bool> stop_ = false;
    std::atomic<int> at_work_ = 0;
    std::atomic<int64_t> used_records_ = 0;
    bool interrupted_ = false;
    std::mutex mutex_;
    std::deque<std::filesystem::path> records_ GUARDED_BY(mutex_);
};

}  // namespace

int run_sample(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    const SampleSettings settings = read_settings(options);
    const Launch launch = prepare_launch(options, {std::nullopt, kBuiltInConfig});
    const std::unique_ptr<Logger> log = make_logger(launch, LogOptions{}, streams);
    Engine engine(launch.model_file, launch.config, {.console = &streams.err});
    engine.report(*log);
    report_unused_keys(launch.config, *log, streams.err);

    SampleStore store({.folder = settings.folder,
                       .shard_rows = settings.shard_rows,
                       .metadata = {{"teacher", engine.model().name}, {"teacher_sha256", engine.model().sha256}},
                       .log = [&](const std::string& line) { streams.err << line << std::endl; }});
    streams.out << "Teacher " << engine.model().name << ", " << settings.threads << " threads, " << store.rows()
                << " rows in " << settings.folder.string() << std::endl;
    SampleRun run(settings, engine, store, streams);
    run.run();
    streams.out << store.rows() << " rows in " << settings.folder.string() << std::endl;
    if (run.interrupted()) streams.out << "Interrupted; the same command goes on." << std::endl;
    return 0;
}

}  // namespace katago
