#include "stores.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <cmath>
#include <cstring>
#include <vector>

using namespace sillok;
using golden::golden_store;
using golden::golden_stores;

namespace {

const golden_store& store_named(std::string_view name) {
    for (const golden_store& each : golden_stores)
        if (each.name == name) return each;
    FAIL("there is no golden store " << name);
    return golden_stores[0];
}

std::string expected_of(const golden_store& store) {
    return golden::content_of(std::filesystem::path(GOLDEN_STORES) / (std::string(store.name) + ".txt"));
}

std::map<std::string, std::string> golden_files_of(const std::string& name) {
    return golden::files_of(std::filesystem::path(GOLDEN_STORES) / name, "", "");
}

// Where two directories differ, empty where they do not.
std::string difference(const std::map<std::string, std::string>& are, const std::map<std::string, std::string>& were) {
    for (const auto& [name, content] : were) {
        const auto found = are.find(name);
        if (found == are.end()) return name + " is not there";
        const std::string& now = found->second;
        for (std::size_t at = 0; at < content.size() || at < now.size(); ++at)
            if (at >= content.size() || at >= now.size() || now[at] != content[at])
                return name + " differs at byte " + std::to_string(at) + ", of " + std::to_string(content.size()) +
                       " and now " + std::to_string(now.size());
    }
    for (const auto& [name, content] : are)
        if (!were.contains(name)) return name + " was not there";
    return {};
}

std::vector<std::string> records_of(const std::string& path) {
    const auto store = file_store::open(path, {.read_only = true}).value();
    std::vector<std::string> records;
    static_cast<void>(store
                          .read_all({},
                                    [&](const record_view& record) {
                                        records.emplace_back(as_text(record.bytes()));
                                        return true;
                                    })
                          .value());
    return records;
}

struct gauges {
    using events = sillok::select<golden::third::world, golden::third::gauge_read>;
    std::vector<golden::third::gauge_read> read;
    std::vector<std::uint16_t> revisions;
    void on(const golden::third::gauge_read& e, const metadata& about) {
        read.push_back(e);
        revisions.push_back(about.revision());
    }
};

// What another program takes a payment for.
struct other_paid {
    std::int32_t amount;
    std::uint32_t number;
};
struct others : events<event<"order.paid", other_paid>> {};

bool are_same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

}  // namespace

TEST_CASE("a golden store says what it said when it was written") {
    const golden_store& store = golden_stores[GENERATE(range(std::size_t{0}, std::size(golden_stores)))];
    INFO(store.name);
    const golden::copied copy(store);
    const std::string expected = expected_of(store);
    const auto files = golden::files_of(copy.path, "", "");
    CHECK(golden::difference(golden::told(store, copy.path, true), expected) == "");
    CHECK(difference(golden::files_of(copy.path, "", ""), files) == "");
    CHECK(golden::difference(golden::told(store, copy.path, false), expected) == "");
    CHECK(difference(golden::files_of(copy.path, "", ""), files) ==
          "");  // a writer who has nothing to say changes nothing
}

TEST_CASE("a golden store goes on where it ended") {
    const golden_store& store = golden_stores[GENERATE(range(std::size_t{0}, std::size(golden_stores)))];
    INFO(store.name);
    const golden::copied copy(store);
    const auto before = records_of(copy.path);
    position last;
    {
        testing::manual_clock clock;
        auto opened = file_store::open(copy.path, golden::options(clock)).value();
        last = opened.last(horizon::visible);
        if (store.tell == &golden::orders_of) {
            const repository<golden::third::order> orders(opened);
            const auto now = orders.load("2").value();
            const auto done = orders.execute("2", golden::third::add_line{"last", 1}).value();
            CHECK(done.first == position{last.value + 1});
            CHECK(done.version == version{now.version.value + 1});
            CHECK(orders.load("2").value()->pieces.at("last") == 1);
        } else {
            stored_snapshots taken(opened);
            const repository<golden::kept::account> accounts(opened, snapshots{taken, {.events = 5}});
            const auto now = accounts.load("44").value();
            CHECK(accounts.execute("44", golden::kept::move_money{1000}).value().first == position{last.value + 1});
            CHECK(accounts.load("44").value()->balance == now->balance + 1000);
            CHECK(accounts.snapshot_counts().used > 0);
            CHECK(accounts.execute("43", golden::kept::move_money{1}).error().is(error_kind::stream_deleted));
        }
        opened.close().value();
    }
    auto after = records_of(copy.path);
    REQUIRE(after.size() > before.size());
    after.resize(before.size());
    CHECK(after == before);
    CHECK(verify_store(copy.path).value().findings.empty());
}

