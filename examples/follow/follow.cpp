// Two processes and one store: `follow write DIR` records temperatures, `follow read DIR CHECKPOINT` prints each of them once, live,
// and goes on where it was when it is started again. `follow` alone runs both for a moment.
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

#include "sillok/sillok.hpp"

using namespace std::chrono_literals;

struct temperature_measured { double celsius; };

struct sensor_events : sillok::events<sillok::event<"temperature.measured", temperature_measured>> {};

struct measure { double celsius; };

struct sensor {
    static constexpr sillok::name name = "sensor";
    using events   = sensor_events;
    using commands = sillok::commands<measure>;

    void apply(const temperature_measured&) {}
    sillok::decision<temperature_measured> decide(const measure& c) const { return temperature_measured{c.celsius}; }
};

// [write]
int write(const std::string& place, int count) {
    auto opened = sillok::file_store::open(place);
    if (!opened) {
        std::cerr << opened.error() << '\n';  // locked: …: another writer has the store: pid 4711 since …
        return 1;
    }
    sillok::file_store& store = *opened;
    auto sensors = sillok::repository<sensor>(store);
    for (int i = 0; i < count; ++i)
        if (auto done = sensors.execute("roof", measure{20.0 + i % 5}); !done) {
            std::cerr << done.error() << '\n';
            return 1;
        }
    return store.close() ? 0 : 1;
}
// [/write]

// [printer]
struct printer {
    static constexpr sillok::name name = "printer";
    static constexpr bool at_least_once = true;  // a line that is printed twice does no harm
    using events = sensor_events;

    void on(const temperature_measured& e, const sillok::metadata& m) {
        std::cout << m.position().value << ": " << m.key() << " has " << e.celsius << '\n';
    }
    // Before its position is kept.
    sillok::result<void> sync() const {
        if (std::cout.flush()) return {};
        return sillok::error(sillok::error_kind::io, "standard output cannot be written");
    }
};
// [/printer]

// [read]
int read(const std::string& place, const std::string& checkpoint, std::chrono::milliseconds quiet) {
    const auto failed = [](const sillok::error& why) { return std::cerr << why << '\n', 1; };
    auto store = sillok::file_store::open(place, {.read_only = true});
    if (!store) return failed(store.error());  // no_such_store: …, where no writer was yet
    auto kept = sillok::checkpoint_file::open(checkpoint);
    if (!kept) return failed(kept.error());

    sillok::shared_model<printer> to_screen;
    sillok::projector<printer> follow(*store, to_screen, *kept);
    for (;;) {
        auto seen = follow.catch_up();
        if (!seen) return failed(seen.error());
        auto now = store->wait(*seen, sillok::horizon::durable, quiet);
        if (!now) return failed(now.error());
        if (*now <= *seen) return 0;  // nothing came for so long; a service would go on: follow.run(stop)
    }
}
// [/read]

int both() {
    const std::filesystem::path place = std::filesystem::temp_directory_path() / "sillok-example-follow";
    std::filesystem::remove_all(place);
    std::filesystem::create_directories(place);
    const std::string store = (place / "store").string();
    if (write(store, 3) != 0) return 1;
    std::thread writer([&] { write(store, 3); });
    const int done = read(store, (place / "checkpoint").string(), 500ms);
    writer.join();
    const int again = read(store, (place / "checkpoint").string(), 10ms);  // has had all of them
    std::filesystem::remove_all(place);
    return done + again;
}

int main(int count, char** arguments) {
    const std::string what = count > 1 ? arguments[1] : "";
    if (count == 3 && what == "write") return write(arguments[2], 1000);
    if (count == 4 && what == "read") return read(arguments[2], arguments[3], 10s);
    if (count == 1) return both();
    std::cerr << "follow write DIR | follow read DIR CHECKPOINT\n";
    return 2;
}
