// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_session.h"

#include <chrono>

#include "command/options.h"
#include "core/error.h"
#include "play/avoided_games.h"

namespace katago {

void GtpOutput::write(std::string_view text) {
    const std::lock_guard lock(mutex_);
    stream_ << text << std::flush;
    if (!stream_) reader_.leave(OutputReader::kClosed);
}

void GtpOutput::respond(GtpStatus status, std::optional<int> id, std::string_view text, Logger* log) {
    const std::string response = gtp_response(status, id, text);
    if (log) log->write(response.substr(0, response.find('\n')));
    write(response);
}

// A task that owns the session's search until it ends.
struct GtpSession::Cancellable {
    std::atomic<bool> cancelled = false;
    std::atomic<bool> done = false;
    std::unique_ptr<Thread> thread;
};

namespace {

GtpGame::Options game_options(const GtpSettings& settings, const ModelInfo& model) {
    GtpGame::Options options = GtpGame::Options::of(settings.game);
    options.pass_alive_under_suicide =
        settings.player.search.pass_alive_under_suicide.value_or(model.pass_alive_under_suicide);
    return options;
}

Rules first_rules(const Engine& engine, const Config& config) {
    const Rules rules = rules_from_config(config);
    if (!(supported_rules(rules, engine.model().version) == rules))
        throw ConfigError("Rules " + json_text(rules, KomiInOutput::Shown) + " from config file " + config.name() +
                          " are NOT supported by neural net");
    return rules;
}

}  // namespace

GtpSession::GtpSession(const Setup& setup)
    : version_(setup.version),
      engine_(setup.engine),
      human_engine_(setup.human),
      log_(setup.log),
      err_(setup.streams.err),
      reader_(setup.streams.reader),
      output_(setup.streams.out, *reader_),
      params_(setup.config, ProfileUse::of(setup.engine, setup.human), ThreadCounts::of(setup.engine.evaluator())),
      game_(board_size_from_config(setup.config), first_rules(setup.engine, setup.config),
            game_options(params_.settings(), setup.engine.model())),
      search_(setup.engine.evaluator(), params_.settings().player.search, setup.engine.seed()),
      rng_(setup.engine.seed() ^ mix::split(1)),
      engine_player_({search_, params_.settings().player, rng_, read_avoided_games(setup.config, setup.log),
                      game_.options().advance}),
      nobody_reads_(*reader_, [this] { search_.abandon(); }) {
    limit_threads();
    if (settings().forced_komi) game_.set_komi(*settings().forced_komi);
    if (human_engine_) search_.set_human_evaluator(&human_engine_->evaluator());
    search_.set_log(&log_);
    search_.set_position(game_.history());
    // Without any limit a move would take for ever until somebody sets a clock.
    if (!settings().player.has_limit) engine_player_.set_clocks(TimeControl::byo_yomi(1, 5, 5));
}

// More threads than cores only make each other wait, unless they share batches. What a user sets later, by
// kata-set-param, is the user's wish.
void GtpSession::limit_threads() {
    const int wanted = settings().player.search.num_threads;
    const int most = ThreadCounts::of(engine_.evaluator()).most;
    if (wanted <= most) return;
    params_.set({{{"numSearchThreads", std::to_string(most)}}});
    search_.set_params(settings().player.search);
    announce("WARNING: numSearchThreads = " + std::to_string(wanted) + " exceeds the cores of this machine, using " +
             std::to_string(most));
}

GtpSession::~GtpSession() {
    interrupt();
    stop_pondering();
}

void GtpSession::game_replaced() {
    engine_player_.forget_moves();
    search_.set_position(game_.history());
}

void GtpSession::set_up(const Board& board, Player next_player) {
    game_.set_up(board, next_player);
    game_replaced();
}

bool GtpSession::load(const Board& board, Player next_player, const Rules& rules, std::span<const Move> moves) {
    if (!game_.load(board, next_player, rules, moves)) return false;
    game_replaced();
    return true;
}

bool GtpSession::play(Move move) {
    if (!game_.play(move)) return false;
    if (!search_.make_move(move.point, move.player, game_.options().advance)) search_.set_position(game_.history());
    return true;
}

bool GtpSession::undo() {
    if (!game_.undo()) return false;
    game_replaced();
    return true;
}

void GtpSession::switch_player(Player player) {
    game_.switch_player(player);
    search_.set_player_if_new(player);
}

void GtpSession::set_rules(const Rules& rules) {
    game_.set_rules(rules);
    game_replaced();
}

void GtpSession::set_komi(float komi) {
    game_.set_komi(komi);
    search_.set_komi_if_new(komi);
}

void GtpSession::respond(GtpStatus status, std::optional<int> id, std::string_view text) {
    output_.respond(status, id, text, settings().log_all_gtp_communication ? &log_ : nullptr);
}

void GtpSession::announce(const std::string& text) {
    if (!log_.options().to_stderr) err_ << text << std::endl;
    log_.write(text);
}

void GtpSession::change_params(std::span<const std::pair<std::string, std::string>> values) {
    params_.set(values);
    const bool pass_alive = game_options(settings(), engine_.model()).pass_alive_under_suicide;
    if (pass_alive == game_.options().pass_alive_under_suicide) return;
    game_.set_pass_alive_under_suicide(pass_alive);
    search_.set_position(game_.history());
}

std::optional<GeneratedMove> GtpSession::generate_move(Player player, const MoveRequest& request) {
    game_.switch_player(player);
    return engine_player_.generate_move(game_.history(), request);
}

void GtpSession::report_failure(const std::exception& error) {
    announce(std::string("Search failed: ") + error.what());
}

void GtpSession::start_analysis(const SearchEvents& events) {
    analysing_ = true;
    search_.begin(SearchLimits{}, events);
}

void GtpSession::start_cancellable(std::function<void(const std::atomic<bool>& cancelled)> task) {
    cancellable_ = std::make_unique<Cancellable>();
    Cancellable& state = *cancellable_;
    state.thread = std::make_unique<Thread>([this, &state, run = std::move(task)] {
        try {
            run(state.cancelled);
        } catch (const std::exception& error) {
            report_failure(error);  // of whatever kind: the reader waits for `done`
        }
        state.done = true;
    });
}

void GtpSession::interrupt() {
    if (analysing_) {
        analysing_ = false;
        try {
            search_.stop();
        } catch (const std::exception& error) {
            report_failure(error);
        }
        output_.write("\n");
    }
    if (cancellable_) {
        cancellable_->cancelled = true;
        // A task may run several searches; each forgets a stop asked for before it began.
        while (!cancellable_->done) {
            search_.request_stop();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        cancellable_->thread->join();
        cancellable_.reset();
    }
}

void GtpSession::start_pondering() {
    if (!settings().pondering_enabled || pondering_) return;
    pondering_ = true;
    search_.begin(engine_player_.pondering_limits());
}

void GtpSession::stop_pondering() {
    if (!pondering_) return;
    pondering_ = false;
    try {
        search_.stop();
    } catch (const std::exception& error) {
        report_failure(error);
    }
}

}  // namespace katago
