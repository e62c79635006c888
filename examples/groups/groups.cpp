// Several processes share the work on one log: `groups write DIR COUNT` records sales, and each `groups count DIR` takes some of the
// partitions and adds up what was sold, until all of it is. `groups` alone does both in one process for a moment.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "sillok/projection/consumer.hpp"
#include "sillok/projection/group/file_group_store.hpp"
#include "sillok/projection/group/memory_group_store.hpp"
#include "sillok/sillok.hpp"

using namespace std::chrono_literals;

struct item_sold { std::int64_t amount; };

struct shop_events : sillok::events<sillok::event<"item.sold", item_sold>> {};

struct sell { std::int64_t amount; };

struct shop {
    static constexpr sillok::name name = "shop";
    using events   = shop_events;
    using commands = sillok::commands<sell>;

    void apply(const item_sold&) {}
    sillok::decision<item_sold> decide(const sell& c) const { return item_sold{c.amount}; }
};

// [storage]
// One row for each partition, as a table of a database would have it. What is one transaction there, is one lock here.
struct row {
    std::uint64_t token    = 0;  // the greatest by which somebody wrote
    std::uint64_t position = 0;  // of the last event that was added
    std::int64_t  sum      = 0;
};

class sums {
public:
    explicit sums(const std::string& place) : file_(::open((place + "/sums").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {}
    sums(const sums&) = delete;
    ~sums() { ::close(file_); }

    bool add(const sillok::fence& by, sillok::position at, std::int64_t amount) {
        ::flock(file_, LOCK_EX);
        row now = read(by.partition);
        const bool may_write = by.token != 0 && by.token >= now.token;  // else another one has the partition by now
        if (may_write && at.value > now.position)                       // else this one is in the sum already
            write(by.partition, {by.token, at.value, now.sum + amount});
        ::flock(file_, LOCK_UN);
        return may_write;
    }
    // [/storage]
    std::int64_t total(std::uint32_t partitions) const {
        std::int64_t all = 0;
        for (std::uint32_t i = 0; i < partitions; ++i) all += read(i).sum;
        return all;
    }

private:
    row read(std::uint32_t partition) const {
        row now;
        if (::pread(file_, &now, sizeof now, offset(partition)) < 0) std::abort();
        return now;
    }
    void write(std::uint32_t partition, const row& now) {
        if (::pwrite(file_, &now, sizeof now, offset(partition)) < 0) std::abort();
    }
    static ::off_t offset(std::uint32_t partition) { return static_cast<::off_t>(partition * sizeof(row)); }

    int file_;
};

// [handler]
struct revenue {
    using events = shop_events;
    sillok::fence fence;  // before each event the consumer puts here by what right it is handled
    sums& storage;

    sillok::result<void> on(const item_sold& e, const sillok::metadata& m) {
        if (storage.add(fence, m.position(), e.amount)) return {};
        return sillok::error(sillok::error_kind::fenced, "another process has this partition by now");
    }
};
// [/handler]

int write(const std::string& place, int count) {
    auto store = sillok::file_store::open(place + "/shop").value();
    auto shops = sillok::repository<shop>(store);
    for (int i = 0; i < count; ++i)
        if (auto done = shops.execute("shop " + std::to_string(i % 23), sell{i + 1}); !done) {
            std::cerr << done.error() << '\n';
            return 1;
        }
    return store.close() ? 0 : 1;
}

constexpr std::uint32_t partitions = 8;

// [count]
int count(const std::string& place, const std::stop_token& stop) {
    auto store = sillok::file_store::open(place + "/shop", {.read_only = true});
    if (!store) return std::cerr << store.error() << '\n', 1;
    auto group = sillok::file_group_store::open(place + "/groups", "revenue", {.partitions = partitions, .log = store->id()});
    if (!group) return std::cerr << group.error() << '\n', 1;

    sums storage(place);
    revenue handler{.fence = {}, .storage = storage};
    sillok::consumer one(*store, *group, handler, {.lease = 2s, .name = "counter"});
    for (;;) {
        auto end = one.run(stop);
        if (end) return 0;  // it was told to stop, and has left
        if (end.error() == sillok::error_kind::fenced) continue;  // the storage refused: begin again with what is ours
        return std::cerr << end.error() << '\n', 1;
    }
}
// [/count]

// [threads]
std::int64_t count_in_threads(sillok::store_ref store, const std::string& place, int members, std::int64_t until) {
    sillok::memory_group_store group({.partitions = partitions});
    std::vector<std::jthread> threads;
    threads.reserve(static_cast<std::size_t>(members));
    for (int i = 0; i < members; ++i)
        threads.emplace_back([&](const std::stop_token& stop) {
            sums storage(place);
            revenue handler{.fence = {}, .storage = storage};
            sillok::consumer one(store, group, handler, {.lease = 300ms});
            if (auto end = one.run(stop); !end) std::cerr << end.error() << '\n';
        });
    const sums seen(place);
    while (seen.total(partitions) < until) std::this_thread::sleep_for(5ms);
    return seen.total(partitions);
}  // each thread is told to stop, and joined
// [/threads]

int main(int argc, char** argv) {
    const std::string verb = argc > 2 ? argv[1] : "";
    if (verb == "write") return write(argv[2], argc > 3 ? std::atoi(argv[3]) : 1000);
    if (verb == "total") return std::cout << sums(argv[2]).total(partitions) << '\n', 0;
    if (verb == "count") {
        const std::int64_t until = argc > 3 ? std::atoll(argv[3]) : 0;
        sums seen(argv[2]);
        std::stop_source stop;
        std::jthread watch([&](const std::stop_token& over) {
            while (!over.stop_requested() && seen.total(partitions) < until) std::this_thread::sleep_for(10ms);
            stop.request_stop();
        });
        return count(argv[2], stop.get_token());
    }
    const auto place = std::filesystem::temp_directory_path() / ("sillok-groups-" + std::to_string(::getpid()));
    std::filesystem::create_directory(place);
    int code = write(place.string(), 200);
    {
        auto store = sillok::file_store::open((place / "shop").string()).value();
        std::cout << "sold for " << count_in_threads(store, place.string(), 3, 20'100) << '\n';
    }
    std::filesystem::remove_all(place);
    return code;
}
