#pragma once
// Snapshots of aggregates: a load reads the last one and what came behind it, and gives what a replay of all would give.
//
//     sillok::memory_snapshots kept;
//     auto accounts = sillok::repository<account>(store, sillok::snapshots{kept, {.events = 100}});
//
// An aggregate that can be recorded is its own snapshot. Any other says what of it is kept, and a version where the meaning of
// `apply`, `upcast` or of a field changes while all types look the same:
//
//     struct basket {
//         …
//         using snapshot = basket_kept;                                 // a struct that can be recorded
//         basket_kept kept() const;
//         static basket restored(const basket_kept&);
//         static constexpr std::uint32_t snapshot_version = 2;
//     };

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/command/aggregate.hpp"
#include "sillok/command/snapshot_keeper.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/kept_state.hpp"
#include "sillok/store/snapshot_store.hpp"

namespace sillok::detail {

template <class Catalogue, class... E>
void add_summaries(fingerprint_hash& to, const summaries<E...>&) {
    to.add(sizeof...(E));
    (to.add(event_type_of<Catalogue, E>.name), ...);
}

// What a state depends on, as far as it can be seen: the form in which it is kept, every version of every event with all its
// names, in order, those that are passed over, and which of them are summaries; and the version that the aggregate says for what cannot be seen.
template <class A>
std::uint64_t state_fingerprint() {
    static const std::uint64_t once = [] {
        fingerprint_hash hash;
        hash.add("sillok snapshot 1");
        add_kept_form<A>(hash);
        add_catalogue<typename A::events>(hash);
        add_summaries<typename A::events>(hash, typename summaries_listed_by<A>::type{});
        hash.add(snapshot_version_of<A>());
        return hash.value();
    }();
    return once;
}

}  // namespace sillok::detail

namespace sillok::require {

template <class Aggregate>
consteval bool snapshot_can_be_recorded() {
    constexpr bool can = detail::can_be_kept<Aggregate>();
    static_assert(
        can,
        "sillok[E0115]: an aggregate with snapshots is a plain struct of fields that can be recorded, or names one that is "
        "kept instead of it. Fix: write `using snapshot = account_kept; account_kept kept() const; static account "
        "restored(const account_kept&);`, public, or take out what cannot be recorded; `snapshot_version` is a static "
        "constant. See docs/errors.md#E0115");
    return can;
}

}  // namespace sillok::require

namespace sillok {

// What a repository is given: where snapshots are kept, and when they are taken. Refers to that store, which must outlive
// the repository.
struct snapshots {
    snapshot_store_ref kept;
    snapshot_cadence cadence{.events = 100};

    template <class Aggregate>
    std::unique_ptr<detail::snapshot_keeper> keeper_of() const {
        if constexpr (require::snapshot_can_be_recorded<Aggregate>())
            return std::make_unique<detail::snapshot_keeper>(kept, cadence, detail::state_fingerprint<Aggregate>(),
                                                             &detail::write_state<Aggregate>,
                                                             &detail::read_state<Aggregate>);
        else
            return nullptr;
    }
};

}  // namespace sillok
