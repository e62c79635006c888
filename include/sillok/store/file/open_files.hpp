#pragma once
// The files that a store reads from: opened when they are needed, and closed again when too many others are.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/block_cache.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok::detail {

class known_file;

// How many of a store's files are open at once. The limit is a wish: who reads keeps a file open for as long.
//
// Threads: any number at once
class open_files {
public:
    open_files(const directory& within, std::size_t limit, std::size_t cached_bytes = 0) noexcept
        : own_(within.device()), within_(&within), limit_(limit), cache_(cached_bytes) {}
    // In a directory that is opened when the first file is, and need not be there before.
    open_files(device_ref device, std::string path, std::size_t limit, std::size_t cached_bytes)
        : path_(std::move(path)), own_(device), within_(&own_), limit_(limit), cache_(cached_bytes) {}
    open_files(const open_files&) = delete;
    open_files& operator=(const open_files&) = delete;

    const directory& within() const noexcept { return *within_; }
    const std::string& path() const noexcept { return path_; }
    block_cache& cache() noexcept { return cache_; }

private:
    friend known_file;

    // Errors: io
    result<void> open_directory() {
        if (within_->is_open()) return {};
        io_outcome opened = own_.device().open_directory(path_.c_str());
        while (opened.error == EINTR) opened = own_.device().open_directory(path_.c_str());
        if (!opened.ok()) return io_error("cannot be opened", path_, opened.error);
        own_.reopen(owned_file(own_.device(), static_cast<int>(opened.value)));
        return {};
    }

    std::string path_;
    directory own_;  // where there is a path

    const directory* within_;
    std::size_t limit_;
    block_cache cache_;
    monitor guard_;
    std::uint64_t uses_ = 0;
    std::vector<known_file*> open_;
};

// A file that begins with a block (docs/format.md), known by the checksum of that block.
//
// Threads: any number at once
class known_file {
public:
    known_file(open_files& among, std::string name, std::uint32_t checksum) noexcept
        : among_(among), name_(std::move(name)), checksum_(checksum) {}
    known_file(const known_file&) = delete;
    known_file& operator=(const known_file&) = delete;
    ~known_file() {
        const monitor_lock hold(among_.guard_);
        if (file_) leave();
    }

    const std::string& name() const noexcept { return name_; }
    // Of the directory, where it is not the store's own.
    const std::string& path() const noexcept { return among_.path(); }
    const directory& within() const noexcept { return among_.within(); }
    block_cache& cache() const noexcept { return among_.cache(); }
    // Whether another file had its name when it was to be opened.
    bool is_another() const noexcept { return is_another_; }
    // By which the cache knows it.
    std::uint64_t number() const noexcept { return number_; }

    // Is read from that file until it is told another one, or none: from the one that was opened first, whatever has its name later.
    void pin(std::shared_ptr<const owned_file> file) noexcept {
        const monitor_lock hold(among_.guard_);
        pinned_ = std::move(file);
    }
    // Takes over a file that is open already.
    void adopt(std::shared_ptr<const owned_file> file) {
        const monitor_lock hold(among_.guard_);
        enter(std::move(file));
    }

    // The file, for as long as the answer is kept.
    //
    // Errors: io, also where another file has its name now
    result<std::shared_ptr<const owned_file>> open() {
        const monitor_lock hold(among_.guard_);
        used_ = ++among_.uses_;
        if (pinned_) return pinned_;
        if (file_) return file_;
        const directory& within = among_.within();
        if (auto ready = among_.open_directory(); !ready) return std::move(ready).error().within(name_);
        io_outcome opened = within.open(name_, open_mode::read);
        const bool may_be_back = !among_.path_.empty() && (opened.error == ENOENT || opened.error == ESTALE ||
                                                           opened.error == EIO || opened.error == ENOTCONN);
        if (may_be_back) {  // the directory went, and another one has its name now
            among_.own_.reopen({});
            if (auto ready = among_.open_directory(); !ready) return std::move(ready).error().within(name_);
            opened = within.open(name_, open_mode::read);
        }
        while ((opened.error == EMFILE || opened.error == ENFILE) && !among_.open_.empty()) {  // then fewer have to do
            close_oldest();
            opened = within.open(name_, open_mode::read);
        }
        if (!opened.ok())
            return io_error("cannot be opened", among_.path_.empty() ? name_ : among_.path_ + '/' + name_,
                            opened.error);
        auto file = std::make_shared<const owned_file>(within.device(), static_cast<int>(opened.value));
        std::byte block[16];
        const io_outcome read = within.read(*file, block, sizeof block, 0);
        if (!read.ok()) return io_error("cannot be read", name_, read.error);
        is_another_ = read.value != sizeof block || load_le<std::uint32_t>(block + 12) != checksum_;
        if (is_another_) return error(error_kind::io, name_ + ": is another file than the one that was there");
        enter(std::move(file));
        return file_;
    }

private:
    void enter(std::shared_ptr<const owned_file> file) {
        among_.open_.push_back(this);
        file_ = std::move(file);
        used_ = ++among_.uses_;
        if (among_.open_.size() > among_.limit_) close_oldest();
    }
    // Requires: one is open
    void close_oldest() noexcept {
        known_file* oldest = among_.open_.front();
        for (known_file* const each : among_.open_)
            if (each->used_ < oldest->used_) oldest = each;
        oldest->leave();
    }
    void leave() noexcept {
        file_.reset();
        std::erase(among_.open_, this);
    }

    open_files& among_;
    std::string name_;
    std::uint32_t checksum_;
    std::uint64_t number_ = block_cache::next_file();
    std::shared_ptr<const owned_file> file_;
    std::shared_ptr<const owned_file> pinned_;
    std::uint64_t used_ = 0;
    std::atomic<bool> is_another_{false};
};

}  // namespace sillok::detail
