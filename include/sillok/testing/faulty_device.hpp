#pragma once
// A disk in memory that fails when it is told to, and loses what was not synced when the power goes.
//
//     sillok::testing::faulty_device disk;
//     auto store = sillok::file_store::open("bank.sillok", {.device = disk});
//     disk.fail_call(17, EIO);            // the 17th call from now on fails
//     disk.lose_power(seed);              // any subset of the unsynced sectors survives

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "sillok/store/file/device.hpp"

namespace sillok::testing {

// How hard it is: a sync that failed leaves the pages clean, as Linux does, so a later sync does not write them; a file whose
// directory was not synced may be gone; a sector may be half old and half new.
//
// Threads: any number at once
class faulty_device {
public:
    static constexpr std::size_t sector = 512;

    // The n-th call from now on fails with that error, once.
    void fail_call(std::uint64_t n, int error) { set_failure(n, error, false); }
    // The n-th call from now on and all after it fail: the power is going. What that call was writing may arrive in part.
    void stop_at_call(std::uint64_t n) { set_failure(n, EIO, true); }
    void heal() {
        const std::lock_guard hold(mutex_);
        fail_at_ = 0;
        space_ = static_cast<std::size_t>(-1);
        write_bytes_max_ = static_cast<std::size_t>(-1);
        interrupt_every_ = 0;
    }
    // Reads and writes transfer at most so many bytes.
    void transfer_at_most(std::size_t bytes) { write_bytes_max_ = bytes; }
    // Every n-th call that is not a sync is interrupted.
    void interrupt_every(std::uint64_t n) { interrupt_every_ = n; }
    // All files together may have so many bytes more than now.
    void leave_space(std::size_t bytes) {
        const std::lock_guard hold(mutex_);
        space_ = bytes;
    }
    std::uint64_t calls() const { return calls_; }

    // The machine stops. Of every sector that was not synced the old or the new content survives, or a mixture; the process
    // and all its handles are gone.
    void lose_power(std::uint64_t seed) {
        const std::lock_guard hold(mutex_);
        std::mt19937_64 random(seed);
        for (auto& [path, folder] : folders_) {
            for (const auto& [name, file] : folder->names)
                if (!folder->durable_names.contains(name) && random() % 2 == 0) folder->durable_names[name] = file;
            for (auto at = folder->durable_names.begin(); at != folder->durable_names.end();) {
                const bool was_removed = !folder->names.contains(at->first);
                at = was_removed && random() % 2 == 0 ? folder->durable_names.erase(at) : std::next(at);
            }
            for (auto& [name, file] : folder->durable_names)
                if (const auto now = folder->names.find(name); now != folder->names.end() && random() % 2 == 0)
                    file = now->second;
            folder->names = folder->durable_names;
            for (auto& [name, file] : folder->names) survive(*file, random);
        }
        handles_.clear();
        fail_at_ = 0;
    }
    // The process stops; the machine does not, and keeps what was written.
    void lose_process() {
        const std::lock_guard hold(mutex_);
        handles_.clear();
        fail_at_ = 0;
    }

    // A file's bytes, to look at and to damage; what is changed here is durable. Null where there is no such file.
    std::vector<std::byte>* content(const std::string& folder, const std::string& name) {
        const auto where = folders_.find(folder);
        if (where == folders_.end()) return nullptr;
        const auto file = where->second->names.find(name);
        return file == where->second->names.end() ? nullptr : &file->second->now;
    }
    std::vector<std::string> names(const std::string& folder) const {
        std::vector<std::string> all;
        if (const auto where = folders_.find(folder); where != folders_.end())
            for (const auto& [name, file] : where->second->names) all.push_back(name);
        return all;
    }
    void erase(const std::string& folder, const std::string& name) {
        folders_.at(folder)->names.erase(name);
        folders_.at(folder)->durable_names.erase(name);
    }
    // A copy with the same files, all durable, and nothing open.
    std::unique_ptr<faulty_device> copy() const {
        auto other = std::make_unique<faulty_device>();
        for (const auto& [path, folder] : folders_) {
            auto fresh = std::make_shared<directory>();
            for (const auto& [name, file] : folder->names) {
                auto twin = std::make_shared<inode>();
                twin->now = twin->durable = file->now;
                twin->dirty.assign(sectors(file->now.size()), false);
                fresh->names[name] = fresh->durable_names[name] = twin;
            }
            other->folders_[path] = fresh;
        }
        return other;
    }

