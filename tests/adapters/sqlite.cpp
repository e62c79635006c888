#include "sillok/adapters/sqlite.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "projection/ledger_events.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/store/memory_store.hpp"
#include "sqlite/sample.hpp"

namespace {

using namespace std::chrono_literals;
using namespace ledgers;
using namespace sqlite_tests;
using sillok::error_kind;
using sillok::position;
using sillok::sqlite_database;
using sillok::sqlite_model;

// [model]
struct payment_row {
    std::uint64_t id;
    std::string user;
    std::int64_t amount;
    sillok::timestamp at;
    std::optional<std::string> note;
};
struct user_row {
    std::string user;
    std::int64_t payments;
    std::int64_t total;
};
struct payments {
    static constexpr sillok::name name = "payments";
    using events = sillok::select<ledger_events, paid, closed>;

    sillok::sqlite_table<payment_row, sillok::unique<&payment_row::id>,  // the first one is the key
                         sillok::ordered<&payment_row::user, &payment_row::at>>
        rows{};  // and what is asked for often
    sillok::sqlite_table<user_row, sillok::unique<&user_row::user>> users{};

    sillok::result<void> on(const paid& e, const sillok::metadata& m) {
        const std::string user(m.key());
        auto kept = users.find(user);
        if (!kept) return kept.error();
        user_row now = kept->value_or(user_row{user, 0, 0});
        ++now.payments, now.total += e.amount;
        if (auto done = users.put(now); !done) return done;
        return rows.put({m.position().value, user, e.amount, m.time(), {}});
    }
    sillok::result<void> on(const closed&, const sillok::metadata& m) {
        auto gone = users.erase(m.key());
        if (!gone) return gone.error();
        return {};
    }
};
// [/model]

struct payments_later {
    static constexpr sillok::name name = "payments";
    static constexpr std::uint32_t version = 2;
    using events = sillok::select<ledger_events, paid>;
    struct row {
        std::uint64_t id;
        double amount;
    };
    sillok::sqlite_table<row, sillok::unique<&row::id>> rows{};
    sillok::result<void> on(const paid& e, const sillok::metadata& m) {
        return rows.put({m.position().value, static_cast<double>(e.amount)});
    }
};

// The struct has got another table, and its version was forgotten.
struct payments_with_names {
    static constexpr sillok::name name = "payments";
    using events = sillok::select<ledger_events, paid, closed>;
    sillok::sqlite_table<payment_row, sillok::unique<&payment_row::id>> rows{};
    sillok::sqlite_table<user_row, sillok::unique<&user_row::user>> users{}, names{};
    sillok::result<void> on(const paid& e, const sillok::metadata& m) {
        return names.put({std::string(m.key()), 1, e.amount});
    }
    void on(const closed&, const sillok::metadata&) {}
};

void fill(sillok::memory_store& store, int events) {
    for (int i = 0; i < events; ++i) {
        const std::string user = "user" + std::to_string(i % 13);
        if (i % 50 == 49)
            close(store, user);
        else
            pay(store, user, i);
    }
}

// All that a model has, its position too.
std::string dump(const std::string& path) {
    plain_sqlite db(path);
    CHECK(db.told("PRAGMA integrity_check") == "ok\n");
    return db.told("SELECT * FROM payments_rows ORDER BY id") + db.told("SELECT * FROM payments_users ORDER BY 1") +
           db.told("SELECT model, version, position FROM sillok_checkpoints");
}
std::string replayed(sillok::memory_store& store) {
    const scratch folder;
    {
        auto db = sqlite_database::open(folder / "a.db").value();
        sillok::shared_model shown(sqlite_model<payments>::open(db).value());
        sillok::projector follow(store, shown, {.batch = 1 << 20});
        REQUIRE(follow.catch_up());
    }
    return dump(folder / "a.db");
}

}  // namespace

