#include "sillok/command/repository.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "command/domain.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

using namespace domain;
using sillok::at_version;
using sillok::command_context;
using sillok::error_kind;
using sillok::version;

namespace {

sillok::uuid id_of(std::uint8_t n) {
    sillok::uuid id;
    id.octets[0] = 0xC0;
    id.octets[15] = n;
    return id;
}

}  // namespace

TEST_CASE("a command is decided on the state that its events give") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);

    CHECK_FALSE(accounts.load("42").value().exists());
    CHECK(accounts.execute("42", open_account{"Ada"}).value().version == version{1});
    CHECK(accounts.execute("42", deposit{100}).value().version == version{2});
    const auto done = accounts.execute("42", withdraw{30}).value();
    CHECK(done.version == version{3});
    CHECK(done.first == done.last);
    CHECK_FALSE(done.repeated);

    const auto now = accounts.load("42").value();
    CHECK(now.exists());
    CHECK(now.version == version{3});
    CHECK(now->open);
    CHECK(now->balance == 70);
    CHECK(now->applied_at == 1);
    CHECK_FALSE(accounts.load("43").value().exists());
}

TEST_CASE("a rejection comes back as the struct it was, and records nothing") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    const auto refused = accounts.execute("42", withdraw{30});
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().rejection_as<insufficient_funds>() != nullptr);
    CHECK(refused.error().rejection_as<insufficient_funds>()->missing == 30);
    CHECK(store.last(sillok::horizon::visible) == sillok::position{0});
}

TEST_CASE("a decision of nothing succeeds and records nothing") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    accounts.execute("42", open_account{"Ada"}).value();
    const auto again = accounts.execute("42", open_account{"Ada"}).value();
    CHECK(again.version == version{1});
    CHECK(again.last == sillok::position{0});
    CHECK(store.last(sillok::horizon::visible) == sillok::position{1});
}

TEST_CASE("a decision of several events is recorded whole, in order") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    accounts.execute("42", deposit{100}).value();
    const auto done = accounts.execute("42", pay_out_in_parts{10}).value();
    CHECK(done.version == version{11});
    CHECK(done.last.value - done.first.value == 9);
    CHECK(accounts.load("42").value()->balance == 0);
}

TEST_CASE("state at a version, and as it was recorded by a moment") {
    sillok::testing::manual_clock clock;
    sillok::memory_store store(clock);
    const sillok::repository<account> accounts(store);
    for (int i = 1; i <= 5; ++i) {
        clock.set(sillok::timestamp{i * 1000});
        accounts.execute("42", deposit{i}).value();
    }
    CHECK(accounts.load("42", at_version{0}).value()->balance == 0);
    CHECK(accounts.load("42", at_version{3}).value()->balance == 6);
    CHECK(accounts.load("42", at_version{3}).value().version == version{3});
    CHECK(accounts.load("42", at_version{99}).value()->balance == 15);
    CHECK_FALSE(accounts.load("42", sillok::as_at{sillok::timestamp{999}}).value().exists());
    CHECK(accounts.load("42", sillok::as_at{sillok::timestamp{1000}}).value()->balance == 1);
    CHECK(accounts.load("42", sillok::as_at{sillok::timestamp{3999}}).value()->balance == 6);
    CHECK(accounts.load("42", sillok::as_at{sillok::timestamp{5000}}).value()->balance == 15);
}

TEST_CASE("state as of a business date takes what was recorded late into its place") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    accounts.execute("42", open_account{"Ada"}).value();
    accounts.execute("42", deposit{100, 10}).value();
    accounts.execute("42", deposit{50, 30}).value();
    accounts.execute("42", withdraw{20, 20}).value();  // recorded last, happened between
    const auto day = [](const auto& e) -> std::int32_t {
        if constexpr (requires { e.day; })
            return e.day;
        else
            return 0;
    };
    CHECK(accounts.as_of("42", 9, day).value()->balance == 0);
    CHECK(accounts.as_of("42", 10, day).value()->balance == 100);
    CHECK(accounts.as_of("42", 20, day).value()->balance == 80);
    CHECK(accounts.as_of("42", 30, day).value()->balance == 130);
    CHECK(accounts.as_of("42", 9, day).value()->open);
}

