// SPDX-License-Identifier: MIT
// GTP commands that analyse until the next line arrives.
#include <memory>

#include "command/gtp/gtp_commands.h"
#include "command/gtp/gtp_reporter.h"
#include "core/error.h"
#include "play/use_params.h"

namespace katago::gtp {

namespace {

GtpReply start(GtpSession& session, const GtpRequest& request, AnalyzeStyle style) {
    const auto arguments = parse_analyze_arguments(request.arguments, style, session.game().size());
    if (!arguments)
        throw ProtocolError("Could not parse analyze arguments or arguments out of range: '" + request.joined() + "'");
    const Player player = arguments->player.value_or(session.game().next_player());
    session.switch_player(player);
    use_params(session.search(), session.settings().analysis);
    // Lives as long as the search calls it.
    auto reporter = std::make_shared<GtpReporter>(session, style, *arguments, player);
    reporter->prepare_search();
    session.output().write(gtp_header(request.id));
    SearchEvents events = reporter->events();
    if (events.on_report) {
        events.on_report = [reporter](const Search& search) { reporter->write_line(search); };
        // A search that has reached a limit shows its result; one that a command ends has no more to say.
        events.on_done = [&session, reporter](const Search& search) {
            if (session.analysing()) reporter->write_line(search);
        };
    }
    session.start_analysis(events);
    return std::nullopt;
}

GtpReply lz_analyze(GtpSession& session, const GtpRequest& request) {
    return start(session, request, AnalyzeStyle::Lz);
}

GtpReply kata_analyze(GtpSession& session, const GtpRequest& request) {
    return start(session, request, AnalyzeStyle::Kata);
}

GtpReply analyze(GtpSession& session, const GtpRequest& request) {
    return start(session, request, AnalyzeStyle::Sabaki);
}

}  // namespace

std::span<const GtpCommand> analyze_commands() {
    static constexpr GtpCommand kRows[] = {
        {"lz-analyze", lz_analyze},
        {"kata-analyze", kata_analyze},
        {"analyze", analyze},
    };
    return kRows;
}

}  // namespace katago::gtp