TEST_CASE("a model in SQLite is brought forward, and readers on their own connection see it without waiting") {
    const scratch folder;
    sillok::memory_store store;
    fill(store, 1000);
    // [follow]
    auto db = sillok::sqlite_database::open(folder / "read.db").value();
    sillok::shared_model shown(sillok::sqlite_model<payments>::open(db).value());
    sillok::projector follow(store, shown);
    CHECK(*follow.catch_up() == position{1000});
    // [/follow]
    CHECK(dump(folder / "read.db") == replayed(store));
    // [read]
    auto again = sillok::sqlite_database::open(folder / "read.db", {.read_only = true}).value();
    const auto read = sillok::sqlite_model<payments>::open(again).value();
    const auto page = read.rows.select()
                          .equal<&payment_row::user>("user3")
                          .where<&payment_row::amount>(sillok::comparison::at_least, 100)
                          .sorted<&payment_row::at>(sillok::descending)
                          .page({.number = 2, .size = 20})
                          .value();
    const std::int64_t sum = read.rows.select().equal<&payment_row::user>("user3").sum(&payment_row::amount).value();
    // [/read]
    CHECK(page.rows.size() == 20);
    CHECK(page.number == 2);
    std::uint64_t large = 0;
    std::int64_t total = 0;
    for (int i = 3; i < 1000; i += 13)
        if (i % 50 != 49) large += i >= 100 ? 1 : 0, total += i;
    CHECK(page.total == large);
    CHECK(sum == total);
    CHECK(read.checkpoint().value().at == position{1000});
    shown.update([&](auto& model) {
        REQUIRE(model.begin());
        CHECK(model.rows.clear());
        CHECK(read.rows.size().value() == 980);  // while another changes it
        model.rollback();
    });
    CHECK(shown.read([](const auto& model) { return model.rows.size().value(); }) == 980);
}

TEST_CASE("a model goes on where it was, and takes back what a failed event did") {
    const scratch folder;
    sillok::memory_store store;
    fill(store, 100);
    for (int run = 0; run < 3; ++run) {
        auto db = sqlite_database::open(folder / "a.db").value();
        sillok::shared_model shown(sqlite_model<payments>::open(db).value());
        sillok::projector follow(store, shown, {.batch = 7});
        REQUIRE(follow.catch_up());
        fill(store, 10);
    }
    auto db = sqlite_database::open(folder / "a.db").value();
    sillok::shared_model shown(sqlite_model<payments>::open(db).value());
    sillok::projector follow(store, shown);
    REQUIRE(db.link()->run(
        "CREATE TRIGGER t BEFORE INSERT ON payments_rows WHEN new.id = 125 BEGIN SELECT raise(ABORT, 'no'); END"));
    const auto ended = follow.catch_up();
    REQUIRE(!ended);
    CHECK(ended.error().text().find("ledger.paid revision 1 at position 125 of ledger/user4: " +
                                    folder / "a.db: table payments_rows: no") != std::string::npos);
    CHECK(follow.at() == position{124});
    REQUIRE(db.link()->run("DROP TRIGGER t"));
    REQUIRE(follow.catch_up());
    CHECK(dump(folder / "a.db") == replayed(store));
}

TEST_CASE("a disk that is full stops a projector, which goes on when there is room") {
    const scratch folder;
    sillok::memory_store store;
    fill(store, 3000);
    auto db = sqlite_database::open(folder / "a.db").value();
    sillok::shared_model shown(sqlite_model<payments>::open(db).value());
    sillok::projector follow(store, shown, {.batch = 100});
    REQUIRE(db.link()->run("PRAGMA max_page_count=20"));
    const auto ended = follow.catch_up();
    REQUIRE(!ended);
    CHECK(ended.error() == error_kind::no_space);
    CHECK(follow.at().value < 3000);
    REQUIRE(db.link()->run("PRAGMA max_page_count=1000000"));
    CHECK(*follow.catch_up() == position{3000});
    CHECK(dump(folder / "a.db") == replayed(store));
}