TEST_CASE("an event without a business date has always been") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    accounts.execute("42", deposit{100, 10}).value();
    accounts.execute("42", open_account{"Ada"}).value();
    accounts.execute("42", deposit{50, 30}).value();
    const auto day = [](const auto& e) -> std::optional<std::int32_t> {
        if constexpr (requires { e.day; })
            return e.day;
        else
            return std::nullopt;
    };
    const auto before = accounts.as_of("42", 9, day).value();
    CHECK(before->open);
    CHECK(before->balance == 0);
    CHECK(accounts.as_of("42", 10, day).value()->balance == 100);
}

TEST_CASE("headers of the context are recorded with every event") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    accounts.execute("42", deposit{100}).value();
    accounts.execute("42", pay_out_in_parts{2}, command_context{}.by("ada").with_header("trace", "4bf9")).value();
    int seen = 0;
    store
        .read_stream({"account", "42"}, {.from = version{2}},
                     [&](const sillok::record_view& r) {
                         CHECK(r.headers()["actor"] == "ada");
                         CHECK(r.headers()["trace"] == "4bf9");
                         return ++seen, true;
                     })
        .value();
    CHECK(seen == 2);
}

TEST_CASE("an expected version that does not hold is a conflict that names both, and is not retried") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    accounts.execute("42", deposit{100}).value();
    accounts.execute("42", deposit{100}).value();
    const auto late = accounts.execute("42", withdraw{10}, command_context{}.expecting(version{1}));
    REQUIRE_FALSE(late);
    REQUIRE(late.error().is(error_kind::conflict));
    CHECK(late.error().error()->expected() == 1);
    CHECK(late.error().error()->actual() == 2);
    CHECK(accounts.execute("42", withdraw{10}, command_context{}.expecting(version{2})));
    CHECK(accounts.load("42").value()->balance == 190);
}

TEST_CASE("an accepted command that comes again gives its first receipt and changes nothing") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    const auto once = accounts.execute("42", deposit{100}, command_context{}.with_id(id_of(1))).value();
    accounts.execute("42", deposit{5}).value();
    const auto again = accounts.execute("42", deposit{100}, command_context{}.with_id(id_of(1))).value();
    CHECK(again.repeated);
    CHECK(again.version == once.version);
    CHECK(again.first == once.first);
    CHECK(again.time == once.time);
    CHECK(accounts.load("42").value()->balance == 105);

    // Even where the sender saw a version that is past by now.
    CHECK(accounts.execute("42", deposit{100}, command_context{}.with_id(id_of(1)).expecting(version{0}))
              .value()
              .repeated);
}

TEST_CASE("a command id that comes again with other content is an error") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    accounts.execute("42", deposit{100}, command_context{}.with_id(id_of(1))).value();
    const auto changed = [&](auto&& done) { return !done && done.error().is(error_kind::command_reused); };
    CHECK(changed(accounts.execute("42", deposit{101}, command_context{}.with_id(id_of(1)))));
    CHECK(changed(accounts.execute("43", deposit{100}, command_context{}.with_id(id_of(1)))));
    CHECK(changed(accounts.execute("42", withdraw{100}, command_context{}.with_id(id_of(1)))));
    CHECK(accounts.load("42").value()->balance == 100);
}

TEST_CASE("rejections and decisions of nothing are decided anew under the same id") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store);
    CHECK_FALSE(accounts.execute("42", withdraw{30}, command_context{}.with_id(id_of(1))));
    accounts.execute("42", deposit{100}).value();
    CHECK(accounts.execute("42", withdraw{30}, command_context{}.with_id(id_of(1))));
    CHECK(accounts.load("42").value()->balance == 70);
}

