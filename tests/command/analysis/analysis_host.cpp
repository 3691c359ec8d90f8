// SPDX-License-Identifier: MIT
#include "command/analysis/analysis_host.h"

#include <chrono>
#include <map>
#include <sstream>

#include "golden.h"

using namespace katago;

namespace analysis_host {

namespace {

constexpr std::chrono::seconds kPatience{60};

// Loading takes longer than most tests; searches leave nothing behind but cached evaluations.
std::shared_ptr<Engine> engine_for(const std::filesystem::path& model, const Config& config) {
    static std::map<std::filesystem::path, std::shared_ptr<Engine>> engines;
    std::shared_ptr<Engine>& engine = engines[model];
    if (!engine) engine = std::make_shared<Engine>(model, config);
    return engine;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

}  // namespace

std::streamsize Replies::xsputn(const char* text, std::streamsize size) {
    const std::lock_guard lock(mutex_);
    text_.append(text, static_cast<size_t>(size));
    ++writes_;
    return size;
}

Replies::int_type Replies::overflow(int_type c) {
    const char byte = traits_type::to_char_type(c);
    return xsputn(&byte, 1) == 1 ? c : traits_type::eof();
}

int Replies::sync() {
    changed_.notify_all();
    return 0;
}

std::vector<std::string> Replies::lines() const {
    const std::lock_guard lock(mutex_);
    return split(text_);
}

size_t Replies::writes() const {
    const std::lock_guard lock(mutex_);
    return writes_;
}

std::vector<json> Replies::all() const {
    std::vector<json> result;
    for (const std::string& line : lines()) result.push_back(json::parse(line));
    return result;
}

std::vector<json> Replies::of(const std::string& id) const {
    std::vector<json> result;
    for (json& reply : all())
        if (reply.value("id", "") == id) result.push_back(std::move(reply));
    return result;
}

bool Replies::wait(const std::function<bool(const Replies&)>& done) const {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!done(*this)) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::milliseconds(10));
    }
    return true;
}

bool Replies::wait_for_final(const std::string& id) const {
    return wait([&id](const Replies& replies) {
        for (const json& reply : replies.of(id))
            if (is_final(reply)) return true;
        return false;
    });
}

std::filesystem::path tiny_model() {
    return golden::find("models/random-v15-b3c24-silu.bin.gz");
}

std::filesystem::path real_model() {
    return golden::find("models/g170-b6c96-s175395328-d26788732.bin.gz");
}

std::string Host::default_config() {
    return "maxVisits = 20\nnumAnalysisThreads = 1\nnumSearchThreads = 1\nnnRandomize = false\nsearchRandSeed = test\n"
           "wideRootNoise = 0\nlogTimeStamp = false\nlogConfigContents = false\n";
}

Host::Host(const std::filesystem::path& model, const std::string& overrides, const std::string& config_text)
    // The precision of the reference's digits.
    : config(Config::from_text(config_text + "\nnnPrecision = fp32\n", "analysis/analysis.cfg")) {
    if (!overrides.empty()) config.apply_overrides(overrides);
    log =
        std::make_unique<Logger>(LogOptions::from_config(config, {}), std::vector<std::ostream*>{&log_text}, log_text);
    engine = engine_for(model, config);
    options = read_analysis_options(config, std::nullopt, ThreadCounts::of(engine->evaluator()));
    session = std::make_unique<AnalysisSession>(AnalysisSession::Setup{*engine, config, options, *log, streams});
}

json query(const std::string& id, int visits) {
    return {{"id", id},           {"moves", json::parse(R"([["B","E5"],["W","C3"]])")},
            {"rules", "chinese"}, {"boardXSize", 9},
            {"boardYSize", 9},    {"maxVisits", visits}};
}

bool is_final(const json& reply) {
    return reply.contains("isDuringSearch") && !reply["isDuringSearch"].get<bool>();
}

}  // namespace analysis_host