TEST_CASE("a batch of a golden store is not recorded again") {
    for (const char* const name : {"before-layouts", "first", "second", "third"}) {
        INFO(name);
        const golden::copied copy(store_named(name));
        testing::manual_clock clock;
        auto opened = file_store::open(copy.path, golden::options(clock)).value();
        const position last = opened.last(horizon::visible);
        const repository<golden::first::order> orders(opened, {.source = "shop"});
        const golden::first::submit_order submitted{"Ada", 30000, {{"tea", 2}, {"cup", 1}}};
        const bool is_changed = std::string_view(name) == "second" || std::string_view(name) == "third";
        if (!is_changed)  // later its events cannot be read any more by the first generation
            CHECK(orders.execute("1", submitted, command_context{}.with_id(golden::named(1))).value().repeated);
        golden::first::read_gauges(opened, clock);
        if (std::string_view(name) == "second") {
            const golden::second::place_order placed{"Eve", 45, "EUR", {{"pot", 1}, {"tea", 3}}};
            const repository<golden::second::order> second(opened);
            CHECK(second.execute("3", placed, command_context{}.with_id(golden::named(6))).value().repeated);
        }
        if (std::string_view(name) == "third") {
            const golden::third::place_order placed{"Kim", 12, "USD"};
            const repository<golden::third::order> third(opened);
            CHECK(third.execute("4", placed, command_context{}.with_id(golden::named(7))).value().repeated);
        }
        CHECK(opened.last(horizon::visible) == last);
    }
}

TEST_CASE("every kind of field is read from a golden store as it was") {
    for (const char* const name : {"before-layouts", "first", "second", "third"}) {
        INFO(name);
        const golden::copied copy(store_named(name));
        const auto opened = file_store::open(copy.path, {.read_only = true}).value();
        gauges all;
        dispatcher<gauges, binary_codec, json_codec> dispatch(unknown::skip);
        static_cast<void>(
            opened.read_all({}, [&](const record_view& r) { return dispatch.dispatch(all, r).has_value(); }).value());
        const bool has_new = std::string_view(name) == "third";
        REQUIRE(all.read.size() == (has_new ? 4 : 3));
        for (std::size_t i = 0; i < all.read.size(); ++i) {
            INFO(i);
            CHECK(all.read[i].unit == (i == 3 ? "m\xC2\xB3" : "kWh"));
            CHECK(all.revisions[i] == (i == 3 ? 2 : 1));
            golden::first::gauge_read wanted = i == 1 ? golden::first::gauge_read{} : golden::first::reading();
            golden::first::gauge_read& is = all.read[i].values;
            CHECK(are_same_bits(is.no_number, wanted.no_number));
            CHECK(are_same_bits(is.minus_zero, wanted.minus_zero));
            CHECK(is.letter == wanted.letter);
            CHECK(is.f64 == wanted.f64);
            CHECK(is.raw == wanted.raw);
            is.no_number = wanted.no_number = 0;
            CHECK(is == wanted);
        }
    }
}

TEST_CASE("what is noted in a golden store holds against other structs, and what was not noted is noted from now on") {
    for (const char* const name : {"first", "second", "third"}) {
        INFO(name);
        const golden::copied copy(store_named(name));
        auto opened = file_store::open(copy.path, {.read_only = true}).value();
        const auto compared = check_schema<others>(opened);
        REQUIRE_FALSE(compared);
        CHECK(compared.error() == error_kind::schema_changed);
    }
    const golden::copied copy(store_named("before-layouts"));
    testing::manual_clock clock;
    auto opened = file_store::open(copy.path, golden::options(clock)).value();
    CHECK(opened.schema_count() == 0);
    CHECK(check_schema<others>(opened));
    repository<golden::third::order>(opened).execute("1", golden::third::pay_order{1, 99}).value();
    CHECK(opened.schema_count() == 1);
    CHECK(check_schema<golden::third::world>(opened));
}

TEST_CASE("what is recorded today is recorded as it was before there were layouts, and notes besides") {
    const golden_store& store = store_named("before-layouts");
    const golden::copied copy(store);
    const golden::scratch today;
    golden::write(store, today.path);
    const auto before = records_of(copy.path);
    CHECK(before.size() > 20);
    CHECK(records_of((today.path / store.name).string()) == before);
}

TEST_CASE("what is written today is the golden stores, byte for byte") {
    const golden::scratch today;
    for (const golden_store& store : golden_stores) {
        if (!store.is_of_today) continue;
        INFO(store.name);
        golden::write(store, today.path);
        for (const char* const beside : {"", ".archive"}) {
            const std::string name = std::string(store.name) + beside;
            if (!std::filesystem::exists(today.path / name)) continue;
            INFO(name);
            const auto files = golden::files_of(today.path / name, today.path.string(), golden::nowhere);
            CHECK(difference(files, golden_files_of(name)) == "");
        }
    }
}
