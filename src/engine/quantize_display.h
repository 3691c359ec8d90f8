// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>

#include "core/error.h"
#include "core/thread.h"
#include "report/progress_bar.h"

namespace katago {

class QuantizeInterrupted : public Error {
  public:
    using Error::Error;
};

// Shows how far `quantize` has come and how long the present stage will take, and ends it where it is interrupted.
// Thread-safe; owned by whoever quantizes, and gone before the console is.
class QuantizeDisplay {
  public:
    // `interrupted`: whether to stop; may be empty.
    QuantizeDisplay(std::ostream& err, std::function<bool()> interrupted);

    // A stage that has not been shown before begins now. Null: only looks for interrupts. Throws QuantizeInterrupted.
    void show(const char* stage, size_t done, size_t all);
    void check();
    void clear();

  private:
    std::ostream& err_;
    std::function<bool()> interrupted_;
    std::mutex mutex_;
    std::string stage_ GUARDED_BY(mutex_);
    std::unique_ptr<ProgressBar> bar_ GUARDED_BY(mutex_);  // of the stage
    bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace katago
