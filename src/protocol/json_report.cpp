// SPDX-License-Identifier: MIT
#include "protocol/json_report.h"

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "core/hash.h"
#include "protocol/json_request.h"

namespace katago {

namespace {

using nlohmann::json;

constexpr int kSignificantDigits = 9;
// From here on nine digits hold no fraction.
constexpr double kWholeFrom = 1e8;

// To nine significant digits; printing then shows no more than those.
double rounded(double value) {
    if (!std::isfinite(value)) return value;
    if (std::abs(value) >= kWholeFrom) return std::round(value);
    std::array<char, 32> text{};
    const auto written = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific,
                                       kSignificantDigits - 1);
    double result = 0;
    std::from_chars(text.data(), written.ptr, result);
    return result;
}

double rounded_to_millionths(double value) {
    return std::round(value * 1e6) / 1e6;
}

// Converts White's view into the one asked for.
class JsonReport {
  public:
    explicit JsonReport(const JsonReportFormat& format) : format_(format) {}

    json result(const Report& report) const {
        json moves = json::array();
        for (const AnalysisMove& move : report.moves) moves.push_back(move_info(move));
        json object = {{"id", format_.id},
                       {"turnNumber", format_.turn},
                       {"isDuringSearch", format_.during_search},
                       {"moveInfos", std::move(moves)},
                       {"rootInfo", root_info(report.root)}};
        if (format_.includes.policy) object["policy"] = policy(report.policy);
        if (format_.includes.policy && !report.human_policy.empty())
            object["humanPolicy"] = policy(report.human_policy);
        if (format_.includes.ownership) object["ownership"] = oriented_map(report.ownership.mean);
        if (format_.includes.ownership_stdev) object["ownershipStdev"] = plain_map(report.ownership.stdev);
        return object;
    }

  private:
    bool for_white() const { return format_.perspective == Color::White; }
    double score(double value) const { return rounded(for_white() ? value : -value); }
    double rate(double value) const { return rounded(for_white() ? value : 1 - value); }
    std::string vertex(Point point) const { return vertex_text(point, format_.board); }

    json move_info(const AnalysisMove& move) const {
        json info = {{"move", vertex(move.move)},
                     {"visits", move.values.visits},
                     {"edgeVisits", move.edge_visits},
                     {"weight", rounded(move.values.weight)},
                     {"edgeWeight", rounded(move.edge_weight)},
                     {"order", move.order},
                     {"winrate", rate(move.values.winrate())},
                     {"scoreLead", score(move.values.lead)},
                     {"scoreMean", score(move.values.lead)},  // kept by KataGo for old clients, with the lead's value
                     {"scoreSelfplay", score(move.values.score_mean)},
                     {"scoreStdev", rounded(move.values.score_stdev)},
                     {"utility", score(move.values.utility)},
                     {"lcb", rate(move.lcb)},
                     {"utilityLcb", score(move.utility_lcb)},
                     {"prior", rounded(move.prior)},
                     {"playSelectionValue", rounded(move.play_selection_value)},
                     {"pv", vertices(move.pv)}};
        if (format_.includes.no_result_value) info["noResultValue"] = rounded(move.values.no_result);
        if (move.human_prior) info["humanPrior"] = rounded(*move.human_prior);
        if (move.symmetry_of != kNullPoint) info["isSymmetryOf"] = vertex(move.symmetry_of);
        if (format_.includes.pv_visits) {
            info["pvVisits"] = move.pv_visits;
            info["pvEdgeVisits"] = move.pv_edge_visits;
        }
        if (format_.includes.moves_ownership) info["ownership"] = oriented_map(move.ownership.mean);
        if (format_.includes.moves_ownership_stdev) info["ownershipStdev"] = plain_map(move.ownership.stdev);
        return info;
    }

    json root_info(const RootInfo& root) const {
        json info = {{"visits", root.values.visits},
                     {"weight", root.values.weight},  // the one number that the reference does not round
                     {"winrate", rate(root.values.winrate())},
                     {"scoreLead", score(root.values.lead)},
                     {"scoreSelfplay", score(root.values.score_mean)},
                     {"scoreStdev", rounded(root.values.score_stdev)},
                     {"utility", score(root.values.utility)},
                     {"currentPlayer", short_name(root.player)},
                     {"thisHash", to_string(root.this_hash)},
                     {"symHash", to_string(root.symmetric_hash)},
                     {"rawWinrate", rate(root.raw_winrate)},
                     {"rawLead", score(root.raw_lead)},
                     {"rawScoreSelfplay", score(root.raw_score_mean)},
                     {"rawScoreSelfplayStdev", rounded(root.raw_score_stdev)},
                     {"rawNoResultProb", rounded(root.raw_no_result)},
                     {"rawStWrError", rounded(0.5 * root.raw_shortterm_winloss_error)},
                     {"rawStScoreError", rounded(root.raw_shortterm_score_error)},
                     {"rawVarTimeLeft", rounded(root.raw_var_time_left)}};
        if (root.human) add_human(*root.human, info);
        return info;
    }

    void add_human(const HumanRootInfo& human, json& info) const {
        info["humanWinrate"] = rate(human.winrate);
        info["humanScoreMean"] = score(human.score_mean);
        info["humanScoreStdev"] = rounded(human.score_stdev);
        info["humanStWrError"] = rounded(0.5 * human.shortterm_winloss_error);
        info["humanStScoreError"] = rounded(human.shortterm_score_error);
    }

    json vertices(const std::vector<Point>& points) const {
        json list = json::array();
        for (const Point point : points) list.push_back(vertex(point));
        return list;
    }

    static json policy(const std::vector<float>& probabilities) {
        json list = json::array();
        for (const float probability : probabilities) list.push_back(rounded(probability));
        return list;
    }

    json oriented_map(const std::vector<double>& values) const {
        json list = json::array();
        for (const double value : values) list.push_back(rounded_to_millionths(for_white() ? value : -value));
        return list;
    }

    static json plain_map(const std::vector<double>& values) {
        json list = json::array();
        for (const double value : values) list.push_back(rounded_to_millionths(value));
        return list;
    }

    const JsonReportFormat& format_;
};

}  // namespace

std::string result_line(const Report& report, const JsonReportFormat& format) {
    return json_line(JsonReport(format).result(report));
}

std::string no_results_line(std::string_view id, int turn) {
    return json_line({{"id", id}, {"turnNumber", turn}, {"isDuringSearch", false}, {"noResults", true}});
}

std::string failed_search_line(std::string_view id, int turn, std::string_view reason) {
    return json_line({{"error", reason}, {"id", id}, {"turnNumber", turn}, {"isDuringSearch", false}});
}

}  // namespace katago
