// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <string>

#include "core/thread.h"

namespace katago {

// The reader of a command's output: there, or gone for good once a write has failed or the other end was closed. There
// is then nobody to work for. Thread-safe.
class OutputReader {
  public:
    // Why a reader has gone who closed the other end.
    static constexpr const char* kClosed = "standard output was closed";

    // The reader has gone. Of several calls the first counts.
    void leave(const std::string& reason);
    bool gone() const;
    // Throws IoError, with the reason, where the reader has gone.
    void expect() const;

    // Calls `action` when the reader goes, or at once where that has happened, until it goes out of scope. The action
    // runs on the thread that notices, and keeps other actions waiting: it stops what runs, and neither writes nor
    // waits.
    class Notice {
      public:
        Notice(OutputReader& reader, std::function<void()> action);
        ~Notice();
        Notice(const Notice&) = delete;
        Notice& operator=(const Notice&) = delete;

      private:
        OutputReader& reader_;
        std::list<std::function<void()>>::iterator place_;
    };

  private:
    mutable std::mutex mutex_;               // also held while actions run, so that none runs for what no longer exists
    std::string reason_ GUARDED_BY(mutex_);  // empty: there
    std::list<std::function<void()>> actions_ GUARDED_BY(mutex_);
};

}  // namespace katago
