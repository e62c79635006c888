#pragma once
// Payments into ledgers, for the tests of projections.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "sillok/event/context.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/store/store_ref.hpp"

namespace ledgers {

struct paid {
    std::int64_t amount;
};
struct closed {};
struct ledger_events : sillok::events<sillok::event<"ledger.paid", paid>, sillok::event<"ledger.closed", closed>> {};

// [projection]
struct balances {
    static constexpr sillok::name name = "balances";
    using events = sillok::select<ledger_events, paid, closed>;
    std::map<std::string, std::int64_t> by_account{};
    void on(const paid& e, const sillok::metadata& m) { by_account[std::string(m.key())] += e.amount; }
    void on(const closed&, const sillok::metadata& m) { by_account.erase(std::string(m.key())); }
    friend bool operator==(const balances&, const balances&) = default;
};
// [/projection]

template <class E>
sillok::result<sillok::receipt> append(const sillok::store_ref& store, std::string_view key, const E& e) {
    sillok::byte_buffer payload;
    const sillok::new_event event{.type = sillok::encode_event<ledger_events>(e, payload), .payload = payload.view()};
    const sillok::stream_append to[] = {{{"ledger", key}, sillok::any_version{}, {&event, 1}}};
    return store.append({.streams = to});
}
inline sillok::position pay(const sillok::store_ref& store, std::string_view key, std::int64_t amount) {
    return append(store, key, paid{amount}).value().last;
}
inline sillok::position close(const sillok::store_ref& store, std::string_view key) {
    return append(store, key, closed{}).value().last;
}

}  // namespace ledgers