TEST_CASE("what is unique for ever is refused in whatever stream it comes again") {
    sillok::memory_store store;
    const sillok::repository<ledger> ledgers(store);
    ledgers.execute("a", book_payment{1, 10}).value();
    ledgers.execute("a", book_payment{2, 1000}).value();
    const auto twice = ledgers.execute("b", book_payment{1, 10});
    REQUIRE_FALSE(twice);
    CHECK(twice.error().is(error_kind::condition_failed));
    CHECK(to_string(twice.error()).find("payment:1") != std::string::npos);
    CHECK_FALSE(ledgers.load("b").value().exists());

    int large = 0;
    const std::string_view tag = "size:large";
    static_cast<void>(
        store.read_all({.tags = std::span(&tag, 1)}, [&](const sillok::record_view&) { return ++large, true; })
            .value());
    CHECK(large == 1);
}

TEST_CASE("correlation is inherited and causation set by the context, the actor is recorded") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store, {.source = "teller"});
    accounts.execute("1", deposit{100}, command_context{}.with_id(id_of(1)).by("ada")).value();
    sillok::uuid first;
    sillok::uuid chain;
    static_cast<void>(store.read_stream({"account", "1"}, {}, [&](const sillok::record_view& r) {
        const sillok::metadata m(r);
        CHECK(m.causation() == id_of(1));
        CHECK(m.correlation() == id_of(1));
        CHECK(m.source() == "teller");
        CHECK(m.headers()["actor"] == "ada");
        first = m.id();
        chain = m.correlation();
        accounts.execute("2", deposit{50}, m).value();
        return true;
    }));
    int seen = 0;
    static_cast<void>(store.read_stream({"account", "2"}, {}, [&](const sillok::record_view& r) {
        CHECK(r.causation() == first);
        CHECK(r.correlation() == chain);
        return ++seen, true;
    }));
    CHECK(seen == 1);

    accounts.execute("3", deposit{1}).value();
    static_cast<void>(store.read_stream({"account", "3"}, {}, [&](const sillok::record_view& r) {
        CHECK_FALSE(r.causation().is_nil());
        CHECK(r.correlation() == r.causation());
        return true;
    }));
}

TEST_CASE("threads racing on one aggregate lose no update and decide nothing twice [threads]", "[threads]") {
    for (const std::size_t cached : {std::size_t{0}, std::size_t{8}}) {
        sillok::memory_store store;
        const sillok::repository<account> accounts(store, {.retries = 1'000'000, .cached_max = cached});
        accounts.execute("42", deposit{1000}).value();
        std::atomic<int> paid = 0;
        std::atomic<int> refused = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 400; ++i) {
                    const auto done = accounts.execute("42", withdraw{1});
                    if (done)
                        ++paid;
                    else if (done.error().rejection())
                        ++refused;
                }
            });
        for (auto& each : threads) each.join();
        CHECK(paid == 1000);
        CHECK(refused == 600);
        CHECK(accounts.load("42").value()->balance == 0);
        CHECK(accounts.load("42").value().version == version{1001});
    }
}

TEST_CASE("threads that send the same commands are answered with the same receipts [threads]", "[threads]") {
    sillok::memory_store store;
    const sillok::repository<account> accounts(store, {.retries = 1'000'000});
    std::vector<std::thread> threads;
    std::atomic<int> firsts = 0;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (std::uint8_t i = 0; i < 100; ++i) {
                const auto done = accounts.execute("42", deposit{1}, command_context{}.with_id(id_of(i))).value();
                if (!done.repeated) ++firsts;
            }
        });
    for (auto& each : threads) each.join();
    CHECK(firsts == 100);
    CHECK(accounts.load("42").value()->balance == 100);
}

