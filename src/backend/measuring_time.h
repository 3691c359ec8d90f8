// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/seconds_clock.h"

namespace katago {

// Measurements ended because nobody waits for them any more. Not an Error: nothing is to be tried in their place.
class MeasuringStopped : public std::exception {
  public:
    const char* what() const noexcept override { return "stopped while measuring this machine"; }
};

// The time that a start may spend on measurements, and what became of them. It begins with the first of them and runs
// on while a network is loaded between two, so that it bounds the whole start. One thread at a time, but for stop() and
// poll(), which any may call.
class MeasuringTime {
  public:
    // The share of the time that kernels, and with them devices, may take; the rest is for comparing their answers with
    // FP32.
    static constexpr double kKernelShare = 0.6;

    explicit MeasuringTime(double seconds, SecondsClock clock = steady_seconds);
    static std::shared_ptr<MeasuringTime> unbounded();

    // Whether another measurement may begin: so much of the time is not over yet. Once it is, it stays so. Throws
    // MeasuringStopped.
    bool goes_on(double share = 1);
    double seconds_spent();
    double seconds_left();

    // Ends what is measured at its next poll().
    void stop() { stopped_ = true; }
    // Throws MeasuringStopped after stop().
    void poll() const;

    // Something was measured, or left to a later start. What is left twice counts once.
    void count() { ++measured_; }
    void leave(const std::string& what);
    // For the log: how many measurements there were since the last report, how long they took, and what was left;
    // nothing where there was nothing to measure.
    std::optional<std::string> report();

  private:
    double seconds_;
    SecondsClock clock_;
    std::optional<double> begin_;
    std::atomic<bool> stopped_ = false;
    int measured_ = 0;
    std::vector<std::string> left_;
};

}  // namespace katago
