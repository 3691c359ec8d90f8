// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/kernel_provider.h"
#include "backend/measuring_time.h"
#include "nn/graph.h"

namespace katago {

struct BoardShape {
    int height = 19, width = 19;
    int area() const { return height * width; }
    bool operator==(const BoardShape&) const = default;
};

// Input rows of a batch, one after the other. Memory is the host's and may be unaligned.
struct PlanInputs {
    const float* spatial = nullptr;  // [N, H, W, spatial_channels]
    const float* global = nullptr;   // [N, global_channels]
    const float* meta = nullptr;     // [N, meta_channels]; null where the network takes none
};

// Raw outputs of a batch, as GraphOutputs describes them.
struct PlanOutputs {
    float* policy = nullptr;     // [N, H, W, P]
    float* pass = nullptr;       // [N, P]
    float* value = nullptr;      // [N, 3]
    float* score = nullptr;      // [N, S]
    float* ownership = nullptr;  // [N, H, W]
};

// What one step of a plan took.
struct StepTime {
    NodeId node = -1;         // of the graph that was loaded: the first of those that the step computes
    std::string_view kernel;  // "winograd_f32"; lives as long as the program
    double seconds = 0;
};

// A value inside a network, as one step of a plan has just made it.
struct ObservedValue {
    NodeId node = -1;  // of the graph that was loaded: the one that makes this value
    NodeId step = -1;  // the first node that the step computes: the linear layer, where there is one
    int boards = 0;    // of the batch; it may come in parts, one after the other
    int points = 0;    // of a board; 1: a vector
    int channels = 0;
    std::span<const float> values;  // [boards, points, channels], valid during the call
};
using PlanObserver = std::function<void(const ObservedValue&)>;

// A network compiled for one board shape and up to max_batch rows, with all the memory that an evaluation needs: run()
// allocates nothing. Belongs to one thread at a time.
class Plan {
  public:
    virtual ~Plan() = default;
    // Evaluates 1 <= batch <= max_batch rows. Throws BackendError.
    virtual void run(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) = 0;
    // The same, with the time of each step in the order in which they run; empty where the backend cannot tell.
    virtual std::vector<StepTime> profile(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) {
        run(batch, inputs, outputs);
        return {};
    }
    // The same as run(), slower, and shows the values inside: for calibration and for comparing plans. Called after
    // each step, with every value that a later step or the caller reads. In FP32 that is the input of every linear
    // layer, but for the plan's own inputs, and calibration is done so. Values that a step keeps to itself are not
    // seen: a convolution's before the norm that follows, and in integers also a gemm's normed input and what is inside
    // a GLU. Backends that cannot tell show nothing.
    virtual void observe(int batch, const PlanInputs& inputs, const PlanOutputs& outputs, const PlanObserver&) {
        run(batch, inputs, outputs);
    }
};

// How many rows a loaded network is fastest with in one Plan::run().
struct BatchPreference {
    // The batch at which rows a second stop growing: 1 on a CPU, whose threads each run rows of their own; on a device
    // with one queue for all threads, as many rows as keep it busy.
    int best_batch = 1;
    // Whether rows of several threads should share a run.
    bool wants_batches() const { return best_batch > 1; }
};

// A network's weights in the form a backend computes with, made once and shared by the plans of all boards and threads.
// Immutable after load, thread-safe; outlives its plans through their shared_ptr.
class LoadedModel : public std::enable_shared_from_this<LoadedModel> {
  public:
    virtual ~LoadedModel() = default;
    virtual std::unique_ptr<Plan> compile(BoardShape board, int max_batch) const = 0;
    // What its plans compute with, for a person: "16-bit integers in 74 of 97 products", which are its linear layers.
    virtual std::string description() const { return ""; }
    virtual BatchPreference batch_preference() const { return {}; }
    // Whether Auto chose what needs little memory over what is exact enough for nobody to see.
    virtual bool saves_memory() const { return false; }
};

// What a plan computes in.
enum class Precision : uint8_t {
    Auto,  // whatever is fastest on this machine without an error that a user could see
    Fp32,
    Fp16,
    Int8,
};

std::string_view name_of(Precision precision);
// "auto", "fp32", "fp16", "int8". Throws ConfigError otherwise, naming `key`.
Precision parse_precision(std::string_view text, std::string_view key);

// One of the devices that a backend can compute on, for a person and for a choice.
struct DeviceInfo {
    int index = 0;               // as nnDevice counts them
    std::string name;            // "NVIDIA Tegra Orin (nvgpu)"
    std::string details;         // driver and what it can do, one line
    std::string identity;        // name and driver with their versions: measurements hold as long as it is the same
    bool never_by_auto = false;  // a software device, or one known to be slower than the processor beside it
};

struct LoadOptions {
    Precision precision = Precision::Fp32;
    // Which of Backend::devices(): its index, or a part of its name in any case. Empty: the one that looks fastest.
    std::string device;
    // Whose kernels compute every layer that they can, on a CPU. None: the fastest of all.
    std::optional<KernelProvider> kernels;
    // Where measurements of kernels on this machine are kept, made where they are missing. Empty: none are made, and
    // the kernels are those that are usually the fastest, the same on every run.
    std::filesystem::path tuning_folder;
    bool measure_again = false;  // also what is there already
    int threads = 1;             // that will evaluate at once, and so are measured together
    // What bounds these measurements. What it leaves is chosen as without a folder, and not kept.
    std::shared_ptr<MeasuringTime> time = MeasuringTime::unbounded();
    // What the weights may take, 0: anything. Auto takes 8-bit weights where those of its fastest plan need more.
    int64_t memory_bytes = 0;
    std::function<void(const std::string&)> log;      // a line for a person; may be empty
    std::function<void(int done, int all)> progress;  // of measurements; may be empty
};

// One kernel of several for a shape of layer, as measured on this machine.
struct KernelTiming {
    std::string shape;   // "conv3x3 192x192"
    int layers = 0;      // of the network that have this shape
    std::string kernel;  // "winograd_s16"
    double seconds = 0;  // of one layer, one position of 19x19; infinite where this machine cannot run it
    bool chosen = false;
};

// What is kept of the measurements that load() would use.
struct KeptTuning {
    std::filesystem::path file;  // empty: it would use none
    std::string fault;           // why what the file has does not count; empty: it does, or the file is missing
    int shapes = 0;              // of layers that the network has
    int measured = 0;            // those of them that nothing is to be measured for

