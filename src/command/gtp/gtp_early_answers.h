// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <istream>
#include <mutex>
#include <optional>
#include <string>

#include "command/gtp/gtp_session.h"
#include "command/subcommand.h"
#include "core/log.h"
#include "core/thread.h"
#include "protocol/bounded_line.h"

namespace katago {

// Answers commands on a thread of its own while the engine loads: those that need no engine, as they come. The first
// that needs one ends that; it is handed over, and all that come behind it are still in the stream, so that answers
// keep the order of commands. Made, finished and destroyed by one thread, which writes to the output only after
// finish().
class GtpEarlyAnswers {
  public:
    struct Setup {
        const Streams& streams;
        Logger& log;
        std::string version;  // as `version` answers
        bool log_all_communication = false;
        std::function<void()> nobody_waits;  // called once `quit`, or the end of input, makes the engine superfluous
    };

    explicit GtpEarlyAnswers(Setup setup);

    // Whatever comes from now on is handed over.
    void finish();
    // The line that is handed over, once it is there; nothing where `quit` was answered or the input ends. After
    // finish(), once.
    std::optional<BoundedLine> take();

  private:
    void read();
    // False: it is to be handed over.
    bool answer(const BoundedLine& line);
    bool answer(const GtpRequest& request, const std::string& text);
    void leave();

    Setup setup_;
    Logger* communication_;  // null: not logged
    std::mutex mutex_;
    GtpOutput output_ GUARDED_BY(mutex_);
    bool finished_ GUARDED_BY(mutex_) = false;
    bool nobody_waits_ GUARDED_BY(mutex_) = false;
    std::optional<BoundedLine> line_;  // the thread's, until it has ended
    Thread thread_;                    // last: it uses the others
};

// The lines of commands: the one that early answers hand over, where there were any, then those of the stream. One
// thread at a time.
class GtpLines {
  public:
    GtpLines(std::istream& in, GtpEarlyAnswers* early = nullptr) : in_(in), early_(early) {}

    // Nothing: the input has ended.
    std::optional<BoundedLine> next();

  private:
    std::istream& in_;
    GtpEarlyAnswers* early_;  // null once it has handed over
};

}  // namespace katago
