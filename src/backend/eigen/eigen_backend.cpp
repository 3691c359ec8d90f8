// SPDX-License-Identifier: MIT
#include "backend/eigen/eigen_backend.h"

#include "backend/eigen/plan.h"
#include "backend/eigen/program.h"

namespace katago {

namespace {

class EigenModel final : public LoadedModel {
  public:
    EigenModel(const Graph& graph, const eigen::Kernels& kernels, const eigen::KernelChoices& choices)
        : program_(eigen::lower(graph, kernels, choices)) {}

    std::unique_ptr<Plan> compile(BoardShape board, int max_batch) const override {
        return std::make_unique<eigen::EigenPlan>(shared_from_this(), program_, board, max_batch);
    }

  private:
    eigen::Program program_;
};

}  // namespace

std::string EigenBackend::description() const {
    const bool integers = eigen::kernels_for(set_).integer_dense != nullptr;
    return std::string(integers ? "FP32 or 16-bit integers" : "FP32") + ", Winograd and packed matrix products, " +
           std::string(eigen::name_of(set_));
}

std::shared_ptr<const LoadedModel> EigenBackend::load(const Graph& graph, const LoadOptions& options) const {
    const eigen::Kernels& kernels = eigen::kernels_for(set_);
    eigen::KernelChoices choices;
    if (options.precision == Precision::Auto) choices = eigen::usual_choices(graph, kernels);
    return std::make_shared<const EigenModel>(graph, kernels, choices);
}

}  // namespace katago
