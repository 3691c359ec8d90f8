// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_failed_start.h"

#include <algorithm>

#include "core/error.h"
#include "protocol/gtp_text.h"

namespace katago {

namespace {

std::string response_to(const std::string& line, const std::string& reason, bool& quits) {
    try {
        const GtpRequest request = parse_gtp_request(line);
        quits = request.command == "quit";
        if (quits) return gtp_response(GtpStatus::Success, request.id, "");
        return gtp_response(GtpStatus::Failure, request.id, "KataGo could not start: " + reason);
    } catch (const ProtocolError& error) {
        return gtp_response(GtpStatus::Failure, std::nullopt, error.what());
    }
}

}  // namespace

void answer_failed_start(const std::string& reason, GtpLines lines, std::ostream& out) {
    std::string one_line = reason;
    std::replace(one_line.begin(), one_line.end(), '\n', ' ');
    bool quits = false;
    while (!quits && out) {
        const std::optional<BoundedLine> line = lines.next();
        if (!line) return;
        const std::string text = normalize_gtp_line(line->text);
        if (!text.empty()) out << response_to(text, one_line, quits) << std::flush;
    }
}

}  // namespace katago