    bool is_complete() const { return measured == shapes; }
};

// One way to compute networks, of those in the registry, which makes all of them on every machine. So a backend whose
// device is missing is made without an exception; description() says what is missing, and load() throws BackendError.
// Immutable, thread-safe.
class Backend {
  public:
    virtual ~Backend() = default;
    virtual std::string name() const = 0;         // "cpu", "reference"
    virtual std::string description() const = 0;  // one line for a person: precision, instruction set in use
    // What it can compute on besides the processor; empty where there is none. May open a driver's library, the first
    // time; does not throw.
    virtual std::vector<DeviceInfo> devices() const { return {}; }
    // Packs the weights. Keeps no reference to `graph` beyond the weights it shares. Throws UnsupportedError,
    // BackendError.
    virtual std::shared_ptr<const LoadedModel> load(const Graph& graph, const LoadOptions& options) const = 0;
    std::shared_ptr<const LoadedModel> load(const Graph& graph) const { return load(graph, LoadOptions{}); }
    // What Precision::Auto chooses from, measured where it has to be; nothing where there is no choice.
    virtual std::vector<KernelTiming> kernel_timings(const Graph&, const LoadOptions&) const { return {}; }
    // Measures nothing and writes nothing. Throws IoError where what is kept cannot be read.
    virtual KeptTuning kept_tuning(const Graph&, const LoadOptions&) const { return {}; }
};

}  // namespace katago
