// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "command/gtp/gtp_session.h"
#include "protocol/gtp_info_line.h"

namespace katago {

// Writes what the session's search says into info lines for one analyze command. Used from the thread that
// drives the search, while the session's game does not change.
class GtpReporter {
  public:
    GtpReporter(GtpSession& session, AnalyzeStyle style, const AnalyzeArguments& arguments, Player player);

    // Sets up the search for these arguments: forbidden moves, ownership.
    void prepare_search();
    // What calls for reports during a search.
    SearchEvents events();
    // Writes one line if there is anything to report.
    void write_line(const Search& search) const;

  private:
    std::string line(const Search& search) const;

    GtpSession& session_;
    AnalyzeArguments arguments_;
    InfoFormat format_;
    ReportOptions report_options_;
};

}  // namespace katago
