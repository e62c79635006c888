#pragma once
// The golden stores: how each was written, what is expected of it, and how a test gets a copy.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include <stdlib.h>

#include "before_layouts.hpp"
#include "first.hpp"
#include "given_entropy.hpp"
#include "kept.hpp"
#include "second.hpp"
#include "third.hpp"
#include "told.hpp"

namespace golden {

struct golden_store {
    const char* name;
    const char* onto;  // the store that its writer went on with; none: it began with nothing
    std::uint64_t seed;
    void (*write)(const std::string& path);
    std::string (*tell)(sillok::file_store& store);
    bool is_of_today;  // this library writes it again, byte for byte
};

inline constexpr golden_store golden_stores[] = {
    {"before-layouts", "", 1, &before_layouts::write, &orders_of, false},
    {"first", "", 2, &first::write, &orders_of, true},
    {"second", "first", 3, &second::write, &orders_of, true},
    {"third", "second", 4, &third::write, &orders_of, true},
    {"kept", "", 5, &kept::write, &accounts_of, true},
};

// Segments that were archived are in the directory beside the store, and paths in both begin with this in place of where they were.
inline constexpr std::string_view nowhere = "/golden";

inline std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("cannot be read: " + file.string());
    return {std::istreambuf_iterator<char>(in), {}};
}
inline void put(const std::filesystem::path& file, std::string_view content) {
    std::ofstream out(file, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!out.flush()) throw std::runtime_error("cannot be written: " + file.string());
}

// The files of a directory by name, `from` replaced by `to` in those that say where something is.
inline std::map<std::string, std::string> files_of(const std::filesystem::path& in, std::string_view from,
                                                   std::string_view to) {
    std::map<std::string, std::string> files;
    for (const auto& each : std::filesystem::directory_iterator(in)) {
        const std::string name = each.path().filename().string();
        std::string content = content_of(each.path());
        if (const auto at = content.find(from); (name == "archived" || name == "archive") && at != content.npos)
            content.replace(at, from.size(), to);
        files[name] = content;
    }
    return files;
}

// Copies a store, and its archive if it has one.
inline void copy(const std::filesystem::path& from, std::string_view parent, const std::filesystem::path& to,
                 std::string_view new_parent) {
    for (const char* const beside : {"", ".archive"}) {
        if (!std::filesystem::exists(from.string() + beside)) continue;
        std::filesystem::create_directory(to.string() + beside);
        for (const auto& [name, content] : files_of(from.string() + beside, parent, new_parent))
            put(to.string() + beside + '/' + name, content);
    }
}

// What a store in a directory says, `is_archive`: what was moved from it, read by itself.
inline std::string told(const golden_store& store, const std::string& path, bool read_only) {
    std::string out = health_of(path);
    auto opened = sillok::file_store::open(path, {.must_exist = true, .read_only = read_only}).value();
    out += store.tell(opened);
    opened.close().value();
    const std::string archive = path + ".archive";
    if (!std::filesystem::exists(archive)) return out;
    auto moved = sillok::file_store::open(archive, {.read_only = true}).value();
    return out + "archive: " + health_of(archive) + opening_of(moved) + events_of<account_telling>(moved);
}

// Writes a store again. Requires: its base is beside it.
inline void write(const golden_store& store, const std::filesystem::path& into) {
    const std::filesystem::path path = into / store.name;
    if (store.onto[0] != '\0') copy(into / store.onto, "", path, "");
    give_entropy(store.seed);
    store.write(path.string());
}

// A directory that goes with the test.
struct scratch {
    std::filesystem::path path;
    scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "sillok-golden-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot be made: " + name);
        path = name;
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() { std::filesystem::remove_all(path); }
};

// A copy of a golden store, which a test may do with as it likes.
struct copied {
    scratch in;
    std::string path;
    explicit copied(const golden_store& store) : path((in.path / store.name).string()) {
        copy(std::filesystem::path(GOLDEN_STORES) / store.name, nowhere, path, in.path.string());
    }
};

// The first line in which two texts differ, empty where they do not.
inline std::string difference(std::string_view is, std::string_view was) {
    for (int line = 1; is != was; ++line) {
        const auto end = [](std::string_view text) { return (std::min)(text.find('\n'), text.size()); };
        const std::string_view one = is.substr(0, end(is));
        const std::string_view other = was.substr(0, end(was));
        if (one != other || is.empty() || was.empty())
            return "line " + std::to_string(line) + " is\n" + std::string(one) + "\nand was\n" + std::string(other);
        is.remove_prefix((std::min)(one.size() + 1, is.size()));
        was.remove_prefix((std::min)(other.size() + 1, was.size()));
    }
    return {};
}

}  // namespace golden
