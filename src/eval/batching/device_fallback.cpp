// SPDX-License-Identifier: MIT
#include "eval/batching/device_fallback.h"

#include <utility>

#include "core/error.h"
#include "core/machine.h"

namespace katago {

bool DeviceFallback::try_device(const std::function<void()>& run) {
    if (in_use()) return false;
    try {
        run();
        return true;
    } catch (const BackendError& error) {
        if (!fallback_.load) throw;
        take_over(error.what());
        return false;
    }
}

void DeviceFallback::take_over(const std::string& failure) {
    std::call_once(taken_over_, [&] {
        const auto log = [&](const std::string& line) {
            if (fallback_.log) fallback_.log(line);
        };
        log("Evaluation goes on without the device, which failed: " + failure);
        try {
            model_ = fallback_.load();
        } catch (const std::exception& error) {  // whoever asks is told, of whatever kind it is
            load_failure_ = failure + "; and what should go on in its place cannot be loaded: " + error.what();
            log("Evaluation ends: " + load_failure_);
        }
        in_use_.store(true, std::memory_order_release);
    });
}

void DeviceFallback::run(const std::function<void(PlanCache& plans)>& use) {
    if (!load_failure_.empty()) throw BackendError(load_failure_);
    struct Loan {
        DeviceFallback& owner;
        std::unique_ptr<PlanCache> plans;
        ~Loan() { owner.give_back(std::move(plans)); }
    } const loan{*this, borrow()};
    use(*loan.plans);
}

std::unique_ptr<PlanCache> DeviceFallback::borrow() {
    const int most = usable_cores();
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [&] { return !idle_.empty() || made_ < most; });
    if (idle_.empty()) {
        auto plans = std::make_unique<PlanCache>(*model_, 1);
        idle_.reserve(static_cast<size_t>(++made_));  // so that giving back cannot fail
        return plans;
    }
    std::unique_ptr<PlanCache> plans = std::move(idle_.back());
    idle_.pop_back();
    return plans;
}

void DeviceFallback::give_back(std::unique_ptr<PlanCache> plans) {
    {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(plans));
    }
    given_back_.notify_one();
}

}  // namespace katago