TEST_CASE("retries end at the stated number") {
    // A store in which somebody else is always faster.
    struct overtaken {
        sillok::memory_store& inner;
        int appends = 0;

        sillok::result<sillok::receipt> append(const sillok::append_request& request) {
            ++appends;
            const sillok::new_event other{
                .type = {"money.deposited", 1},
                .payload = sillok::as_bytes(std::string_view("\1\0\0\0\0\0\0\0\0\0\0\0", 12))};
            const sillok::stream_append faster{.stream = {"account", "42"}, .events = std::span(&other, 1)};
            inner.append({.streams = std::span(&faster, 1)}).value();
            return inner.append(request);
        }
        sillok::result<void> read_stream(sillok::stream_view s, const sillok::stream_range& r,
                                         sillok::record_visitor v) const {
            return inner.read_stream(s, r, v);
        }
        sillok::result<sillok::position> read_all(const sillok::log_range& r, sillok::record_visitor v) const {
            return inner.read_all(r, v);
        }
        sillok::result<version> version_of(sillok::stream_view s) const { return inner.version_of(s); }
        sillok::position last(sillok::horizon h) const { return inner.last(h); }
        sillok::result<sillok::position> wait(sillok::position p, sillok::horizon h, sillok::timeout t) const {
            return inner.wait(p, h, t);
        }
        sillok::result<void> settle(sillok::position upto) const { return inner.settle(upto); }
        sillok::result<std::optional<sillok::recorded_batch>> find_batch(const sillok::uuid& b) const {
            return inner.find_batch(b);
        }
        sillok::result<void> read_schemas(sillok::schema_visitor visit) const { return inner.read_schemas(visit); }
        std::uint64_t schema_count() const noexcept { return inner.schema_count(); }
    };
    sillok::memory_store memory;
    overtaken store{memory};
    const sillok::repository<account> accounts(store, {.retries = 3});
    const auto done = accounts.execute("42", deposit{1});
    REQUIRE_FALSE(done);
    CHECK(done.error().is(error_kind::conflict));
    CHECK(store.appends == 4);

    store.appends = 0;
    CHECK_FALSE(accounts.execute("42", deposit{1}, command_context{}.expecting(version{4})));
    CHECK(store.appends == 1);
}

TEST_CASE("a cached aggregate is as fresh as one loaded from the start") {
    sillok::memory_store store;
    const sillok::repository<account> cached(store, {.cached_max = 2});
    const sillok::repository<account> plain(store);
    for (int i = 0; i < 50; ++i) {
        const std::string key = std::to_string(i % 5);
        cached.execute(key, deposit{i + 1}).value();
        plain.execute(key, deposit{1}).value();
        CHECK(cached.load(key).value()->balance == plain.load(key).value()->balance);
        CHECK(cached.load(key).value().version == plain.load(key).value().version);
    }
}

TEST_CASE("an event that the catalogue does not have fails the load, and names itself") {
    sillok::memory_store store;
    const sillok::new_event foreign{.type = {"account.renamed", 1}};
    const sillok::stream_append append{.stream = {"account", "42"}, .events = std::span(&foreign, 1)};
    store.append({.streams = std::span(&append, 1)}).value();
    const auto loaded = sillok::repository<account>(store).load("42");
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error() == error_kind::unknown_event);
    CHECK(loaded.error().text().find("account.renamed") != std::string::npos);
}