    io_outcome make_directory(const char* path) {
        return call([&]() -> io_outcome {
            if (folders_.contains(path)) return {0, EEXIST};
            folders_[path] = std::make_shared<directory>();
            return {};
        });
    }
    io_outcome open_directory(const char* path) {
        return call([&]() -> io_outcome {
            const std::string name = path;
            if (name == "." || name == "/") folders_.try_emplace(name, std::make_shared<directory>());
            const auto found = folders_.find(name);
            if (found == folders_.end()) return {0, ENOENT};
            return opened({found->second, nullptr});
        });
    }
    io_outcome open(int folder, const char* name, open_mode mode) {
        return call(folder, [&](handle& h) -> io_outcome {
            auto& names = h.folder->names;
            const auto found = names.find(name);
            if (found != names.end())
                return mode == open_mode::create ? io_outcome{0, EEXIST} : opened({nullptr, found->second});
            if (mode == open_mode::read || mode == open_mode::write) return {0, ENOENT};
            return opened({nullptr, names[name] = std::make_shared<inode>()});
        });
    }
    io_outcome file_size(int file) {
        return call(file, [&](handle& h) -> io_outcome {
            return {h.file ? static_cast<std::int64_t>(h.file->now.size()) : -1, 0};
        });
    }
    io_outcome read(int file, void* to, std::size_t bytes, std::uint64_t offset) {
        return call(file, [&](handle& h) -> io_outcome {
            const auto& now = h.file->now;
            if (offset >= now.size()) return {0, 0};
            bytes = least(least(bytes, now.size() - static_cast<std::size_t>(offset)), write_bytes_max_);
            if (bytes != 0) std::memcpy(to, now.data() + offset, bytes);
            return {static_cast<std::int64_t>(bytes), 0};
        });
    }
    io_outcome write(int file, const void* from, std::size_t bytes, std::uint64_t offset) {
        const std::lock_guard hold(mutex_);
        const io_outcome allowed = admit();
        const auto h = handles_.find(file);
        if (h == handles_.end()) return {0, EBADF};
        if (!allowed.ok() && !(for_good_ && calls_ == fail_at_)) return allowed;
        const io_outcome done = put(*h->second.file, from, bytes, static_cast<std::size_t>(offset));
        return allowed.ok() ? done : allowed;
    }
    io_outcome truncate(int file, std::uint64_t bytes) {
        return call(file, [&](handle& h) -> io_outcome {
            inode& target = *h.file;
            if (space_ != static_cast<std::size_t>(-1) && bytes < target.now.size())
                space_ += target.now.size() - static_cast<std::size_t>(bytes);
            target.now.resize(static_cast<std::size_t>(bytes));
            target.dirty.resize(sectors(target.now.size()), true);
            return {};
        });
    }
    io_outcome sync_data(int file) { return sync(file); }
    io_outcome sync(int file) {
        const std::lock_guard hold(mutex_);
        const io_outcome allowed = admit(false);
        const auto h = handles_.find(file);
        if (h == handles_.end()) return {0, EBADF};
        if (directory* const folder = h->second.folder.get(); folder != nullptr) {
            if (allowed.ok()) folder->durable_names = folder->names;
            return allowed;
        }
        inode& target = *h->second.file;
        if (allowed.ok()) {
            target.durable.resize(target.now.size());
            for (std::size_t s = 0; s < target.dirty.size(); ++s)
                if (target.dirty[s]) copy_sector(target, s, sector);
        }
        if (allowed.ok() || !for_good_) target.dirty.assign(target.dirty.size(), false);
        return allowed;
    }
    io_outcome rename(int folder, const char* from, const char* to) {
        return call(folder, [&](handle& h) -> io_outcome {
            auto& names = h.folder->names;
            const auto found = names.find(from);
            if (found == names.end()) return {0, ENOENT};
            auto file = found->second;
            names.erase(found);
            names[to] = file;
            return {};
        });
    }
    io_outcome remove(int folder, const char* name) {
        return call(folder, [&](handle& h) -> io_outcome {
            return {0, h.folder->names.erase(name) != 0 ? 0 : ENOENT};
        });
    }
    io_outcome list(int folder, name_visitor visit) {
        return call(folder, [&](handle& h) -> io_outcome {
            for (const auto& [name, file] : h.folder->names) visit(name);
            return {};
        });
    }
    io_outcome try_lock(int file) {
        return call(file, [&](handle& mine) -> io_outcome {
            for (const auto& [number, h] : handles_)
                if (h.file == mine.file && h.locked && number != file) return {0, EWOULDBLOCK};
            mine.locked = true;
            return {};
        });
    }
    io_outcome unlock(int file) {
        const std::lock_guard hold(mutex_);
        const auto h = handles_.find(file);
        if (h == handles_.end()) return {0, EBADF};
        h->second.locked = false;
        return {};
    }
    // Nobody but the test knows when it changes.
    io_outcome watch(int) { return {0, ENOSYS}; }
    io_outcome await(int, std::int64_t) { return {0, ENOSYS}; }
    io_outcome close(int file) {
        const std::lock_guard hold(mutex_);
        handles_.erase(file);
        return {};
    }

private:
    struct inode {
        std::vector<std::byte> now;
        std::vector<std::byte> durable;
        std::vector<bool> dirty;  // by sector: written since the last sync, failed ones included
    };
    struct directory {
        std::map<std::string, std::shared_ptr<inode>> names;
        std::map<std::string, std::shared_ptr<inode>> durable_names;
    };
    struct handle {
        std::shared_ptr<directory> folder;
        std::shared_ptr<inode> file;
        bool locked = false;
    };