TEST_CASE("a model is not brought forward from another log") {
    const scratch folder;
    sillok::memory_store store, other;
    fill(store, 100);
    fill(other, 150);
    auto db = sqlite_database::open(folder / "a.db").value();
    sillok::shared_model shown(sqlite_model<payments>::open(db).value());
    REQUIRE(sillok::projector(store, shown).catch_up());
    const auto refused = sillok::projector(other, shown).catch_up();
    CHECK(refused.error() == error_kind::condition_failed);
    CHECK(refused.error().text() ==
          "projection payments: the model is at position 100, and the event there is another one: it is the model of "
          "another log, or of events that were lost");
    CHECK(dump(folder / "a.db") == replayed(store));
}

TEST_CASE("a projector whose model another program has brought forward is told so, and changes nothing") {
    const scratch folder;
    sillok::memory_store store;
    fill(store, 100);
    auto db = sqlite_database::open(folder / "a.db").value();
    sillok::shared_model shown(sqlite_model<payments>::open(db).value());
    sillok::projector follow(store, shown, {.batch = 10});
    REQUIRE(follow.step());
    auto other_db = sqlite_database::open(folder / "a.db").value();
    sillok::shared_model other(sqlite_model<payments>::open(other_db).value());
    sillok::projector other_follow(store, other);
    REQUIRE(other_follow.catch_up());
    const auto stale = follow.step();
    REQUIRE(!stale);
    CHECK(stale.error() == error_kind::condition_failed);
    CHECK(stale.error().text().starts_with(
        "projection payments: " + folder / "a.db: model payments is at position 100, and was left at 10 here"));
    CHECK(shown.read([](const auto& model) { return model.checkpoint().value().at; }) == position{100});
    CHECK_FALSE(follow.step());  // asking does not make it young again
    CHECK(dump(folder / "a.db") == replayed(store));
}

TEST_CASE("a model with a new version is made beside the old one, which goes when it is told to") {
    const scratch folder;
    sillok::memory_store store;
    fill(store, 100);
    auto db = sqlite_database::open(folder / "a.db").value();
    sillok::shared_model old(sqlite_model<payments>::open(db).value());
    sillok::projector follow_old(store, old);
    REQUIRE(follow_old.catch_up());
    sillok::shared_model fresh(sqlite_model<payments_later>::open(db).value());
    sillok::projector follow_fresh(store, fresh);
    CHECK(*follow_fresh.catch_up() == position{100});
    CHECK(fresh.read([](const auto& model) { return model.rows.name(); }) == "payments_rows_v2");
    CHECK(fresh.read([](const auto& model) { return model.rows.size().value(); }) == 98);
    CHECK(old.read([](const auto& model) { return model.rows.size().value(); }) == 98);
    REQUIRE(sqlite_model<payments>::drop(db, 1));
    plain_sqlite plain(folder / "a.db");
    CHECK(plain.told("SELECT name FROM sillok_tables") == "payments_rows_v2\n");
    CHECK(plain.told("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'payments_%' AND type = 'table'") == "1\n");
    CHECK(plain.told("SELECT model, version, position FROM sillok_checkpoints") == "payments|2|100\n");
    CHECK(fresh.read([](const auto& model) { return model.rows.size().value(); }) == 98);
}

TEST_CASE("a table that a model got later is not begun in the midst of the log") {
    const scratch folder;
    sillok::memory_store store;
    fill(store, 20);
    auto db = sqlite_database::open(folder / "a.db").value();
    REQUIRE(sqlite_model<payments>::open(db));
    REQUIRE(sqlite_model<payments_with_names>::open(db));  // nothing has happened yet that it would lack
    REQUIRE(sqlite_model<payments>::drop(db, 1));
    {
        sillok::shared_model shown(sqlite_model<payments>::open(db).value());
        sillok::projector follow(store, shown);
        REQUIRE(follow.catch_up());
    }
    const std::string before = dump(folder / "a.db");
    const auto later = sqlite_model<payments_with_names>::open(db);
    REQUIRE(later.error() == error_kind::schema_changed);
    CHECK(later.error().text().find("payments_names: is not there, and the model is at position 20") !=
          std::string::npos);
    CHECK(dump(folder / "a.db") == before);
    CHECK(sqlite_model<payments>::open(db));
    REQUIRE(sqlite_model<payments>::drop(db, 1));
    CHECK(sqlite_model<payments_with_names>::open(db));
}