TEST_CASE("a cached aggregate does not read back what it recorded itself, where apply takes the event alone") {
    sillok::memory_store memory;
    // Counts the records that are read.
    struct counting {
        sillok::memory_store& inner;
        mutable int records = 0;

        sillok::result<sillok::receipt> append(const sillok::append_request& request) { return inner.append(request); }
        sillok::result<void> read_stream(sillok::stream_view s, const sillok::stream_range& r,
                                         sillok::record_visitor v) const {
            return inner.read_stream(s, r, [&](const sillok::record_view& record) { return ++records, v(record); });
        }
        sillok::result<sillok::position> read_all(const sillok::log_range& r, sillok::record_visitor v) const {
            return inner.read_all(r, v);
        }
        sillok::result<version> version_of(sillok::stream_view s) const { return inner.version_of(s); }
        sillok::position last(sillok::horizon h) const { return inner.last(h); }
        sillok::result<sillok::position> wait(sillok::position p, sillok::horizon h, sillok::timeout t) const {
            return inner.wait(p, h, t);
        }
        sillok::result<void> settle(sillok::position upto) const { return inner.settle(upto); }
        sillok::result<std::optional<sillok::recorded_batch>> find_batch(const sillok::uuid& b) const {
            return inner.find_batch(b);
        }
        sillok::result<void> read_schemas(sillok::schema_visitor visit) const { return inner.read_schemas(visit); }
        std::uint64_t schema_count() const noexcept { return inner.schema_count(); }
    };
    counting store{memory};
    const sillok::repository<account> accounts(store, {.cached_max = 8});
    for (int i = 0; i < 10; ++i) accounts.execute("42", deposit{1}).value();
    CHECK(store.records == 0);
    CHECK_FALSE(accounts.execute("42", withdraw{11}));
    CHECK(accounts.load("42").value()->balance == 10);
    CHECK(store.records == 0);

    // account_opened is applied with its metadata, so it is read.
    accounts.execute("42", open_account{"Ada"}).value();
    CHECK(accounts.load("42").value()->applied_at == 11);
    CHECK(store.records == 1);

    // Somebody else's event is seen all the same.
    sillok::repository<account>(memory).execute("42", deposit{5}).value();
    CHECK(accounts.load("42").value()->balance == 15);
}

namespace {

struct fragile : account {
    static inline bool breaks = false;
    using account::apply;
    void apply(const money_deposited& e) {
        if (breaks) throw 13;
        account::apply(e);
    }
};

}  // namespace

TEST_CASE("an apply that throws behind the append does not hide that the command was recorded") {
    sillok::memory_store store;
    const sillok::repository<fragile> accounts(store, {.cached_max = 8});
    accounts.execute("42", deposit{1}).value();
    fragile::breaks = true;
    CHECK(accounts.execute("42", deposit{2}).value().version == version{2});
    fragile::breaks = false;
    CHECK(accounts.load("42").value()->balance == 3);
}

namespace {

// Applies by a function with metadata, which is the one that a dispatcher chooses; a call would find another.
struct paid {
    std::int64_t amount;
};
struct paid_events : sillok::events<sillok::event<"purse.paid", paid>> {};
struct pay {
    std::int64_t amount;
};
struct purse {
    static constexpr sillok::name name = "purse";
    using events = paid_events;
    using commands = sillok::commands<pay>;

    std::int64_t sum = 0;

    void apply(const paid& e, const sillok::metadata& m) { sum += m.version().value == 0 ? 0 : e.amount; }
    template <class T>
    void apply(const T&) {}
    sillok::decision<paid> decide(const pay& c) const {
        if (sum >= 100) return sillok::reject("full");
        return paid{c.amount};
    }
};

}  // namespace

TEST_CASE("a cached aggregate is applied by the same functions as one that is read") {
    for (const std::size_t cached : {0U, 8U}) {
        sillok::memory_store store;
        const sillok::repository<purse> purses(store, {.cached_max = cached});
        purses.execute("1", pay{60}).value();
        purses.execute("1", pay{60}).value();
        CHECK_FALSE(purses.execute("1", pay{60}));
        CHECK(purses.load("1").value()->sum == 120);
    }
}

TEST_CASE("a cached aggregate forgets what its store withdrew") {
    sillok::testing::faulty_device disk;
    auto store = sillok::file_store::open("s", {.durability = sillok::lose_unsynced{}, .device = disk}).value();
    const sillok::repository<account> accounts(store, {.cached_max = 8});
    accounts.execute("42", deposit{5}).value();
    CHECK(accounts.load("42").value()->balance == 5);
    disk.fail_call(1, EIO);
    CHECK_FALSE(store.sync().has_value());
    CHECK(accounts.load("42").value()->balance == 0);
    CHECK(accounts.load("42").value().version == version{0});
}
