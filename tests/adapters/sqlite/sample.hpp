#pragma once
// Rows of all types, a database in a directory that goes with the test, and SQLite without the adapter.

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>
#include <stdlib.h>

#include "sillok/adapters/sqlite.hpp"

namespace sqlite_tests {

struct scratch {
    std::string path;
    scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "sillok-sqlite-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() { std::filesystem::remove_all(path); }
    std::string operator/(std::string_view name) const { return path + '/' + std::string(name); }
};

// Another connection, as any other program has one.
class plain_sqlite {
public:
    explicit plain_sqlite(const std::string& path) {
        REQUIRE(::sqlite3_open(path.c_str(), &db_) == SQLITE_OK);
        ::sqlite3_busy_timeout(db_, 5000);
    }
    plain_sqlite(const plain_sqlite&) = delete;
    plain_sqlite& operator=(const plain_sqlite&) = delete;
    ~plain_sqlite() { ::sqlite3_close(db_); }
    void run(const std::string& sql) {
        const int code = ::sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
        INFO(sql << ": " << ::sqlite3_errmsg(db_));
        REQUIRE(code == SQLITE_OK);
    }
    // All rows, a line each.
    std::string told(const std::string& sql) {
        std::string text;
        const auto add = [](void* to, int count, char** values, char**) {
            auto& all = *static_cast<std::string*>(to);
            for (int i = 0; i < count; ++i)
                (all += values[i] != nullptr ? values[i] : "NULL") += i + 1 < count ? '|' : '\n';
            return 0;
        };
        const int code = ::sqlite3_exec(db_, sql.c_str(), add, &text, nullptr);
        INFO(sql << ": " << ::sqlite3_errmsg(db_));
        REQUIRE(code == SQLITE_OK);
        return text;
    }

private:
    ::sqlite3* db_ = nullptr;
};

enum class state : std::uint8_t { open = 1, paid = 2, lost = 255 };

struct wide_row {
    std::uint64_t id = 0;
    std::string user{};
    std::int64_t amount = 0;
    std::int8_t small = 0;
    std::uint32_t count = 0;
    bool good = false;
    state is = state::open;
    double ratio = 0;
    float part = 0;
    std::vector<std::byte> seal{};
    sillok::uuid ref{};
    sillok::timestamp at{};
    std::optional<std::string> note{};
    std::optional<double> rate{};
    std::optional<std::uint64_t> other{};
};

// Equal where a NaN is equal to a NaN.
inline bool equal(double a, double b) { return a == b || (a != a && b != b); }
inline bool operator==(const wide_row& a, const wide_row& b) {
    return a.id == b.id && a.user == b.user && a.amount == b.amount && a.small == b.small && a.count == b.count &&
           a.good == b.good && a.is == b.is && equal(a.ratio, b.ratio) && equal(double{a.part}, double{b.part}) &&
           a.seal == b.seal && a.ref == b.ref && a.at == b.at && a.note == b.note && a.rate == b.rate &&
           a.other == b.other;
}

using wide_table =
    sillok::sqlite_table<wide_row, sillok::unique<&wide_row::id>, sillok::ordered<&wide_row::user, &wide_row::at>,
                         sillok::ordered<&wide_row::other>>;

template <class T>
T any_of(std::mt19937_64& random, std::initializer_list<T> special) {
    const auto which = random() % (special.size() * 2);
    if (which < special.size()) return special.begin()[which];
    return static_cast<T>(random());
}

// Few users and small numbers, so that rows meet, and the ends of each type.
inline wide_row random_row(std::mt19937_64& random, std::uint64_t id) {
    constexpr auto i64 = std::numeric_limits<std::int64_t>();
    constexpr auto u64 = std::numeric_limits<std::uint64_t>();
    constexpr double inf = std::numeric_limits<double>::infinity();
    wide_row row;
    row.id = id;
    row.user = std::vector<std::string>{
        "ada", "bob", "", std::string("a\0b", 3), "'; DROP TABLE t; --", "\xFF\xC3"}[random() % 6];
    row.amount = any_of<std::int64_t>(random, {0, 1, -1, (i64.min)(), (i64.max)()});
    row.small = static_cast<std::int8_t>(random());
    row.count = static_cast<std::uint32_t>(random());
    row.good = random() % 2 == 0;
    row.is = std::vector<state>{state::open, state::paid, state::lost}[random() % 3];
    const double doubles[] = {0.1, -1e308, inf, -inf, std::nan(""), 1e-320, 3};
    row.ratio = doubles[random() % 7];
    row.part = static_cast<float>(random() % 1000) / 3;
    for (std::size_t i = random() % 5; i > 0; --i) row.seal.push_back(static_cast<std::byte>(random()));
    for (auto& octet : row.ref.octets) octet = static_cast<std::uint8_t>(random());
    row.at = sillok::timestamp{static_cast<std::int64_t>(random() % 20) - 10};
    if (random() % 2 == 0) row.note = random() % 2 == 0 ? "" : "note";
    if (random() % 2 == 0) row.rate = static_cast<double>(random() % 5);
    if (random() % 3 != 0)
        row.other = any_of<std::uint64_t>(random, {0, 1, u64.max(), u64.max() / 2, u64.max() / 2 + 1});
    return row;
}

}  // namespace sqlite_tests