TEST_CASE("a reader of a model that nobody has made yet is told so") {
    const scratch folder;
    REQUIRE(sqlite_database::open(folder / "a.db"));
    auto db = sqlite_database::open(folder / "a.db", {.read_only = true}).value();
    const auto none = sqlite_model<payments>::open(db);
    REQUIRE(!none);
    CHECK(none.error() == error_kind::no_such_store);
}

TEST_CASE("a projecting process that is killed at any moment leaves what a replay makes, byte for byte") {
    const scratch folder;
    sillok::memory_store store;
    fill(store, 6000);
    const std::string wanted = replayed(store);
    const auto seed = Catch::getSeed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    int killed = 0;
    int rounds = 0;
    int files = 0;
    while (rounds < 100) {
        const std::string path = folder / std::to_string(++files);
        bool is_done = false;
        while (!is_done) {
            ++rounds;
            const ::pid_t child = ::fork();
            REQUIRE(child >= 0);
            if (child == 0) {
                auto db = sqlite_database::open(path);
                if (!db) ::_exit(2);
                auto model = sqlite_model<payments>::open(*db);
                if (!model) ::_exit(3);
                sillok::shared_model shown(*std::move(model));
                sillok::projector follow(store, shown, {.batch = 5});
                ::_exit(follow.catch_up() ? 0 : 4);
            }
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
            ::kill(child, SIGKILL);
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            is_done = WIFEXITED(status);
            if (is_done)
                REQUIRE(WEXITSTATUS(status) == 0);
            else
                ++killed;
        }
        REQUIRE(dump(path) == wanted);
    }
    WARN(killed << " of " << rounds << " processes were killed, " << files << " models made");
    CHECK(killed > 5);
}

TEST_CASE("two processes that bring one model forward at once put no event in effect twice") {
    const scratch folder;
    sillok::memory_store store;
    fill(store, 3000);
    const std::string wanted = replayed(store);
    for (int round = 0; round < 5; ++round) {
        const std::string path = folder / std::to_string(round);
        ::pid_t children[2];
        for (::pid_t& child : children)
            if ((child = ::fork()) == 0) {
                for (;;) {
                    auto db = sqlite_database::open(path);
                    if (!db) ::_exit(2);
                    auto model = sqlite_model<payments>::open(*db);
                    if (!model) ::_exit(3);
                    sillok::shared_model shown(*std::move(model));
                    sillok::projector follow(store, shown, {.batch = 3});
                    auto ended = follow.catch_up();
                    if (ended) ::_exit(0);
                    if (ended.error() != error_kind::condition_failed) ::_exit(4);
                }
            }
        for (const ::pid_t child : children) {
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            CHECK(WIFEXITED(status));
            CHECK(WEXITSTATUS(status) == 0);
        }
        REQUIRE(dump(path) == wanted);
    }
}

TEST_CASE("many readers read what was committed while a projector writes, and one connection serves threads") {
    const scratch folder;
    sillok::memory_store store;
    auto db = sqlite_database::open(folder / "a.db").value();
    sillok::shared_model shown(sqlite_model<payments>::open(db).value());
    sillok::projector follow(store, shown, {.batch = 16});
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&, i] {
            auto mine = sqlite_database::open(folder / "a.db", {.read_only = true});
            auto model = sqlite_model<payments>::open(*mine);
            if (!model) return void(++wrong);
            while (!stop) {
                // Rows and users are of one moment.
                auto same = mine->read([&]() -> sillok::result<bool> {
                    auto rows = model->rows.select().count();
                    auto total = model->users.select().sum(&user_row::payments);
                    if (!rows) return rows.error();
                    if (!total) return total.error();
                    return *rows == static_cast<std::uint64_t>(*total);
                });
                if (!same || !*same) ++wrong;
                if (i == 0 && !shown.read([](const auto& m) { return m.rows.size().has_value(); })) ++wrong;
            }
        });
    for (int i = 0; i < 1500; ++i) pay(store, "user" + std::to_string(i % 13), i);
    REQUIRE(follow.catch_up());
    stop = true;
    readers.clear();
    CHECK(wrong == 0);
}
