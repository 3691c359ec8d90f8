// SPDX-License-Identifier: MIT
#include "command/sample/sample_run.h"

#include <algorithm>
#include <chrono>
#include <ostream>

#include "command/interrupt_watch.h"
#include "command/sample/sample_game.h"
#include "eval/eval_thread.h"
#include "report/progress_line.h"

namespace katago {

namespace {

using Clock = std::chrono::steady_clock;

std::deque<std::filesystem::path> find_records(const std::filesystem::path& folder) {
    if (folder.empty()) return {};
    std::error_code failure;
    const std::vector<std::filesystem::path> files = find_sgf_files(folder, failure);
    if (failure) throw IoError("Could not read folder " + folder.string() + ": " + failure.message());
    if (files.empty()) throw IoError("No .sgf files in folder " + folder.string());
    return {files.begin(), files.end()};
}

}  // namespace

// What one game or record is sampled with.
struct SampleRun::Worker {
    Worker(SampleRun& run, BoardSize size, Rng& rng)
        : teacher(run.teacher_.evaluator(), rng.next()),
          player(run.player_.evaluator(), rng.next()),
          draws(rng.next()),
          rows(size) {}

    EvalThread teacher, player;
    Rng draws;  // of the positions that become rows
    LadderMemory ladders;
    SampleRows rows;
};

SampleRun::SampleRun(const SampleSettings& settings, Engine& teacher, Engine& player, SampleStore& store,
                     const Streams& streams)
    : settings_(settings),
      teacher_(teacher),
      player_(player),
      store_(store),
      streams_(streams),
      seed_(settings.seed.empty() ? std::to_string(teacher.seed()) : settings.seed),
      records_(find_records(settings.sgf_folder)) {}

void SampleRun::run() {
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

std::string SampleRun::progress_text(int64_t done, double seconds) const {
    const double rate = static_cast<double>(done) / std::max(seconds, 1e-3);
    std::string text =
        std::to_string(store_.rows()) + " rows, " + std::to_string(static_cast<int64_t>(rate)) + " a second";
    if (const int64_t left = settings_.rows - store_.rows(); left > 0 && rate > 0)
        text += ", " + std::to_string(static_cast<int64_t>(static_cast<double>(left) / rate / 60)) + " min left";
    return text;
}

void SampleRun::work() {
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

std::optional<std::filesystem::path> SampleRun::next_record() {
    const std::lock_guard lock(mutex_);
    if (stop_ || records_.empty()) return std::nullopt;
    std::filesystem::path record = records_.front();
    records_.pop_front();
    return record;
}

// The teacher's word on the position, kept as a row. nullptr where it is to be none, or was one before.
std::shared_ptr<const Evaluation> SampleRun::take_row(Worker& worker, const BoardHistory& history) {
    if (!worker.draws.chance(settings_.row_share)) return nullptr;
    const uint64_t key = row_key(history);
    if (!store_.claim(key)) return nullptr;
    EvalOptions options;
    options.include_ownership = true;
    auto answer =
        worker.teacher.evaluate_mean(history.board(), history, history.next_player(), options, settings_.symmetries);
    worker.rows.add(history, key, *answer, worker.ladders);
    return answer;
}

// The player's word on the position, which may become a row.
std::shared_ptr<const Evaluation> SampleRun::look_at(Worker& worker, const BoardHistory& history) {
    if (stop_) return nullptr;
    if (auto answer = take_row(worker, history); answer && &player_ == &teacher_) return answer;
    return worker.player.evaluate(history.board(), history, history.next_player(), EvalOptions{});
}

void SampleRun::play_game() {
    Rng rng(seed_ + "/game/" + std::to_string(store_.next_game()));
    const BoardSize size = store_.size_wanted(settings_.sizes);
    Worker worker(*this, size, rng);
    play_sample_game(size, rng, [&](const BoardHistory& history) { return look_at(worker, history); });
    store_.add(worker.rows);
}

void SampleRun::take_record(const std::filesystem::path& file) {
    Rng rng(seed_ + "/record/" + file.filename().string());
    const std::optional<SgfGame> record = load_record(file);
    if (!record) return;
    try {
        Worker worker(*this, record->size, rng);
        replay_sample_game(*record, rng, [&](const BoardHistory& history) {
            if (!stop_) take_row(worker, history);
            return !stop_;
        });
        store_.add(worker.rows);
        ++used_records_;
    } catch (const ProtocolError& error) {
        leave_out(error);
    }
}

// Nothing, and said so, where the file cannot be read or is no record.
std::optional<SgfGame> SampleRun::load_record(const std::filesystem::path& file) {
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
void SampleRun::leave_out(const Error& error) {
    store_.tell(std::string("Left out: ") + error.what());
}

}  // namespace katago
