// SPDX-License-Identifier: MIT
#include "command/gtp/transcripts.h"

#include <sstream>

#include "command/gtp/gtp.h"
#include "command/launch.h"
#include "golden.h"
#include "play/game_settings.h"

using namespace katago;

namespace transcripts {

namespace {

// Restores the current folder when it goes out of scope.
class InFolder {
  public:
    explicit InFolder(const std::filesystem::path& folder) : before_(std::filesystem::current_path()) {
        std::filesystem::current_path(folder);
    }
    ~InFolder() { std::filesystem::current_path(before_); }

  private:
    std::filesystem::path before_;
};

}  // namespace

std::filesystem::path model() {
    return golden::find("models/g170-b6c96-s175395328-d26788732.bin.gz");
}

Output run_gtp(const std::string& input, const std::string& overrides) {
    const std::filesystem::path data = model().parent_path().parent_path();
    const InFolder folder(data);
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const Streams streams{in, out, err};
    Launch launch;
    launch.model_file = "models/g170-b6c96-s175395328-d26788732.bin.gz";
    launch.config = Config::from_file("gtp/gtp.cfg");
    launch.config.apply_overrides("nnPrecision=fp32", rules_keys());  // the reference's digits, and no measurements
    launch.config.apply_overrides(overrides, rules_keys());
    const auto log = make_logger(launch, LogOptions{}, streams);
    Engine engine(launch.model_file, launch.config);
    {
        GtpSession session({engine, launch.config, *log, streams, "1.17.2+g170-b6c96-s175M"});
        run_gtp_loop(session, in);
    }
    return {out.str(), err.str()};
}

std::string without_hashes(const std::string& text) {
    constexpr std::string_view kMark = "HASH: ";
    constexpr size_t kDigits = 32;
    std::string result = text;
    for (size_t at = 0; (at = result.find(kMark, at)) != std::string::npos; at += kMark.size())
        result.erase(at + kMark.size(), kDigits);
    return result;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::istringstream stream(text);
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

}  // namespace transcripts
