// SPDX-License-Identifier: MIT
// A GTP engine with a tiny network, fed lines. Every answer must begin as GTP's do.
#include <array>
#include <cstdint>
#include <filesystem>
#include <sstream>
#include <string>

#include "command/gtp/gtp.h"
#include "command/launch.h"
#include "core/error.h"
#include "core/file.h"
#include "nn/format/net_writer.h"
#include "protocol/gtp_text.h"

using namespace katago;

namespace {

constexpr std::string_view kConfig = R"(
defaultBoardSize = 9
maxVisits = 3
maxVisitsPondering = 3
analyzeMaxVisits = 3
numSearchThreads = 1
nnCacheSizePowerOfTwo = 6
delayMoveMax = 0
startupPrintMessageToStderr = false
)";

// Made once: a small network, in a file because that is what an engine reads.
struct Program {
    Program() {
        launch.config = Config::from_text(kConfig, "fuzz");
        launch.model_file = std::filesystem::temp_directory_path() / "katago_fuzz_gtp.bin";
        write_file(launch.model_file, test_nets::tiny_net(14).bytes);
    }
    Launch launch;
    std::istringstream in;
    std::ostringstream out, err;
    Streams streams{in, out, err};
};

// Reads or writes files, lifts the limits that keep a run short, or measures for seconds.
bool is_unfit(const std::string& line) {
    try {
        const std::string text = normalize_gtp_line(line);
        if (text.empty()) return false;
        const GtpRequest request = parse_gtp_request(text);
        if (request.command == "loadsgf" || request.command == "printsgf") return !typed_arguments(line).empty();
        if (request.command == "kata-benchmark") return true;
        if (!request.command.starts_with("kata-set-param")) return false;
        for (const char* key : {"max", "Max", "num", "delay", "lag", "Memory", "Visits"})
            if (request.joined().find(key) != std::string::npos) return true;
        return false;
    } catch (const ProtocolError&) {
        return false;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static Program program;
    static Engine engine(program.launch.model_file, program.launch.config);
    std::string input;
    std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
    for (std::string line; std::getline(lines, line);)
        if (!is_unfit(line)) input += line + "\n";
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const Streams streams{in, out, err};
    const auto log = make_logger(program.launch, LogOptions{}, streams);
    {
        GtpSession session({engine, program.launch.config, *log, streams, "fuzz"});
        run_gtp_loop(session, in);
    }
    if (!out.str().empty() && out.str()[0] != '=' && out.str()[0] != '?') __builtin_trap();
    return 0;
}
