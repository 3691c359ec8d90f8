// SPDX-License-Identifier: MIT
// GTP commands that generate moves, silently or with reports.
#include <memory>

#include "command/gtp/gtp_commands.h"
#include "command/gtp/gtp_genmove.h"
#include "command/gtp/gtp_reporter.h"
#include "command/gtp/gtp_search_text.h"
#include "core/error.h"

namespace katago::gtp {

namespace {

enum class Use { Play, OnlySearch };

std::string answer_text(const GeneratedMove& generated, BoardSize size) {
    return generated.resigns ? "resign" : vertex_text(generated.move, size);
}

// A resignation does not end the game: nothing is played.
void play_generated(GtpSession& session, const GeneratedMove& generated, Player player) {
    if (generated.resigns) return;
    session.play({generated.move, player});
    session.start_pondering();
}

void reset_search_options(GtpSession& session) {
    session.search().clear_avoid_moves();
    session.search().set_ownership_wanted(false);
}

Player read_only_player(const GtpRequest& request) {
    expect_arguments(request, 1, "Expected one argument for " + request.command);
    return read_player(request.arguments[0]);
}

GtpReply plain_move(GtpSession& session, const GtpRequest& request, Use use, const MoveRequest& move_request = {}) {
    const Player player = read_only_player(request);
    reset_search_options(session);
    const GeneratedMove generated = *generate_move(session, player, move_request);
    if (use == Use::Play) play_generated(session, generated, player);
    return answer_text(generated, session.game().size());
}

GtpReply debugged_move(GtpSession& session, const GtpRequest& request, Use use) {
    MoveRequest move_request;
    move_request.on_searched = [&session](Point move, const SearchResult& result) {
        session.err() << search_dump(session, move, result) << std::endl;
    };
    return plain_move(session, request, use, move_request);
}

// The parsed arguments of an analyzing variant and what belongs to them.
struct AnalyzedMove {
    AnalyzeArguments arguments;
    Player player = Color::Black;
};

AnalyzedMove read_analyzed_move(GtpSession& session, const GtpRequest& request, AnalyzeStyle style) {
    const auto arguments = parse_analyze_arguments(request.arguments, style, session.game().size());
    if (!arguments)
        throw ProtocolError("Could not parse genmove_analyze arguments or arguments out of range: '" +
                            request.joined() + "'");
    return {*arguments, arguments->player.value_or(session.game().next_player())};
}

// Everything after the header: reports, the last of them with the result, the move, the closing line.
void write_analyzed_move(GtpSession& session, const AnalyzedMove& move, AnalyzeStyle style, Use use,
                         const std::atomic<bool>* cancelled) {
    session.switch_player(move.player);
    GtpReporter reporter(session, style, move.arguments, move.player);
    reporter.prepare_search();
    MoveRequest move_request;
    move_request.events = reporter.events();
    move_request.watched = static_cast<bool>(move_request.events.on_report);
    move_request.on_searched = [&](Point, const SearchResult&) { reporter.write_line(session.search()); };
    move_request.cancelled = cancelled;
    try {
        const std::optional<GeneratedMove> generated = generate_move(session, move.player, move_request);
        if (!generated) {
            reporter.write_line(session.search());
            session.output().write("play cancelled\n\n");
            return;
        }
        if (use == Use::Play) play_generated(session, *generated, move.player);
        session.output().write("play " + answer_text(*generated, session.game().size()) + "\n\n");
    } catch (const std::exception& error) {
        // The response has begun and must be closed.
        session.err() << error.what() << std::endl;
        session.output().write("\n");
    }
}

GtpReply analyzed_move(GtpSession& session, const GtpRequest& request, AnalyzeStyle style, Use use) {
    const AnalyzedMove move = read_analyzed_move(session, request, style);
    session.output().write(gtp_header(request.id));
    write_analyzed_move(session, move, style, use, nullptr);
    return std::nullopt;
}

GtpReply genmove(GtpSession& session, const GtpRequest& request) {
    return plain_move(session, request, Use::Play);
}

GtpReply kata_search(GtpSession& session, const GtpRequest& request) {
    return plain_move(session, request, Use::OnlySearch);
}

GtpReply genmove_debug(GtpSession& session, const GtpRequest& request) {
    return debugged_move(session, request, Use::Play);
}

GtpReply kata_search_debug(GtpSession& session, const GtpRequest& request) {
    return debugged_move(session, request, Use::OnlySearch);
}

GtpReply kata_search_cancellable(GtpSession& session, const GtpRequest& request) {
    const Player player = read_only_player(request);
    reset_search_options(session);
    session.start_cancellable([&session, player, id = request.id](const std::atomic<bool>& cancelled) {
        MoveRequest move_request;
        move_request.cancelled = &cancelled;
        try {
            const std::optional<GeneratedMove> generated = generate_move(session, player, move_request);
            const std::string text = generated ? answer_text(*generated, session.game().size()) : "cancelled";
            session.respond(GtpStatus::Success, id, text);
        } catch (const std::exception& error) {
            session.respond(GtpStatus::Failure, id, error.what());
        }
    });
    return std::nullopt;
}

GtpReply lz_genmove_analyze(GtpSession& session, const GtpRequest& request) {
    return analyzed_move(session, request, AnalyzeStyle::Lz, Use::Play);
}

GtpReply kata_genmove_analyze(GtpSession& session, const GtpRequest& request) {
    return analyzed_move(session, request, AnalyzeStyle::Kata, Use::Play);
}

GtpReply genmove_analyze(GtpSession& session, const GtpRequest& request) {
    return analyzed_move(session, request, AnalyzeStyle::Sabaki, Use::Play);
}

GtpReply kata_search_analyze(GtpSession& session, const GtpRequest& request) {
    return analyzed_move(session, request, AnalyzeStyle::Kata, Use::OnlySearch);
}

GtpReply kata_search_analyze_cancellable(GtpSession& session, const GtpRequest& request) {
    const AnalyzedMove move = read_analyzed_move(session, request, AnalyzeStyle::Kata);
    session.output().write(gtp_header(request.id));
    session.start_cancellable([&session, move](const std::atomic<bool>& cancelled) {
        write_analyzed_move(session, move, AnalyzeStyle::Kata, Use::OnlySearch, &cancelled);
    });
    return std::nullopt;
}

}  // namespace

std::span<const GtpCommand> move_commands() {
    static constexpr GtpCommand kRows[] = {
        {"genmove", genmove},
        {"kata-search", kata_search},
        {"kata-search_cancellable", kata_search_cancellable},
        {"genmove_debug", genmove_debug},
        {"kata-search_debug", kata_search_debug},
        {"lz-genmove_analyze", lz_genmove_analyze},
        {"kata-genmove_analyze", kata_genmove_analyze},
        {"kata-search_analyze", kata_search_analyze},
        {"kata-search_analyze_cancellable", kata_search_analyze_cancellable},
        {"genmove_analyze", genmove_analyze},
    };
    return kRows;
}

}  // namespace katago::gtp
