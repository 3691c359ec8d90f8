// SPDX-License-Identifier: MIT
// Lines for the analysis engine, read as far as they can be without an engine; the complaints about them must be one
// line of JSON each.
#include <cstdint>
#include <string>

#include "protocol/json_query.h"
#include "protocol/json_request.h"

using namespace katago;

namespace {

void expect_one_line_of_json(const std::string& line) {
    if (line.find('\n') != std::string::npos || !nlohmann::json::accept(line)) __builtin_trap();
}

void read_query(const nlohmann::json& request, const std::string& id) {
    try {
        AnalysisQuery query;
        read_query_game(request, query);
        read_query_settings(request);
        read_query_options(request, query);
    } catch (const FieldError& error) {
        expect_one_line_of_json(error_line(error, id));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    try {
        const nlohmann::json request = parse_json_request({reinterpret_cast<const char*>(data), size});
        const std::string id = id_of_request(request);
        for (const FieldWarning& warning : warn_of_unknown_fields(request))
            expect_one_line_of_json(warning_line(warning, id));
        read_query(request, id);
        try {
            turns_to_terminate(request);
        } catch (const FieldError& error) {
            expect_one_line_of_json(error_line(error, id));
        }
        expect_one_line_of_json(json_line(request));
    } catch (const ProtocolError& error) {
        expect_one_line_of_json(error_line(error.what()));
    }
    return 0;
}
