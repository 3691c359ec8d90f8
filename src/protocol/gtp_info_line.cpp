// SPDX-License-Identifier: MIT
#include "protocol/gtp_info_line.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace katago {

namespace {

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
    // A probability as a whole number of hundredths of a percent.
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
