#pragma once
#include <mutex>
#include <shared_mutex>
#include <utility>
namespace sillok {
template <class Model>
class shared_model {
public:
    using model_type = Model;
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
    // The model for as long as this lives, for who cannot say in one function what is done to it.
    class updating {
    public:
        explicit updating(shared_model& of) : hold_(of.lock_), model_(&of.model_) {}
        Model& operator*() const noexcept { return *model_; }

    private:
        std::unique_lock<std::shared_mutex> hold_;
        Model* model_;
    };

private:
    mutable std::shared_mutex lock_;
    Model model_;
};
}  // namespace sillok
