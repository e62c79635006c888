#pragma once
#include <mutex>
#include <shared_mutex>
#include <utility>
namespace sillok {
template <class Model>
class shared_model {
public:
    shared_model() = default;
    explicit shared_model(Model model) : model_(std::move(model)) {}
    template <class F>
    decltype(auto) read(F&& f) const {
        const std::shared_lock hold(lock_);
        return std::forward<F>(f)(std::as_const(model_));
    }
    template <class F>
    decltype(auto) update(F&& f) {
        const std::unique_lock hold(lock_);
        return std::forward<F>(f)(model_);
    }

private:
    mutable std::shared_mutex lock_;
    Model model_;
};
}  // namespace sillok