    static std::size_t least(std::size_t a, std::size_t b) { return a < b ? a : b; }
    static std::size_t sectors(std::size_t bytes) { return (bytes + sector - 1) / sector; }

    void set_failure(std::uint64_t n, int error, bool for_good) {
        const std::lock_guard hold(mutex_);
        fail_at_ = calls_ + n;
        fail_error_ = error;
        for_good_ = for_good;
    }
    io_outcome put(inode& target, const void* from, std::size_t bytes, std::size_t offset) {
        bytes = least(bytes, write_bytes_max_);
        const std::size_t size = target.now.size();
        if (offset + bytes > size) {
            const std::size_t room = space_ < offset + bytes - size ? space_ : offset + bytes - size;
            if (size + room <= offset && bytes != 0) return {0, ENOSPC};
            bytes = size + room - offset;
            if (space_ != static_cast<std::size_t>(-1)) space_ -= room;
            target.now.resize(offset + bytes);
            target.dirty.resize(sectors(offset + bytes), true);
        }
        if (bytes != 0) std::memcpy(target.now.data() + offset, from, bytes);
        for (std::size_t s = offset / sector; s < sectors(offset + bytes); ++s) target.dirty[s] = true;
        return {static_cast<std::int64_t>(bytes), 0};
    }

    template <class Act>
    io_outcome call(Act act) {
        const std::lock_guard hold(mutex_);
        const io_outcome allowed = admit();
        return allowed.ok() ? act() : allowed;
    }
    // The same for a handle; EBADF where it is gone.
    template <class Act>
    io_outcome call(int number, Act act) {
        return call([&]() -> io_outcome {
            const auto found = handles_.find(number);
            return found == handles_.end() ? io_outcome{0, EBADF} : act(found->second);
        });
    }
    io_outcome admit(bool interruptible = true) {
        ++calls_;
        if (interruptible && interrupt_every_ != 0 && calls_ % interrupt_every_ == 0) return {0, EINTR};
        if (fail_at_ != 0 && (calls_ == fail_at_ || (for_good_ && calls_ > fail_at_))) return {0, fail_error_};
        return {};
    }
    io_outcome opened(handle h) {
        const int number = next_++;
        handles_[number] = std::move(h);
        return {number, 0};
    }
    // The first `bytes` of a sector of what was written replace what the disk has.
    static void copy_sector(inode& file, std::size_t s, std::size_t bytes) {
        const std::size_t from = s * sector;
        if (from >= file.now.size()) return;
        bytes = least(bytes, file.now.size() - from);
        if (file.durable.size() < from + bytes) file.durable.resize(from + bytes);
        std::memcpy(file.durable.data() + from, file.now.data() + from, bytes);
    }
    static void survive(inode& file, std::mt19937_64& random) {
        if (file.now.size() < file.durable.size() && random() % 2 == 0) file.durable.resize(file.now.size());
        for (std::size_t s = 0; s < file.dirty.size(); ++s) {
            if (!file.dirty[s]) continue;
            const auto luck = random() % 8;
            if (luck < 4) copy_sector(file, s, luck == 0 ? 1 + random() % sector : sector);
        }
        file.now = file.durable;
        file.dirty.assign(sectors(file.now.size()), false);
    }

    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<directory>> folders_;
    std::map<int, handle> handles_;
    int next_ = 3;
    std::uint64_t calls_ = 0;
    std::uint64_t fail_at_ = 0;
    int fail_error_ = 0;
    bool for_good_ = false;
    std::size_t space_ = static_cast<std::size_t>(-1);
    std::size_t write_bytes_max_ = static_cast<std::size_t>(-1);
    std::uint64_t interrupt_every_ = 0;
};

static_assert(device<faulty_device>);

}  // namespace sillok::testing
