// SPDX-License-Identifier: MIT
#include "protocol/gtp_analysis.h"

#include "core/text.h"

namespace katago {

namespace {

constexpr int kMaxMoveCount = 999'999'999;
// At and above this interval (in hundredths of a second) no report is wanted: clients send such values for "never".
constexpr double kNeverCentiseconds = 1e9;

bool parse_interval(const std::string& text, AnalyzeArguments& arguments) {
    const std::optional<double> centiseconds = parse_number(text);
    if (!centiseconds || *centiseconds < 0) return false;
    arguments.interval_s.reset();
    if (*centiseconds < kNeverCentiseconds) arguments.interval_s = *centiseconds / 100;
    return true;
}

bool parse_count(const std::string& text, int& count) {
    const std::optional<int> value = parse_int(text);
    if (!value || *value < 0 || *value > kMaxMoveCount) return false;
    count = *value;
    return true;
}

std::optional<std::vector<Point>> parse_vertices(std::string_view text, BoardSize board) {
    std::vector<Point> points;
    while (true) {
        const size_t end = text.find(',');
        const std::string_view piece = text.substr(0, end);
        if (!piece.empty()) {
            const std::optional<Point> point = parse_vertex(piece, board);
            if (!point || *point == kNullPoint) return std::nullopt;
            points.push_back(*point);
        }
        if (end == std::string_view::npos) return points;
        text.remove_prefix(end + 1);
    }
}

// "avoid" or "allow" with its three values.
bool parse_restriction(std::span<const std::string> words, BoardSize board, AnalyzeArguments& arguments) {
    const std::optional<Player> player = parse_player(words[1]);
    const std::optional<std::vector<Point>> points = parse_vertices(words[2], board);
    const std::optional<int> until = parse_int(words[3]);
    if (!player || !points || !until || *until < 1) return false;
    MoveRestriction& restriction = arguments.restrictions[*player == Color::Black ? 0 : 1];
    if (restriction.allow_until > 0) return false;
    if (words[0] == "avoid") {
        restriction.avoid(*points, *until, board);
        return true;
    }
    if (!restriction.avoid_until.empty()) return false;
    restriction.allow_only(*points, *until);
    return true;
}

struct Switch {
    std::string_view key;
    bool AnalyzeArguments::*member;
};

constexpr std::array kSwitches = {
    Switch{"rootInfo", &AnalyzeArguments::root_info},
    Switch{"ownership", &AnalyzeArguments::ownership},
    Switch{"ownershipStdev", &AnalyzeArguments::ownership_stdev},
    Switch{"movesOwnership", &AnalyzeArguments::moves_ownership},
    Switch{"movesOwnershipStdev", &AnalyzeArguments::moves_ownership_stdev},
    Switch{"pvVisits", &AnalyzeArguments::pv_visits},
    Switch{"pvEdgeVisits", &AnalyzeArguments::pv_edge_visits},
    Switch{"noResultValue", &AnalyzeArguments::no_result_value},
};

bool parse_switch(const std::string& key, const std::string& value, AnalyzeArguments& arguments) {
    for (const Switch& row : kSwitches) {
        if (key != row.key) continue;
        const std::optional<bool> on = parse_bool(value);
        if (on) arguments.*row.member = *on;
        return on.has_value();
    }
    return false;
}

// Reads one key with its values off the front; false: malformed.
bool parse_pair(std::span<const std::string>& words, AnalyzeStyle style, BoardSize board, AnalyzeArguments& arguments) {
    const std::string& key = words[0];
    if (key == "avoid" || key == "allow") {
        if (words.size() < 4 || !parse_restriction(words, board, arguments)) return false;
        words = words.subspan(4);
        return true;
    }
    if (words.size() < 2) return false;
    const std::string& value = words[1];
    words = words.subspan(2);
    if (key == "interval") return parse_interval(value, arguments);
    if (key == "minmoves") return parse_count(value, arguments.min_moves);
    if (key == "maxmoves") return parse_count(value, arguments.max_moves);
    return style == AnalyzeStyle::Kata && parse_switch(key, value, arguments);
}

}  // namespace

std::optional<AnalyzeArguments> parse_analyze_arguments(std::span<const std::string> arguments, AnalyzeStyle style,
                                                        BoardSize board) {
    AnalyzeArguments result;
    std::span<const std::string> words = arguments;
    if (!words.empty()) {
        result.player = parse_player(words[0]);
        if (result.player) words = words.subspan(1);
    }
    if (!words.empty() && parse_number(words[0])) {
        if (!parse_interval(words[0], result)) return std::nullopt;
        words = words.subspan(1);
    }
    while (!words.empty())
        if (!parse_pair(words, style, board, result)) return std::nullopt;
    return result;
}

}  // namespace katago
