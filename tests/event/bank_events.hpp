#pragma once
// A small domain that the tests of this folder share, and records of it as a store would write them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/codec/binary.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/record_writer.hpp"

namespace bank {

struct account_opened {
    std::string owner;
};
struct money_deposited {
    std::int64_t amount;
};
// [versions]
namespace v1 {
struct money_withdrawn {
    std::int64_t amount;
};
}  // namespace v1
namespace v2 {
struct money_withdrawn {
    std::int64_t amount;
    std::int64_t fee;
    static constexpr money_withdrawn upcast(const v1::money_withdrawn& e) { return {e.amount, 0}; }
};
}  // namespace v2
struct money_withdrawn {
    std::int64_t amount;
    std::int64_t fee;
    std::string currency;
    static money_withdrawn upcast(const v2::money_withdrawn& e) { return {e.amount, e.fee, "KRW"}; }
};
// [/versions]
struct money_withdrawn_view {
    using view_of = money_withdrawn;
    std::int64_t amount;
    std::int64_t fee;
    std::string_view currency;
};

// [catalogue]
struct account_events
    : sillok::events<sillok::event<"account.opened", account_opened>, sillok::event<"money.deposited", money_deposited>,
                     sillok::event<"money.withdrawn", v1::money_withdrawn, v2::money_withdrawn, money_withdrawn>> {};
// [/catalogue]

struct transfer_started {
    std::string from;
    std::string to;
};
struct transfer_events : sillok::events<sillok::event<"transfer.started", transfer_started>> {};

// The bytes of one record, aligned as in a store.
class recorded_bytes {
public:
    explicit recorded_bytes(const sillok::record_fields& fields) : words_(sillok::record_bytes(fields) / 8) {
        sillok::write_record(data(), fields);
    }
    std::byte* data() { return reinterpret_cast<std::byte*>(words_.data()); }
    sillok::record_view view() const { return sillok::record_view(reinterpret_cast<const std::byte*>(words_.data())); }
    operator sillok::record_view() const { return view(); }  // NOLINT(google-explicit-constructor)

private:
    std::vector<std::uint64_t> words_;
};

inline recorded_bytes record_of(sillok::event_type type, sillok::bytes_view payload,
                                sillok::payload_codec codec = sillok::payload_codec::binary) {
    type.codec = codec;
    return recorded_bytes({.position = {17},
                           .version = {3},
                           .time = sillok::timestamp{1'700'000'000'000'000'000},
                           .type = type,
                           .stream = {"account", "42"},
                           .payload = payload});
}

// Any listed version as it would have been recorded when it was current.
template <class Catalogue, class E>
recorded_bytes record_of(const E& e) {
    sillok::byte_buffer payload;
    sillok::binary_codec::encode(e, payload);
    return record_of(sillok::event_type_of<Catalogue, E>, payload.view());
}

}  // namespace bank
