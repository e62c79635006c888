#pragma once
// Writes a schema lock to where it is committed. What cmake/sillokSchemaLock.cmake builds and runs is a program of one call:
//
//     return sillok::run_schema_lock<bank_events>("schema/bank.lock", "bank_schema_lock");

#include <unistd.h>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/schema_lock_text.hpp"

namespace sillok {

// What writing a lock came to.
struct schema_lock_report {
    std::size_t versions = 0;  // in the lock
    std::size_t added = 0;
    std::size_t updated = 0;  // with enumerators that are new
    bool is_written = false;  // false where the file was as it must be, and was not touched
};

}  // namespace sillok

namespace sillok::detail {

inline error file_error(const std::string& path, std::string_view what) {
    const int why = errno;
    return error(error_kind::io, path + ": " + std::string(what) + ": " + std::strerror(why));
}

// A file's text; nothing where there is none.
inline result<std::string> read_lock_file(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "rbe");
    if (file == nullptr) {
        if (errno == ENOENT) return std::string();
        return file_error(path, "it cannot be opened");
    }
    std::string text;
    char piece[16384];
    for (std::size_t size = 0; (size = std::fread(piece, 1, sizeof piece, file)) != 0;) text.append(piece, size);
    const bool is_whole = std::ferror(file) == 0;
    error why = is_whole ? error(error_kind::io, {}) : file_error(path, "it cannot be read");
    std::fclose(file);
    if (!is_whole) return why;
    return text;
}

// Puts a file in the place of another at once: whoever reads sees the old one or the new one, whole.
inline result<void> replace_lock_file(std::string path, std::string_view text) {
    // A link stays a link.
    if (char* real = ::realpath(path.c_str(), nullptr); real != nullptr) {
        path = real;
        std::free(real);
    }
    const std::string beside = path + ".new-" + std::to_string(::getpid());
    std::FILE* file = std::fopen(beside.c_str(), "wbe");
    if (file == nullptr) return file_error(beside, "it cannot be written");
    const bool is_written = std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0 &&
                            ::fsync(::fileno(file)) == 0;
    error why = is_written ? error(error_kind::io, {}) : file_error(beside, "it cannot be written");
    std::fclose(file);
    if (is_written) {
        if (std::rename(beside.c_str(), path.c_str()) == 0) return {};
        why = file_error(path, "it cannot be replaced");
    }
    std::remove(beside.c_str());
    return why;
}

inline result<schema_lock_report> write_lock(const std::string& path, const catalogue_layouts& now,
                                             std::string_view target) {
    result<std::string> old = read_lock_file(path);
    if (!old) return std::move(old.error());
    result<schema_lock> parsed = parse_schema_lock(*old);
    if (!parsed) return std::move(parsed.error()).within(path);
    result<schema_lock> merged = merge_schema_lock(std::move(*parsed), now);
    if (!merged) return std::move(merged.error()).within(path);
    schema_lock_report report{merged->versions.size(), merged->added, merged->updated};
    if (!old->empty() && report.added == 0 && report.updated == 0) return report;
    if (result<void> written = replace_lock_file(path, lock_text(*merged, target)); !written)
        return std::move(written.error());
    report.is_written = true;
    return report;
}

inline int tell(const std::string& path, const result<schema_lock_report>& done) {
    if (!done) {
        std::fprintf(stderr, "error: %s\n", done.error().text().c_str());
        return 1;
    }
    std::printf("%s: versions %zu, new %zu, changed as it may %zu%s\n", path.c_str(), done->versions, done->added,
                done->updated, done->is_written ? "" : "; it stays as it is");
    return 0;
}

}  // namespace sillok::detail

namespace sillok {

// Writes the lock of a catalogue, or adds what is new to the one that is there. The directory must exist.
//
// Ensures:     a file that says everything already is not touched; one that is replaced is replaced as a whole
// Errors:      condition_failed where a locked version changed or is gone, malformed where the file is no lock; nothing is written
//              then. io.
// Threads:     writers of one file replace each other's; the last one stays.
template <catalogue Catalogue>
result<schema_lock_report> write_schema_lock(const std::string& path, std::string_view target = {}) {
    return detail::write_lock(path, layouts_of<Catalogue>(), target);
}

// The same as a program: says what was done, and gives what main returns.
template <catalogue Catalogue>
int run_schema_lock(const std::string& path, std::string_view target = {}) {
    return detail::tell(path, write_schema_lock<Catalogue>(path, target));
}

}  // namespace sillok
