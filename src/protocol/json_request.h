// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/error.h"

namespace katago {

// A request of the analysis engine that is wrong in one of its fields.
class FieldError : public ProtocolError {
  public:
    FieldError(std::string field, const std::string& text) : ProtocolError(text), field_(std::move(field)) {}
    const std::string& field() const { return field_; }

  private:
    std::string field_;
};

// Something about a request that its sender should know, though it is carried out.
struct FieldWarning {
    std::string field;
    std::string text;
};

// The longest request line that is read; a game of ten thousand moves takes a hundredth of it.
inline constexpr size_t kMaxJsonLineBytes = size_t{16} << 20;

// A line that is no JSON document at all.
class JsonSyntaxError : public ProtocolError {
  public:
    using ProtocolError::ProtocolError;
};

// Reads the object in a line. Throws JsonSyntaxError, and ProtocolError for JSON that is no object; the texts quote the
// line, cut where it is very long.
nlohmann::json parse_json_request(std::string_view line);
// The "id" of a request. Throws ProtocolError where there is none, or no string.
std::string id_of_request(const nlohmann::json& request);

// One line without its end: compact, keys in alphabetical order, bytes that are not UTF-8 replaced.
std::string json_line(const nlohmann::json& value);
// The forms of complaint: of a line as a whole, of a field, of a field that is passed over.
std::string error_line(std::string_view text);
std::string error_line(const FieldError& error, std::string_view id);
std::string warning_line(const FieldWarning& warning, std::string_view id);

}  // namespace katago
