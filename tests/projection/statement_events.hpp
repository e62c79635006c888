#pragma once
// Accounts over some years, with events of old revisions, of former names and such as became several; and what each account comes to, by
// one declaration for models of every kind.

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/codec/binary.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/event/context.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/event/several.hpp"
#include "sillok/projection/table.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/store_ref.hpp"

namespace statements {

namespace v1 {
struct moved {
    std::int64_t amount;
};
struct exchanged {
    std::int64_t given;
    std::int64_t fee;
};
}  // namespace v1
namespace v2 {
struct moved {
    std::int64_t amount;
    std::string currency;
    static moved upcast(const v1::moved& e) { return {e.amount, "KRW"}; }
};
}  // namespace v2

struct opened {
    std::string owner;
};
struct moved {
    std::int64_t amount;
    std::string currency;
    std::vector<std::uint32_t> notes;
    static moved upcast(const v2::moved& e) { return {e.amount, e.currency, {7}}; }
};
struct charged {
    std::int64_t fee;
    static sillok::several<v1::moved, charged> upcast(const v1::exchanged& e) {
        return {v1::moved{-e.given}, charged{e.fee}};
    }
};
struct closed {};
struct looked_at {
    std::string by;
};

struct account_events
    : sillok::events<sillok::event<"account.opened", opened>,
                     sillok::event<"account.moved", sillok::formerly<"account.paid">, v1::moved, v2::moved, moved>,
                     sillok::event<"account.charged", sillok::formerly<"account.exchanged">, v1::exchanged, charged>,
                     sillok::event<"account.closed", closed>, sillok::event<"account.looked_at", looked_at>,
                     sillok::retired<"account.printed">> {};

using taken = sillok::select<account_events, opened, moved, charged, closed>;

// What an account comes to. Whatever is left out, done twice or in another order, is seen in the trace.
struct statement {
    std::string account;
    std::string owner;
    std::string currency;
    std::int64_t balance;
    std::uint64_t events;
    std::uint64_t trace;
    std::uint64_t last;

    void note(std::int64_t amount, const sillok::metadata& m) {
        account = m.key();
        balance += amount;
        ++events;
        trace = trace * 0x9E3779B97F4A7C15 + m.position().value * 8 + m.part() + static_cast<std::uint64_t>(amount);
        last = m.position().value;
    }
    void take(const opened& e, const sillok::metadata& m) { note(0, m), owner = e.owner; }
    void take(const moved& e, const sillok::metadata& m) {
        note(e.amount, m), currency = e.currency;
        for (const std::uint32_t each : e.notes) trace ^= each;
    }
    void take(const charged& e, const sillok::metadata& m) { note(-e.fee, m); }
};

// The model, whatever its rows are kept in.
template <class Rows>
struct book {
    static constexpr sillok::name name = "book";
    using events = taken;
    Rows rows{};

    // Where models take part in appends, this one is not recorded.
    static constexpr std::string_view refused_owner = "nobody";

