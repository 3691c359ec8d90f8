// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "backend/backend.h"
#include "backend/registry.h"
#include "core/error.h"

// Backends whose devices are made up. They compute as the processor does, at a speed of their own, until a fault is
// asked for.
namespace stub {

struct DeviceOptions {
    std::string name = "gpu";
    std::vector<katago::DeviceInfo> devices = {};
    double seconds = 0;  // that a batch takes beyond the computation
    int best_batch = 1;
    bool fails_at_load = false, fails_at_run = false;
    bool is_wrong_in_fp16 = false, is_wrong_in_fp32 = false;
    std::shared_ptr<const std::atomic<bool>> is_lost = nullptr;  // from some moment on; null: never
};

inline katago::DeviceInfo device(int index, const std::string& name) {
    return {.index = index, .name = name, .details = "driver of " + name, .identity = name + ", driver 1"};
}

class DevicePlan : public katago::Plan {
  public:
    DevicePlan(std::unique_ptr<katago::Plan> inner, int area, const DeviceOptions& options, bool is_wrong)
        : inner_(std::move(inner)), area_(area), options_(options), is_wrong_(is_wrong) {}

    void run(int batch, const katago::PlanInputs& inputs, const katago::PlanOutputs& outputs) override {
        if (options_.fails_at_run || (options_.is_lost && *options_.is_lost))
            throw katago::BackendError("the device is lost");
        inner_->run(batch, inputs, outputs);
        if (options_.seconds > 0) std::this_thread::sleep_for(std::chrono::duration<double>(options_.seconds));
        if (is_wrong_)
            for (int i = 0; i < area_; ++i) outputs.policy[i] += static_cast<float>(i % 7);
    }

  private:
    std::unique_ptr<katago::Plan> inner_;
    int area_;
    DeviceOptions options_;
    bool is_wrong_;
};

class DeviceModel : public katago::LoadedModel {
  public:
    DeviceModel(std::shared_ptr<const katago::LoadedModel> inner, DeviceOptions options, katago::Precision precision)
        : inner_(std::move(inner)), options_(std::move(options)), precision_(precision) {}
    std::unique_ptr<katago::Plan> compile(katago::BoardShape board, int max_batch) const override {
        const bool is_fp32 = precision_ == katago::Precision::Fp32;
        return std::make_unique<DevicePlan>(inner_->compile(board, max_batch), board.area(), options_,
                                            is_fp32 ? options_.is_wrong_in_fp32 : options_.is_wrong_in_fp16);
    }
    std::string description() const override { return precision_ == katago::Precision::Fp32 ? "FP32" : "FP16"; }
    katago::BatchPreference batch_preference() const override { return {options_.best_batch}; }

  private:
    std::shared_ptr<const katago::LoadedModel> inner_;
    DeviceOptions options_;
    katago::Precision precision_;
};

class DeviceBackend : public katago::Backend {
  public:
    explicit DeviceBackend(DeviceOptions options) : options_(std::move(options)) {}

    std::string name() const override { return options_.name; }
    std::string description() const override { return "made up"; }
    std::vector<katago::DeviceInfo> devices() const override { return options_.devices; }
    std::shared_ptr<const katago::LoadedModel> load(const katago::Graph& graph,
                                                    const katago::LoadOptions& loading) const override {
        ++loads;
        last_device = loading.device;
        last_precision = loading.precision;
        if (options_.fails_at_load) throw katago::BackendError("out of device memory");
        return std::make_shared<DeviceModel>(katago::find_backend("cpu").load(graph), options_, loading.precision);
    }
    using katago::Backend::load;

    DeviceOptions& options() { return options_; }

    mutable int loads = 0;
    mutable std::string last_device;
    mutable katago::Precision last_precision = katago::Precision::Auto;

  private:
    DeviceOptions options_;
};

}  // namespace stub
