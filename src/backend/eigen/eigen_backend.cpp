// SPDX-License-Identifier: MIT
#include "backend/eigen/eigen_backend.h"

#include "backend/eigen/plan.h"
#include "backend/eigen/program.h"

namespace katago {

namespace {

class EigenModel final : public LoadedModel {
  public:
    EigenModel(const Graph& graph, const eigen::Kernels& kernels) : program_(eigen::lower(graph, kernels)) {}

    std::unique_ptr<Plan> compile(BoardShape board, int max_batch) const override {
        return std::make_unique<eigen::EigenPlan>(shared_from_this(), program_, board, max_batch);
    }

  private:
    eigen::Program program_;
};

}  // namespace

std::string EigenBackend::description() const {
    return "FP32, Winograd and packed matrix products, " + std::string(eigen::name_of(set_));
}

std::shared_ptr<const LoadedModel> EigenBackend::load(const Graph& graph) const {
    return std::make_shared<const EigenModel>(graph, eigen::kernels_for(set_));
}

}  // namespace katago
