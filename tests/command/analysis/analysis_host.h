// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include "command/analysis/analysis_session.h"
#include "engine/engine.h"

// An analysis engine for tests: requests go in line by line, replies come out as JSON.
namespace analysis_host {

using nlohmann::json;

// A stream that takes lines from any thread and lets a test wait for them.
class Replies : private std::streambuf {
  public:
    std::ostream& stream() { return stream_; }

    std::vector<std::string> lines() const;
    std::vector<json> all() const;
    // Replies with this id, all of them if it is empty.
    std::vector<json> of(const std::string& id) const;
    // Waits until `done` holds; false: it did not within a minute.
    bool wait(const std::function<bool(const Replies&)>& done) const;
    bool wait_for_final(const std::string& id) const;
    // Pieces that were written, each of which must be a line.
    size_t writes() const;

  private:
    std::streamsize xsputn(const char* text, std::streamsize size) override;
    int_type overflow(int_type c) override;
    int sync() override;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::string text_;
    size_t writes_ = 0;
    std::ostream stream_{this};
};

// A network for quick searches, and the reference's b6c96; empty where missing: the test then returns.
std::filesystem::path tiny_model();
std::filesystem::path real_model();

// A session over a loaded network. Settings: one position, one thread, no noise, no random symmetries, 20 visits.
class Host {
  public:
    explicit Host(const std::filesystem::path& model, const std::string& overrides = "",
                  const std::string& config_text = default_config());

    void send_line(const std::string& line) { session->answer({line, false}); }
    void send(const json& request) { send_line(request.dump()); }

    static std::string default_config();

    katago::Config config;
    std::ostringstream log_text;
    std::unique_ptr<katago::Logger> log;
    katago::AnalysisOptions options;
    std::shared_ptr<katago::Engine> engine;
    Replies replies;
    std::istringstream none;
    katago::Streams streams{none, replies.stream(), log_text};
    std::unique_ptr<katago::AnalysisSession> session;
};

// A 9x9 query of these visits.
json query(const std::string& id, int visits);
// Whether this is the last reply to a request for a turn.
bool is_final(const json& reply);

}  // namespace analysis_host
