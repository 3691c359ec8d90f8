// SPDX-License-Identifier: MIT
#include "protocol/gtp_analysis.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace katago {

namespace {

constexpr int kMaxMoveCount = 999'999'999;
// At and above this interval (in hundredths of a second) no report is wanted: clients send such values for "never".
constexpr double kNeverCentiseconds = 1e9;

// --- Arguments ---

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
    if (words[0] == "allow") {
        if (!restriction.avoid_until.empty()) return false;
        restriction.allowed = *points;
        restriction.allow_until = *until;
        return true;
    }
    restriction.avoid_until.resize(static_cast<size_t>(board.area()) + 1);
    for (const Point point : *points) {
        int& depth = restriction.avoid_until[static_cast<size_t>(policy_index(point, board))];
        depth = std::max(depth, *until);
    }
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

// --- Info lines ---

// Writes values of White's view for the perspective asked for, in the dialect's number format.
class InfoWriter {
  public:
    explicit InfoWriter(const InfoFormat& format) : format_(format) {}

    std::string take() { return std::move(text_); }
    bool empty() const { return text_.empty(); }

    void word(std::string_view text) {
        if (!text_.empty()) text_ += ' ';
        text_ += text;
    }
    void field(std::string_view name, int64_t value) {
        word(name);
        word(std::to_string(value));
    }
    void field(std::string_view name, double value) {
        word(name);
        word(number(value));
    }
    void rate(std::string_view name, double winrate) { field(name, oriented_rate(winrate)); }
    void score(std::string_view name, double value) { field(name, oriented(value)); }
    // As a whole number of hundredths of a percent.
    void permyriad(std::string_view name, double value) {
        word(name);
        word(default_number(std::round(value * 10000)));
    }
    void vertex(std::string_view name, Point point) {
        word(name);
        word(vertex_text(point, format_.board));
    }
    void ownership(std::string_view name, const std::vector<double>& values) {
        word(name);
        for (const double value : values) word(number(oriented(value)));
    }
    void plain_numbers(std::string_view name, const std::vector<double>& values) {
        word(name);
        for (const double value : values) word(number(value));
    }

    double oriented(double value) const { return format_.perspective == Color::White ? value : -value; }
    double oriented_rate(double value) const { return format_.perspective == Color::White ? value : 1 - value; }
    const InfoFormat& format() const { return format_; }

  private:
    std::string number(double value) const {
        return format_.style == AnalyzeStyle::Sabaki ? pointed_number(value) : default_number(value);
    }

    InfoFormat format_;
    std::string text_;
};

void write_pv(const AnalysisMove& move, const AnalyzeArguments& arguments, InfoWriter& out) {
    out.word("pv");
    for (const Point point : move.pv) out.word(vertex_text(point, out.format().board));
    if (arguments.pv_visits) {
        out.word("pvVisits");
        for (const int64_t visits : move.pv_visits) out.word(std::to_string(visits));
    }
    if (arguments.pv_edge_visits) {
        out.word("pvEdgeVisits");
        for (const int64_t visits : move.pv_edge_visits) out.word(std::to_string(visits));
    }
}

void write_lz_move(const AnalysisMove& move, const AnalyzeArguments& arguments, InfoWriter& out) {
    out.word("info");
    out.vertex("move", move.move);
    out.field("visits", move.values.visits);
    out.permyriad("winrate", out.oriented_rate(move.values.winrate()));
    out.permyriad("prior", move.prior);
    out.permyriad("lcb", out.oriented_rate(move.lcb));
    out.field("order", int64_t{move.order});
    write_pv(move, arguments, out);
}

// The fields that a move and the root share, from the utility on.
void write_values(const NodeValues& values, InfoWriter& out) {
    out.score("utility", values.utility);
    out.rate("winrate", values.winrate());
    out.score("scoreMean", values.lead);  // kept by KataGo for old clients, with the lead's value
    out.field("scoreStdev", values.score_stdev);
    out.score("scoreLead", values.lead);
    out.score("scoreSelfplay", values.score_mean);
}

std::vector<double> rounded_to_millionths(std::vector<double> values) {
    for (double& value : values) value = std::round(value * 1e6) / 1e6;
    return values;
}

void write_full_move(const AnalysisMove& move, const AnalyzeArguments& arguments, InfoWriter& out) {
    out.word("info");
    out.vertex("move", move.move);
    out.field("visits", move.values.visits);
    out.field("edgeVisits", move.edge_visits);
    write_values(move.values, out);
    if (arguments.no_result_value) out.field("noResultValue", move.values.no_result);
    out.field("prior", move.prior);
    out.rate("lcb", move.lcb);
    out.score("utilityLcb", move.utility_lcb);
    out.field("weight", move.values.weight);
    if (move.symmetry_of != kNullPoint) out.vertex("isSymmetryOf", move.symmetry_of);
    out.field("order", int64_t{move.order});
    write_pv(move, arguments, out);
    if (arguments.moves_ownership) out.ownership("movesOwnership", rounded_to_millionths(move.ownership.mean));
    if (arguments.moves_ownership_stdev)
        out.plain_numbers("movesOwnershipStdev", rounded_to_millionths(move.ownership.stdev));
}

void write_root(const RootInfo& root, InfoWriter& out) {
    out.word("rootInfo");
    out.field("visits", root.values.visits);
    write_values(root.values, out);
    out.field("weight", root.values.weight);
    out.field("rawStWrError", root.raw_shortterm_winloss_error);
    out.field("rawStScoreError", root.raw_shortterm_score_error);
    out.field("rawVarTimeLeft", root.raw_var_time_left);
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

std::string info_line(const Report& report, const AnalyzeArguments& arguments, const InfoFormat& format) {
    InfoWriter out(format);
    const size_t count = std::min(report.moves.size(), static_cast<size_t>(arguments.max_moves));
    for (size_t i = 0; i < count; ++i) {
        if (format.style == AnalyzeStyle::Lz)
            write_lz_move(report.moves[i], arguments, out);
        else
            write_full_move(report.moves[i], arguments, out);
    }
    if (out.empty()) return {};
    if (arguments.root_info) write_root(report.root, out);
    if (arguments.ownership) out.ownership("ownership", report.ownership.mean);
    if (arguments.ownership_stdev) out.plain_numbers("ownershipStdev", report.ownership.stdev);
    return out.take();
}

}  // namespace katago
