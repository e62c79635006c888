#pragma once
// Where a read model is kept with its position, so that a restart need not read the whole log.

#include <concepts>

#include "sillok/core/result.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/projection/shared_model.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

// load  puts the model into the state that was kept and gives its position; 0 where nothing is kept that fits store and program, which
//       leaves the model as it is.
// save  keeps the model as it is at a position that is durable: all of it or, after a crash, what was kept before.
//
// Where that costs little, `static constexpr bool keeps_when_idle = true;` has a projector that runs live save whenever nothing more
// has come for a moment.
template <class K, class Model>
concept model_keeper = requires(K& keeper, const store_ref& store, shared_model<Model>& into, const Model& model,
                                position at) {
    { keeper.load(store, into) } -> std::same_as<result<position>>;
    { keeper.save(store, model, at) } -> std::same_as<result<void>>;
};

// A reference to a keeper of any kind, which must outlive it; or to none.
template <class Model>
class model_keeper_ref {
public:
    constexpr model_keeper_ref() = default;
    template <class K>
        requires(!std::same_as<K, model_keeper_ref> && model_keeper<K, Model>)
    constexpr model_keeper_ref(K& keeper) noexcept  // NOLINT(google-explicit-constructor)
        : keeper_(&keeper),
          load_([](void* k, const store_ref& store, shared_model<Model>& into) {
              return static_cast<K*>(k)->load(store, into);
          }),
          save_([](void* k, const store_ref& store, const Model& model, position at) {
              return static_cast<K*>(k)->save(store, model, at);
          }) {
        if constexpr (requires { K::keeps_when_idle; }) keeps_when_idle_ = K::keeps_when_idle;
    }

    explicit operator bool() const noexcept { return keeper_ != nullptr; }
    bool keeps_when_idle() const noexcept { return keeps_when_idle_; }
    result<position> load(const store_ref& store, shared_model<Model>& into) const {
        return load_(keeper_, store, into);
    }
    result<void> save(const store_ref& store, const Model& model, position at) const {
        return save_(keeper_, store, model, at);
    }

private:
    void* keeper_ = nullptr;
    result<position> (*load_)(void*, const store_ref&, shared_model<Model>&) = nullptr;
    result<void> (*save_)(void*, const store_ref&, const Model&, position) = nullptr;
    bool keeps_when_idle_ = false;
};

}  // namespace sillok
