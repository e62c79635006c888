#include "sillok/projection/model_folder.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unordered_map>

#include <catch2/catch_test_macros.hpp>

#include "projection/ledger_events.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "store/file_recovery.hpp"

namespace {

using namespace ledgers;
using sillok::model_folder;
using sillok::position;

// The same name and fields, and another meaning.
struct balances_of_later {
    static constexpr sillok::name name = "balances";
    using events = sillok::select<ledger_events, paid>;
    std::map<std::string, std::int64_t> by_account{};
    static constexpr std::uint32_t snapshot_version = 2;
    void on(const paid& e, const sillok::metadata& m) { by_account[std::string(m.key())] += 2 * e.amount; }
};

// Keeps something else than it is.
struct unordered_balances {
    static constexpr sillok::name name = "unordered";
    using events = sillok::select<ledger_events, paid>;
    struct snapshot {
        std::map<std::string, std::int64_t> by_account{};
    };
    std::unordered_map<std::string, std::int64_t> by_account{};
    snapshot kept() const { return {{by_account.begin(), by_account.end()}}; }
    static unordered_balances restored(const snapshot& from) {
        return {{from.by_account.begin(), from.by_account.end()}};
    }
    void on(const paid& e, const sillok::metadata& m) { by_account[std::string(m.key())] += e.amount; }
};

template <class Model>
std::int64_t ada(const sillok::shared_model<Model>& model) {
    return model.read([](const Model& m) { return m.by_account.at("ada"); });
}
std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
void write(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("a model that was kept goes on where it was, and reads nothing again") {
    const recovery_tests::scratch place;
    sillok::memory_store store;
    for (int i = 0; i < 10; ++i) pay(store, "ada", 1);
    auto folder = model_folder::open(place.path + "/models").value();
    for (int restart = 0; restart < 4; ++restart) {
        sillok::shared_model<balances> shown;
        sillok::projector<balances> follow(store, shown, folder);
        const auto first = follow.step();
        REQUIRE(first);
        CHECK(first->taken == (restart == 0 ? 10 : 1));
        REQUIRE(follow.catch_up());
        CHECK(ada(shown) == 10 + restart);
        pay(store, "ada", 1);
    }
    CHECK(folder.counts().loaded == 3);
    CHECK(folder.counts().saved == 4);
    CHECK(folder.counts().stale == 0);
}

TEST_CASE("a model that keeps something else than itself comes back from that") {
    const recovery_tests::scratch place;
    sillok::memory_store store;
    pay(store, "ada", 5);
    pay(store, "bob", 7);
    auto folder = model_folder::open(place.path).value();
    sillok::shared_model<unordered_balances> before;
    REQUIRE(sillok::projector<unordered_balances>(store, before, folder).catch_up());
    sillok::shared_model<unordered_balances> after;
    CHECK(folder.load<unordered_balances>(store, after).value() == position{2});
    CHECK(ada(after) == 5);
}

TEST_CASE("a model of another program, or of another store, is made anew") {
    const recovery_tests::scratch place;
    auto folder = model_folder::open(place.path).value();
    sillok::memory_store store;
    pay(store, "ada", 5);
    sillok::shared_model<balances> shown;
    REQUIRE(sillok::projector<balances>(store, shown, folder).catch_up());

    sillok::shared_model<balances_of_later> later;
    REQUIRE(sillok::projector<balances_of_later>(store, later, folder).catch_up());
    CHECK(ada(later) == 10);
    CHECK(folder.counts().stale == 1);

    sillok::memory_store other;
    pay(other, "ada", 8);
    sillok::shared_model<balances_of_later> of_other;
    REQUIRE(sillok::projector<balances_of_later>(other, of_other, folder).catch_up());
    CHECK(ada(of_other) == 16);
    CHECK(folder.counts().stale == 2);
    sillok::memory_store empty;
    CHECK(folder.load<balances_of_later>(empty, of_other).value() == position{0});
}

TEST_CASE("a file that is not what was written, wherever it changed, is no model") {
    const recovery_tests::scratch place;
    auto folder = model_folder::open(place.path).value();
    sillok::memory_store store;
    pay(store, "ada", 5);
    sillok::shared_model<balances> shown;
    REQUIRE(sillok::projector<balances>(store, shown, folder).catch_up());
    const std::filesystem::path file = std::filesystem::path(place.path) / "balances.model";
    const std::string whole = content(file);
    REQUIRE(whole.size() > 64);
    const auto is_none = [&] {
        sillok::shared_model<balances> into(balances{{{"ghost", 1}}});
        return folder.load<balances>(store, into).value() == position{0} &&
               into.read([](const balances& b) { return b.by_account.count("ghost") == 1; });
    };
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int bit : {0, 3, 7}) {
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            write(file, changed);
            CHECK(is_none());
        }
    for (std::size_t size = 0; size < whole.size(); ++size) {
        write(file, whole.substr(0, size));
        CHECK(is_none());
    }
    write(file, whole + '\0');
    CHECK(is_none());
    CHECK(folder.counts().damaged == 4 * whole.size() + 1);
    write(file, whole);
    CHECK_FALSE(is_none());
}

TEST_CASE("where a model cannot be kept its projector says so, and goes on when it can") {
    sillok::testing::faulty_device disk;
    REQUIRE(disk.make_directory("models").ok());
    auto folder = model_folder::open("models", disk).value();
    sillok::memory_store store;
    pay(store, "ada", 5);
    sillok::shared_model<balances> shown;
    sillok::projector<balances> follow(store, shown, folder);
    disk.leave_space(0);
    const auto ended = follow.catch_up();
    CHECK(ended.error() == sillok::error_kind::no_space);
    CHECK(ended.error().text().find("projection balances: models: balances.model") == 0);
    disk.heal();
    CHECK(follow.catch_up().value() == position{1});
    CHECK(folder.counts().saved == 1);
    CHECK(ada(shown) == 5);
}

TEST_CASE("a folder that cannot be is an error that says where") {
    CHECK(model_folder::open("/nowhere/models").error().text().find("/nowhere/models") == 0);
}
