// SPDX-License-Identifier: MIT
#pragma once

#include <istream>
#include <memory>
#include <ostream>

#include "command/output_reader.h"
#include "core/thread.h"

namespace katago {

// The standard input and output of a process, which know of each other: once nobody reads the output, because a write
// failed or the other end was closed, whoever waits for input finds that it has ended. Each stream is for one thread at
// a time; the process ignores SIGPIPE.
class StandardStreams {
  public:
    // The descriptors stay the caller's, and open. Throws IoError.
    StandardStreams(int input, int output);
    // Writes out what is left, as far as that is possible.
    ~StandardStreams();

    std::istream& in();
    std::ostream& out();
    const std::shared_ptr<OutputReader>& reader() const { return reader_; }
    // Writes out what is left. Throws IoError where not everything could be written.
    void finish();

  private:
    class Signal;
    class Input;
    class Output;

    void watch(int output) const;

    std::shared_ptr<OutputReader> reader_;
    std::unique_ptr<Signal> output_ended_;  // ends the waiting for input
    std::unique_ptr<Signal> finished_;      // ends the watching of the output
    std::unique_ptr<Input> input_;
    std::unique_ptr<Output> output_;
    std::unique_ptr<OutputReader::Notice> notice_;
    std::unique_ptr<Thread> watcher_;
};

// Opens the null device in place of each standard descriptor that the process was started without, so that no file gets
// its number and what is meant for the stream. What is written to such an output fails.
void fill_standard_descriptors();

}  // namespace katago
