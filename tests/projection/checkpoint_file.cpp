#include "sillok/projection/checkpoint_file.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "projection/archive_model.hpp"
#include "projection/ledger_events.hpp"
#include "sillok/projection/model_folder.hpp"
#include "sillok/projection/projector.hpp"
#include "sillok/projection/together.hpp"
#include "sillok/store/memory_store.hpp"
#include "sillok/store/retention.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "store/file_recovery.hpp"

namespace {

using namespace ledgers;
using recovery_tests::scratch;
using sillok::checkpoint_file;
using sillok::error_kind;
using sillok::position;

// Letters that were sent; the office knows them by the ids of the events.
struct office {
    std::vector<std::string> sent{};
    std::vector<std::string> acts{};
    bool is_closed = false;
};
struct letters {
    static constexpr sillok::name name = "letters";
    using events = sillok::select<ledger_events, paid>;
    static constexpr bool at_least_once = true;
    office* to = nullptr;
    void on(const paid&, const sillok::metadata& m) { to->sent.push_back(std::to_string(m.position().value)); }
    sillok::result<void> sync() const {
        if (to->is_closed) return sillok::error(error_kind::io, "the office is closed");
        to->acts.push_back("synced at " + std::to_string(to->sent.size()));
        return {};
    }
};
struct other_letters : letters {
    static constexpr sillok::name name = "other_letters";
};
struct letters_later : letters {
    static constexpr std::uint32_t version = 2;
};
static_assert(sillok::model_keeper<checkpoint_file, letters>);

template <class Model = letters>
sillok::result<position> send(const sillok::store_ref& store, checkpoint_file& kept, office& to,
                              const sillok::projector_options& options = {}) {
    Model model;
    model.to = &to;
    sillok::shared_model<Model> shown(model);
    return sillok::projector<Model>(store, shown, kept, options).catch_up();
}
std::string content(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
void write(const std::string& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

position position_in(checkpoint_file& kept, const sillok::store_ref& store) {
    sillok::shared_model<letters> any;
    return kept.load<letters>(store, any).value();
}

}  // namespace

TEST_CASE("a projection of which only the position is kept goes on from there, and does nothing again") {
    const scratch place;
    sillok::memory_store store;
    office to;
    for (int restart = 1; restart <= 4; ++restart) {
        auto kept = checkpoint_file::open(place / "letters.checkpoint", {.must_exist = restart > 1}).value();
        for (int i = 0; i < 3; ++i) pay(store, "ada", 1);
        CHECK(send(store, kept, to).value() == position{static_cast<std::uint64_t>(3 * restart)});
        CHECK(to.sent.size() == static_cast<std::size_t>(3 * restart));
    }
    CHECK(to.sent.back() == "12");
}

TEST_CASE("the position is kept as often as is said, behind what the model has made durable") {
    const scratch place;
    sillok::memory_store store;
    for (int i = 0; i < 10; ++i) pay(store, "ada", 1);
    office to;
    auto kept = checkpoint_file::open(place / "c").value();
    const auto kept_at = [&] { return position_in(kept, store); };
    sillok::shared_model<letters> shown(letters{&to});
    sillok::projector<letters> follow(store, shown, kept, {.batch = 2, .keep_every = 4});
    REQUIRE(follow.step());
    CHECK(kept_at() == position{0});
    REQUIRE(follow.step());
    CHECK(kept_at() == position{4});
    to.is_closed = true;
    REQUIRE(follow.step());
    const auto ended = follow.step();
    REQUIRE(!ended);
    CHECK(ended.error().text() == "projection letters: " + place / "c" + ": the office is closed");
    CHECK(kept_at() == position{4});
    to.is_closed = false;
    REQUIRE(follow.catch_up());
    CHECK(kept_at() == position{10});
    CHECK(to.acts == std::vector<std::string>{"synced at 4", "synced at 10"});
    CHECK(to.sent.size() == 10);
}

TEST_CASE("who begins behind what the model has had hands over only what it lacks") {
    const scratch place;
    sillok::memory_store store;
    for (int i = 0; i < 50; ++i) pay(store, i % 2 == 0 ? "ada" : "bob", i);
    const auto bring = [&](std::uint64_t steps, const sillok::projector_options& options) {
        auto kept = checkpoint_file::open(place / "archive.checkpoint").value();
        sillok::shared_model<archive> shown(archive::open(place.path, writing::at_once).value());
        sillok::projector<archive> follow(store, shown, kept, options);
        for (std::uint64_t i = 0; i < steps; ++i) REQUIRE(follow.step());  // and then it is gone, as in a crash
        if (steps == 0) REQUIRE(follow.catch_up());
        return follow.health()->repeated;
    };
    CHECK(bring(5, {.batch = 4, .keep_every = 8}) == 0);    // at 20, kept at 16
    CHECK(bring(2, {.batch = 4, .keep_every = 100}) == 4);  // at 24
    CHECK(bring(0, {}) == 8);
    CHECK(bring(0, {}) == 0);
    const std::string once = content(place / "archive");
    CHECK(once.size() == 50 * archive::entry_bytes);
    const scratch elsewhere;
    sillok::shared_model<archive> fresh(archive::open(elsewhere.path, writing::at_once).value());
    REQUIRE(sillok::projector<archive>(store, fresh).catch_up());
    CHECK(once == content(elsewhere / "archive"));
}

TEST_CASE("an event that was put aside is behind the position that is kept") {
    const scratch place;
    sillok::memory_store store;
    pay(store, "ada", 1);
    struct refusing : letters {
        sillok::result<void> on(const paid&) { return sillok::error(error_kind::invalid_argument, "no"); }
    };
    int aside = 0;
    for (int restart = 0; restart < 2; ++restart) {
        auto kept = checkpoint_file::open(place / "c").value();
        office to;
        REQUIRE(send<refusing>(store, kept, to,
                               {.on_failure = sillok::on_failure::put_aside(
                                    [&](const sillok::dead_letter&) { return ++aside, sillok::result<void>(); })}));
    }
    CHECK(aside == 1);
}

TEST_CASE("a checkpoint is written by one at a time, and who comes second is told who has it") {
    const scratch place;
    {
        auto mine = checkpoint_file::open(place / "c").value();
        const auto again = checkpoint_file::open(place / "c");
        REQUIRE(!again);
        CHECK(again.error() == error_kind::locked);
        CHECK(again.error().text().find(place / "c" +
                                        ": this process has the checkpoint open for writing already: pid " +
                                        std::to_string(::getpid())) == 0);
        const ::pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            const auto other = checkpoint_file::open(place / "c");
            const std::string wanted =
                place / "c" + ": another writer has the checkpoint: pid " + std::to_string(::getppid());
            sillok::memory_store store;
            sillok::shared_model<letters> any;
            const bool is_refused =
                !other && other.error() == error_kind::locked && other.error().text().find(wanted) == 0;
            const bool is_foreign = mine.load(store, any).error() == error_kind::closed &&
                                    mine.save(store, letters{}, {}).error() == error_kind::closed;
            ::_exit(is_refused && is_foreign ? 0 : 1);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
        CHECK(checkpoint_file::open(place / "d").has_value());
    }
    CHECK(checkpoint_file::open(place / "c").has_value());
}

TEST_CASE("a checkpoint of another projection, of another version of it or of another log is refused") {
    const scratch place;
    sillok::memory_store store;
    pay(store, "ada", 1);
    pay(store, "ada", 2);
    office to;
    auto kept = checkpoint_file::open(place / "c").value();
    REQUIRE(send(store, kept, to));
    const auto refused = [&](const sillok::result<position>& done, const std::string& why) {
        REQUIRE(!done);
        CHECK(done.error() == error_kind::condition_failed);
        CHECK(done.error().text().find(": " + place / "c" + ": " + why) != std::string::npos);
    };
    refused(send<other_letters>(store, kept, to), "is the checkpoint of projection letters, not of other_letters;");
    refused(send<letters_later>(store, kept, to), "is the checkpoint of version 1 of letters, and this is version 2;");
    sillok::memory_store other;
    pay(other, "ada", 1);
    pay(other, "ada", 2);
    refused(send(other, kept, to),
            "is the checkpoint of another log, or of events that were lost: the event at "
            "position 2 is another one.");
    sillok::memory_store shorter;
    const auto ahead = send(shorter, kept, to);
    CHECK(ahead.error() == error_kind::condition_failed);
    CHECK(ahead.error().text().find("the model is at position 2, and the log ends at 0") != std::string::npos);
    CHECK(to.sent.size() == 2);
}

TEST_CASE("a checkpoint whose event is not kept any more is believed") {
    const scratch place;
    sillok::memory_store store;
    pay(store, "bob", 1);
    pay(store, "ada", 1);
    office to;
    for (int restart = 0; restart < 3; ++restart) {
        auto kept = checkpoint_file::open(place / "c").value();
        REQUIRE(send(store, kept, to));
        REQUIRE(to.sent.size() == static_cast<std::size_t>(2 + restart));
        if (restart == 0) REQUIRE(sillok::delete_stream(store, {"ledger", "ada"}));
        pay(store, "bob", 1);
    }
}

TEST_CASE("a file that is not what was written, wherever it changed, is an error and never a position") {
    const scratch place;
    sillok::memory_store store;
    pay(store, "ada", 5);
    office to;
    const std::string file = place / "c";
    {
        auto kept = checkpoint_file::open(file).value();
        REQUIRE(send(store, kept, to));
    }
    const std::string whole = content(file);
    REQUIRE(whole.size() == 64 + 7);
    const auto kind_of = [&](const std::string& bytes) {
        write(file, bytes);
        const auto opened = checkpoint_file::open(file);
        REQUIRE(!opened);
        CHECK(opened.error().text().find(file + ": ") == 0);
        return opened.error().kind();
    };
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int bit : {0, 3, 7}) {
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            CHECK(kind_of(changed) == (at < 8 ? error_kind::unsupported_format : error_kind::damaged));
        }
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(kind_of(whole.substr(0, size)) == error_kind::damaged);
    CHECK(kind_of(whole + '\0') == error_kind::damaged);
    CHECK(kind_of(whole + std::string(200'000, 'x')) == error_kind::damaged);

    // It may also change while it is open.
    write(file, whole);
    auto kept = checkpoint_file::open(file).value();
    write(file, whole.substr(0, 40));
    CHECK(send(store, kept, to).error() == error_kind::damaged);
    write(file, whole);
    CHECK(send(store, kept, to).value() == position{1});
    CHECK(to.sent.size() == 1);

    // A kept model is no checkpoint.
    {
        auto folder = sillok::model_folder::open(place.path).value();
        sillok::shared_model<balances> shown;
        REQUIRE(sillok::projector<balances>(store, shown, folder).catch_up());
    }
    CHECK(checkpoint_file::open(place / "balances.model").error() == error_kind::unsupported_format);
}

TEST_CASE("a checkpoint of a newer format is not read, and not written over") {
    const scratch place;
    sillok::byte_buffer bytes;
    sillok::detail::kept_model{1, {3}, {}, "letters", {}}.encode("SILLOKCP", bytes);
    sillok::store_le(bytes.data() + 12, std::uint16_t{2});
    sillok::store_le(bytes.data() + 8, sillok::crc32c(bytes.view().subspan(12)));
    write(place / "c", std::string(sillok::as_text(bytes.view())));
    const auto opened = checkpoint_file::open(place / "c");
    REQUIRE(!opened);
    CHECK(opened.error() == error_kind::unsupported_format);
    CHECK(opened.error().text() == place / "c" + ": has format 2, and this program knows 1");
}

TEST_CASE("a checkpoint that must be there and is not is an error, and so is a path that is none") {
    const scratch place;
    CHECK(checkpoint_file::open(place / "c", {.must_exist = true}).error() == error_kind::no_such_store);
    CHECK(checkpoint_file::open(place.path + "/").error() == error_kind::invalid_argument);
    CHECK(checkpoint_file::open("").error() == error_kind::invalid_argument);
    CHECK(checkpoint_file::open("/nowhere/there/c").error().text().find("/nowhere/there/c: ") == 0);
    std::filesystem::create_directory(place / "folder");
    CHECK(checkpoint_file::open(place / "folder").error() == error_kind::io);
}

TEST_CASE("where a position cannot be kept its projector says so, and keeps it when it can") {
    sillok::testing::faulty_device disk;
    sillok::memory_store store;
    pay(store, "ada", 5);
    office to;
    auto kept = checkpoint_file::open("places/c", {.device = disk}).value();
    sillok::shared_model<letters> shown(letters{&to});
    sillok::projector<letters> follow(store, shown, kept);
    disk.leave_space(0);
    const auto ended = follow.catch_up();
    CHECK(ended.error() == error_kind::no_space);
    CHECK(ended.error().text().find("projection letters: places/c: c.new: ") == 0);
    disk.heal();
    CHECK(follow.catch_up().value() == position{1});
    sillok::shared_model<letters> any;
    CHECK(kept.load<letters>(store, any).value() == position{1});
    CHECK(to.sent.size() == 1);
}

TEST_CASE("a rebuild keeps the position that it came to") {
    const scratch place;
    const scratch beside;
    sillok::memory_store store;
    for (int i = 0; i < 9; ++i) pay(store, "ada", i);
    auto kept = checkpoint_file::open(place / "c").value();
    sillok::shared_model<archive> shown(archive::open(place.path, writing::when_synced).value());
    sillok::projector<archive> follow(store, shown, kept, {.batch = 2});
    REQUIRE(follow.step());
    CHECK(follow.rebuild(archive::open(beside.path, writing::when_synced).value()).value() == position{9});
    CHECK(content(beside / "archive").size() == 9 * archive::entry_bytes);
    sillok::shared_model<archive> any(archive::open(beside.path, writing::at_once).value());
    CHECK(kept.load<archive>(store, any).value() == position{9});
}

TEST_CASE(
    "a projection that is live keeps its position as soon as nothing more comes, and with a batch of one after each event") {
    const scratch place;
    sillok::memory_store store;
    office to;
    auto kept = checkpoint_file::open(place / "c").value();
    const auto kept_at = [&] { return position_in(kept, store); };
    {
        sillok::shared_model<letters> shown(letters{&to});
        sillok::projector<letters> follow(store, shown, kept);
        std::jthread live([&](const std::stop_token& stop) { CHECK(follow.run(stop)); });
        for (std::uint64_t i = 1; i <= 3; ++i) {
            pay(store, "ada", 1);
            for (int patience = 0; kept_at() != position{i} && patience < 10'000; ++patience) ::usleep(1'000);
            REQUIRE(kept_at() == position{i});
        }
    }
    CHECK(to.acts.size() == 3);  // and not again where nothing had come
    for (int i = 0; i < 5; ++i) pay(store, "ada", 1);
    sillok::shared_model<letters> shown(letters{&to});
    sillok::projector<letters> follow(store, shown, kept, {.batch = 1, .keep_every = 1});
    for (std::uint64_t i = 4; i <= 8; ++i) {
        REQUIRE(follow.step());
        CHECK(kept_at() == position{i});
    }
    CHECK(to.sent.size() == 8);
}

TEST_CASE("models that are brought forward together may have one checkpoint where each bears events again") {
    const scratch place;
    sillok::memory_store store;
    for (int i = 0; i < 6; ++i) pay(store, "ada", i);
    office to;
    using both = sillok::together<"both", archive, letters>;
    static_assert(sillok::synced_model<both> && sillok::repeatable_model<both>);
    static_assert(!sillok::repeatable_model<sillok::together<"no", archive, balances>>);
    for (int restart = 0; restart < 3; ++restart) {
        auto kept = checkpoint_file::open(place / "c").value();
        sillok::shared_model<both> shown(both(archive::open(place.path, writing::when_synced).value(), letters{&to}));
        sillok::projector<both> follow(store, shown, kept, {.batch = 2, .keep_every = 4});
        REQUIRE(follow.step());
        REQUIRE(follow.step());  // kept at 4 the first time
        REQUIRE(follow.step());
    }
    CHECK(content(place / "archive").size() == 4 * archive::entry_bytes);  // the others were in memory alone
    CHECK(to.sent.size() == 6 + 2 + 2);
    auto kept = checkpoint_file::open(place / "c").value();
    sillok::shared_model<both> shown(both(archive::open(place.path, writing::when_synced).value(), letters{&to}));
    sillok::projector<both> follow(store, shown, kept);
    REQUIRE(follow.catch_up());
    CHECK(content(place / "archive").size() == 6 * archive::entry_bytes);
}
