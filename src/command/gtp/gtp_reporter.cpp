// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_reporter.h"

#include <algorithm>

#include "command/analysis_common.h"

namespace katago {

namespace {

// "As fast as it can", without filling the pipe faster than anybody could read.
constexpr double kShortestInterval = 0.001;

}  // namespace

GtpReporter::GtpReporter(GtpSession& session, AnalyzeStyle style, const AnalyzeArguments& arguments, Player player)
    : session_(session), arguments_(arguments) {
    format_.style = style;
    format_.perspective = player_shown(session.settings().report_winrates_as, player);
    format_.board = session.game().size();
    report_options_.pv_length = session.settings().analysis_pv_length;
    report_options_.min_moves = arguments.min_moves;
    report_options_.ownership = arguments.ownership;
    report_options_.ownership_stdev = arguments.ownership_stdev;
    report_options_.moves_ownership = arguments.moves_ownership;
    report_options_.moves_ownership_stdev = arguments.moves_ownership_stdev;
}

void GtpReporter::prepare_search() {
    Search& search = session_.search();
    search.set_ownership_wanted(arguments_.needs_ownership());
    search.clear_avoid_moves();
    restrict_moves(search, arguments_.restrictions);
}

SearchEvents GtpReporter::events() {
    SearchEvents events;
    if (!arguments_.interval_s) return events;
    events.report_every_s = std::max(*arguments_.interval_s, kShortestInterval);
    events.first_report_after_s = events.report_every_s;
    events.on_report = [this](const Search& search) { write_line(search); };
    return events;
}

std::string GtpReporter::line(const Search& search) const {
    Report report = search.report(report_options_);
    if (session_.game().options().advance == PhaseAdvance::Prevented)
        cut_variations_at_phase_end(session_.game().history(), report);
    return info_line(report, arguments_, format_);
}

void GtpReporter::write_line(const Search& search) const {
    const std::string text = line(search);
    if (!text.empty()) session_.output().write(text + "\n");
}

}  // namespace katago
