// Tests that the stores of earlier years are read, and that what is written today is the same bytes with every compiler.
//
//     sillok_golden                the tests
//     sillok_golden write DIR      writes into an empty directory what this library writes of the golden stores
//     sillok_golden tell DIR       says what the store in a directory of a golden store's name holds
#include <catch2/catch_session.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string_view>

#include "stores.hpp"

namespace {

int write_all(const std::filesystem::path& into) {
    if (!std::filesystem::is_directory(into) || !std::filesystem::is_empty(into)) {
        std::fprintf(stderr, "%s is not an empty directory\n", into.c_str());
        return 2;
    }
    for (const golden::golden_store& each : golden::golden_stores) {
        if (!each.is_of_today) continue;
        const auto path = into / each.name;
        golden::write(each, into);
        golden::put(path.string() + ".txt", golden::told(each, path.string(), true));
    }
    // Only now are the paths in them taken out: the stores do not find their archives any more.
    for (const golden::golden_store& each : golden::golden_stores)
        for (const char* const beside : {"", ".archive"})
            if (const auto path = (into / each.name).string() + beside; std::filesystem::exists(path))
                for (const auto& [name, content] : golden::files_of(path, into.string(), golden::nowhere))
                    golden::put(std::filesystem::path(path) / name, content);
    return 0;
}

int tell(const std::filesystem::path& path) {
    for (const golden::golden_store& each : golden::golden_stores)
        if (path.filename() == each.name) {
            std::fputs(golden::told(each, path.string(), true).c_str(), stdout);
            return 0;
        }
    std::fprintf(stderr, "%s is not called as a golden store\n", path.c_str());
    return 2;
}

}  // namespace

int main(int count, char** words) {
    const std::string_view verb = count == 3 ? words[1] : "";
    if (verb == "write" || verb == "tell") try {
            const auto path = std::filesystem::absolute(words[2]);
            return verb == "write" ? write_all(path) : tell(path);
        } catch (const std::exception& failed) {
            std::fprintf(stderr, "%s\n", failed.what());
            return 1;
        }
    return Catch::Session().run(count, words);
}
