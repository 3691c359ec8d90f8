// SPDX-License-Identifier: MIT
// The fields of a query beside its game: limits of the search, restrictions of moves, what replies contain.
#include "protocol/json_fields.h"
#include "protocol/json_query.h"
#include "search/params.h"

namespace katago {

namespace {

using nlohmann::json;

constexpr int64_t kDeepest = 1'000'000'000;
constexpr Range<double> kReportSeconds = {0.001, 1e6};

QueryIncludes read_includes(const json& request) {
    QueryIncludes includes;
    includes.moves_ownership = json_field::boolean(request, "includeMovesOwnership");
    includes.moves_ownership_stdev = json_field::boolean(request, "includeMovesOwnershipStdev");
    includes.ownership = json_field::boolean(request, "includeOwnership");
    includes.ownership_stdev = json_field::boolean(request, "includeOwnershipStdev");
    includes.policy = json_field::boolean(request, "includePolicy");
    includes.pv_visits = json_field::boolean(request, "includePVVisits");
    includes.no_result_value = json_field::boolean(request, "includeNoResultValue");
    return includes;
}

void read_priority(const json& request, AnalysisQuery& query) {
    const auto priority = json_field::integer(request, "priority", {-kMostPriority, kMostPriority},
                                              "Must be a number between -2^62 and 2^62");
    if (!priority) return;
    if (request.contains("priorities")) throw FieldError("priority", "Cannot specify both priority and priorities");
    for (QueryTurn& turn : query.turns) turn.priority = *priority;
}

enum class RestrictionKind { Allow, Avoid };

void add_restriction(const json& object, RestrictionKind kind, AnalysisQuery& query) {
    const Player player = *json_field::player(object, "player");
    const std::vector<Point> points = json_field::points(object, "moves", query.board);
    const auto until =
        static_cast<int>(*json_field::integer(object, "untilDepth", {1, kDeepest}, "Must be a positive integer"));
    MoveRestriction& restriction = query.restrictions[player == Color::Black ? 0 : 1];
    if (kind == RestrictionKind::Allow) {
        if (restriction.allow_until > 0)
            throw FieldError("allowMoves", "Cannot specify allowMoves more than once for the same player");
        restriction.allow_only(points, until);
        return;
    }
    restriction.avoid(points, until, query.board);
}

void read_restrictions(const json& request, AnalysisQuery& query) {
    const bool allows = request.contains("allowMoves");
    if (allows && request.contains("avoidMoves"))
        throw FieldError("allowMoves", "Cannot specify both allowMoves and avoidMoves");
    const char* field = allows ? "allowMoves" : "avoidMoves";
    const auto list = request.find(field);
    if (list == request.end()) return;
    const char* complaint = "Must be a list of dicts with subfields 'player', 'moves', 'untilDepth'";
    if (!list->is_array()) throw FieldError(field, complaint);
    if (allows && list->size() > 2)
        throw FieldError(field, "Currently allowMoves only allows at most one entry per player");
    for (const json& object : *list) {
        if (!object.is_object() || !object.contains("player") || !object.contains("moves") ||
            !object.contains("untilDepth"))
            throw FieldError(field, complaint);
        add_restriction(object, allows ? RestrictionKind::Allow : RestrictionKind::Avoid, query);
    }
}

}  // namespace

void read_query_options(const json& request, AnalysisQuery& query) {
    query.max_visits = json_field::integer(request, "maxVisits", {1, SearchParams::kUnlimitedVisits},
                                           "Must be an integer from 1 to 2^50");
    if (const auto length =
            json_field::integer(request, "analysisPVLen", {1, 1000}, "Must be an integer from 1 to 1000"))
        query.pv_length = static_cast<int>(*length);
    query.root_fpu_reduction_max =
        json_field::number(request, "rootFpuReductionMax", {0, 2}, "Must be a number from 0.0 to 2.0");
    query.root_policy_temperature =
        json_field::number(request, "rootPolicyTemperature", {0.01, 100}, "Must be a number from 0.01 to 100.0");
    query.includes = read_includes(request);
    const char* seconds = "Must be number of seconds from 0.001 to 1000000.0";
    query.report_every_s = json_field::number(request, "reportDuringSearchEvery", kReportSeconds, seconds);
    query.first_report_after_s = json_field::number(request, "firstReportDuringSearchAfter", kReportSeconds, seconds);
    read_priority(request, query);
    read_restrictions(request, query);
}

}  // namespace katago
