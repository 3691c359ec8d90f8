// SPDX-License-Identifier: MIT
#include "protocol/json_fields.h"

#include <cmath>
#include <limits>

#include "protocol/json_request.h"

namespace katago::json_field {

namespace {

// Beyond this a floating-point number no longer tells neighbouring integers apart.
constexpr double kLargestExact = 9e15;

const json* find(const json& request, const char* field) {
    const auto found = request.find(field);
    return found == request.end() ? nullptr : &*found;
}

std::optional<int64_t> as_integer(const json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()})
        return std::nullopt;
    return value.get<int64_t>();
}

std::optional<int64_t> as_truncated_integer(const json& value) {
    if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
    if (value.is_number_integer()) return as_integer(value);
    if (!value.is_number_float() || std::abs(value.get<double>()) > kLargestExact) return std::nullopt;
    return static_cast<int64_t>(value.get<double>());
}

Point parse_point(const std::string& text, const char* field, BoardSize board) {
    const std::optional<Point> point = parse_vertex(text, board);
    if (!point) throw FieldError(field, "Could not parse board location: " + text);
    return *point;
}

}  // namespace

std::optional<int64_t> integer(const json& request, const char* field, Range<int64_t> range, const char* complaint) {
    const json* value = find(request, field);
    if (!value) return std::nullopt;
    const std::optional<int64_t> result = as_integer(*value);
    if (!result || *result < range.min || *result > range.max) throw FieldError(field, complaint);
    return result;
}

std::optional<double> number(const json& request, const char* field, Range<double> range, const char* complaint) {
    const json* value = find(request, field);
    if (!value) return std::nullopt;
    if (!value->is_number()) throw FieldError(field, complaint);
    const double result = value->get<double>();
    if (!(result >= range.min && result <= range.max)) throw FieldError(field, complaint);
    return result;
}

bool boolean(const json& request, const char* field) {
    const json* value = find(request, field);
    if (!value) return false;
    if (!value->is_boolean()) throw FieldError(field, "Must be a boolean");
    return value->get<bool>();
}

std::optional<std::vector<int64_t>> integers(const json& request, const char* field, const char* complaint) {
    const json* value = find(request, field);
    if (!value) return std::nullopt;
    if (!value->is_array()) throw FieldError(field, complaint);
    std::vector<int64_t> result;
    for (const json& element : *value) {
        const std::optional<int64_t> entry = as_truncated_integer(element);
        if (!entry) throw FieldError(field, complaint);
        result.push_back(*entry);
    }
    return result;
}

std::optional<Player> player(const json& request, const char* field) {
    const json* value = find(request, field);
    if (!value) return std::nullopt;
    const std::optional<Player> result =
        value->is_string() ? parse_player(value->get_ref<const std::string&>()) : std::nullopt;
    if (!result) throw FieldError(field, "Must be \"b\" or \"w\"");
    return result;
}

std::vector<Point> points(const json& request, const char* field, BoardSize board) {
    const char* complaint = "Must be an array of GTP board vertices";
    const json& value = request.at(field);
    if (!value.is_array()) throw FieldError(field, complaint);
    std::vector<Point> result;
    for (const json& vertex : value) {
        if (!vertex.is_string()) throw FieldError(field, complaint);
        const auto& text = vertex.get_ref<const std::string&>();
        const Point point = parse_point(text, field, board);
        if (point == kNullPoint) throw FieldError(field, "Could not parse board location: " + text);
        result.push_back(point);
    }
    return result;
}

std::vector<Move> moves(const json& value, const char* field, BoardSize board) {
    const char* complaint = "Must be an array of pairs of the form: [\"b\" or \"w\", GTP board vertex]";
    if (!value.is_array()) throw FieldError(field, complaint);
    std::vector<Move> result;
    result.reserve(value.size());
    for (const json& pair : value) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
            throw FieldError(field, complaint);
        const auto& colour = pair[0].get_ref<const std::string&>();
        const std::optional<Player> who = parse_player(colour);
        if (!who) throw FieldError(field, "Could not parse player: " + colour);
        result.push_back({parse_point(pair[1].get_ref<const std::string&>(), field, board), *who});
    }
    return result;
}

std::vector<Stone> stones(const json& value, const char* field, BoardSize board) {
    std::vector<Stone> result;
    const std::vector<Move> pairs = moves(value, field, board);
    for (size_t i = 0; i < pairs.size(); ++i) {
        if (!board.contains(pairs[i].point))
            throw FieldError(field, "Could not parse board location: " + value[i][1].get<std::string>());
        result.push_back({pairs[i].point, pairs[i].player});
    }
    return result;
}

}  // namespace katago::json_field