    sillok::result<void> on(const opened& e, const sillok::metadata& m) {
        if (e.owner == refused_owner)
            return sillok::error(sillok::error_kind::condition_failed, "an account is somebody's");
        return change(rows, e, m);
    }
    sillok::result<void> on(const moved& e, const sillok::metadata& m) { return change(rows, e, m); }
    sillok::result<void> on(const charged& e, const sillok::metadata& m) { return change(rows, e, m); }
    sillok::result<void> on(const closed&, const sillok::metadata& m) { return erase(rows, m.key()); }
};

using statement_map = std::map<std::string, statement>;
template <class E>
sillok::result<void> change(statement_map& rows, const E& e, const sillok::metadata& m) {
    rows[std::string(m.key())].take(e, m);
    return {};
}
inline sillok::result<void> erase(statement_map& rows, std::string_view account) {
    rows.erase(std::string(account));
    return {};
}
inline std::vector<statement> rows_of(const statement_map& rows) {
    std::vector<statement> all;
    for (const auto& [account, each] : rows) all.push_back(each);
    return all;
}
using mapped = book<statement_map>;

using statement_table = sillok::table<statement, sillok::unique<&statement::account>,
                                      sillok::ordered<&statement::currency, &statement::balance>>;
template <class E>
sillok::result<void> change(statement_table& rows, const E& e, const sillok::metadata& m) {
    const std::string account(m.key());
    statement now{};
    if (const statement* const there = rows.find(account)) now = *there;
    now.take(e, m);
    return rows.put(std::move(now));
}
inline sillok::result<void> erase(statement_table& rows, std::string_view account) {
    rows.erase(std::string(account));
    return {};
}
inline std::vector<statement> rows_of(const statement_table& rows) { return rows.kept(); }
// It can take back, and be kept.
struct tabled : book<statement_table> {
    struct snapshot {
        std::vector<statement> rows;
    };
    snapshot kept() const { return {rows.kept()}; }
    static tabled restored(const snapshot& from) { return {{statement_table::restored(from.rows).value()}}; }
    void begin() { rows.begin(); }
    void commit() { rows.commit(); }
    void rollback() { rows.rollback(); }
};

struct all_statements {
    std::vector<statement> rows;
};

// The bytes of a state, whichever model it is of.
inline std::string bytes_of(std::vector<statement> rows) {
    std::sort(rows.begin(), rows.end(), [](const statement& a, const statement& b) { return a.account < b.account; });
    sillok::byte_buffer bytes;
    sillok::binary_codec::encode(all_statements{std::move(rows)}, bytes);
    return std::string(sillok::as_text(bytes.view()));
}
template <class Model>
std::string bytes_of(const Model& model) {
    return bytes_of(rows_of(model.rows));
}

// One append of one to three events, most of them to accounts, of all revisions.
inline sillok::result<sillok::receipt> append_some(const sillok::store_ref& store, std::mt19937_64& random,
                                                   bool may_be_refused = false) {
    struct written {
        std::string key{};
        sillok::byte_buffer payload{};
        sillok::event_type type{};
        sillok::new_event event{};
    };
    std::vector<written> all(1 + random() % 3);
    std::vector<sillok::stream_append> to;
    const auto amount = [&] { return static_cast<std::int64_t>(random() % 2001) - 1000; };
    const auto write = [&]<class E>(written& into, const E& e, sillok::event_type type) {
        sillok::binary_codec::encode(e, into.payload);
        into.type = type;
    };
    const auto current = [&]<class E>(written& into, const E& e) {
        write(into, e, sillok::event_type_of<account_events, E>);
    };
    const auto first = random() % 41;
    for (std::size_t i = 0; i < all.size(); ++i) {
        written& each = all[i];
        each.key = "account " + std::to_string((first + i) % 41);
        switch (random() % 12) {
            case 0:
                current(each, opened{may_be_refused && random() % 4 == 0 ? "nobody"
                                                                         : "owner " + std::to_string(random() % 99)});
                break;
            case 1: current(each, closed{}); break;
            case 2: current(each, looked_at{"somebody"}); break;
            case 3: current(each, charged{amount()}); break;
            case 4: current(each, v1::exchanged{amount(), amount()}); break;
            case 5: write(each, v1::exchanged{amount(), amount()}, {"account.exchanged", 1}); break;
            case 6: current(each, v1::moved{amount()}); break;
            case 7: write(each, v1::moved{amount()}, {"account.paid", 1}); break;
            case 8: current(each, v2::moved{amount(), "USD"}); break;
            case 9: write(each, closed{}, {"account.printed", 1}); break;
            default: current(each, moved{amount(), "EUR", {1, 2, static_cast<std::uint32_t>(random() % 9)}});
        }
        each.event = {.type = each.type, .payload = each.payload.view()};
        to.push_back(
            {{random() % 10 == 0 ? "elsewhere" : "account", each.key}, sillok::any_version{}, {&each.event, 1}});
    }
    return store.append({.streams = to});
}

}  // namespace statements
