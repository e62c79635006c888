#pragma once
// A group of consumers that are processes of one machine: a small file beside the log, and a lock of its own.
//
//     auto group = sillok::file_group_store::open("groups", "balances", {.partitions = 16, .log = store.id()}).value();

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "sillok/core/bytes.hpp"
#include "sillok/core/fork.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/projection/group/group_format.hpp"
#include "sillok/projection/group/group_store.hpp"
#include "sillok/projection/group/group_table.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/posix_device.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok {

struct group_file_options {
    clock_ref
        clock{};  // referred to; leases are over by it, so the clocks of all processes should agree to a part of these
    timeout patience = detail::timeout_of(10'000'000'000);  // for another process that is in the middle of an act
    bool must_exist = false;                                // a group that is not there is an error
    device_ref device = default_device();                   // referred to
};

// The group `name` is in the files `name.group` and `name.lock` of a directory, which is made where it is not there. The directory of
// a file store is not the place for it.
//
// Errors:     those of the concept, and of every act: locked: another process has been in an act for longer than the patience, maybe
//             stopped; no_space, io: nothing was changed; outcome_unknown: it was changed, or will not be, and whoever asks again
//             sees which; damaged, unsupported_format; no_such_store: the file was removed or replaced by another group's;
//             closed: this is the copy in a forked child; std::bad_alloc, and nothing was changed
// Durability: on success a loss of power takes nothing back. A kill at any point leaves the file as it was, or as it is to be.
// Threads:    any number at once; acts of one group wait for each other, across processes
// Complexity: O(bytes of the file), at most some hundred KB and mostly one; two syncs for each act
class file_group_store {
public:
    // Errors: invalid_argument: a name that is no file's, settings that make no sense, or a group that there is has others;
    //         no_such_store, where it must exist; and those of every act
    static result<file_group_store> open(std::string path, std::string_view name, const group_settings& settings,
                                         const group_file_options& options = {}) {
        const auto here = [&](error&& why) { return std::move(why).within(path + '/' + std::string(name) + ".group"); };
        if (!is_file_name(name))
            return error(error_kind::invalid_argument,
                         "a group's name has 1 to 64 of a-z, A-Z, 0-9, `.`, `-` and `_`, and begins with no `.`");
        if (auto sound = detail::are_sound(settings); !sound) return std::move(sound).error();
        auto files = open_directory(options.device, path, !options.must_exist);
        if (!files) return here(std::move(files).error());
        auto made = std::make_unique<state>(*std::move(files), std::string(name), options);
        made->where = path + '/' + made->name + ".group";
        file_group_store store(std::move(made));
        if (auto ready = store.find_or_create(settings); !ready) return here(std::move(ready).error());
        return store;
    }

    result<group_identity> identity() const {
        if (state_->watch.is_in_child()) return foreign();
        return state_->identity;
    }
    result<std::vector<owned_partition>> join(const new_member& who) {
        return act([&](detail::group_table& table, timestamp now) { return table.join(who, now); });
    }
    result<std::vector<owned_partition>> renew(const uuid& member) {
        return act([&](detail::group_table& table, timestamp now) { return table.renew(member, now); });
    }
    result<void> leave(const uuid& member) {
        return act([&](detail::group_table& table, timestamp now) -> result<void> {
            table.leave(member, now);
            return {};
        });
    }
    result<void> commit(std::span<const partition_commit> commits) {
        return act([&](detail::group_table& table, timestamp) { return table.commit(commits); });
    }
    // Without the lock, so also where somebody has it: a file that is renamed into its place is always whole.
    result<group_status> status() const {
        if (state_->watch.is_in_child()) return foreign();
        auto content = read();
        if (!content) return std::move(content).error().within(state_->where);
        return content->table.status();
    }

private:
    struct state {
        state(detail::directory opened, std::string called, const group_file_options& with)
            : files(std::move(opened)), name(std::move(called)), options(with) {}
        detail::directory files;
        std::string name;
        std::string where;
        group_file_options options;
        group_identity identity;
        detail::monitor acting;
        fork_watch watch;
    };

    // The lock across processes, and between the threads of this one. It is given back in order also where a forked child has it.
    class turn {
    public:
        explicit turn(state& s) : hold_(s.acting) {}
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        ~turn() {
            if (file_.is_open()) static_cast<void>(file_.device().unlock(file_.number()));
        }

        result<void> take(const state& s) {
            auto opened = s.files.open_file(s.name + ".lock", open_mode::either);
            if (!opened) return std::move(opened).error();
            const std::int64_t began = detail::steady_now();
            for (unsigned pause_us = 100;; pause_us = pause_us < 2'000 ? pause_us * 2 : 2'000) {
                const io_outcome locked = s.files.try_lock(*opened);
                if (locked.ok()) break;
                if (locked.error != EWOULDBLOCK)
                    return detail::io_error("cannot be locked", s.name + ".lock", locked.error);
                if (detail::steady_now() - began >= s.options.patience.nanoseconds)
                    return error(error_kind::locked,
                                 "another process has been in the middle of an act for " +
                                     std::to_string(s.options.patience.nanoseconds / 1'000'000) +
                                     " ms; is it stopped? The lock is free as soon as it goes on or ends");
                ::usleep(pause_us);
            }
            file_ = *std::move(opened);
            return {};
        }

    private:
        detail::monitor_lock hold_;
        detail::owned_file file_;
    };

    explicit file_group_store(std::unique_ptr<state> opened) noexcept : state_(std::move(opened)) {}

    static bool is_file_name(std::string_view name) noexcept {
        if (name.empty() || name.size() > 64 || name.front() == '.') return false;
        for (const char c : name)
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_'))
                return false;
        return true;
    }
    static error foreign() {
        return error(error_kind::closed, "the group was opened before a fork; open it in the child");
    }

    static result<detail::directory> open_directory(device_ref device, const std::string& path, bool create) {
        const auto again = [](auto call) {
            io_outcome answer = call();
            while (answer.error == EINTR) answer = call();
            return answer;
        };
        if (create) {
            const io_outcome made = again([&] { return device.make_directory(path.c_str()); });
            if (!made.ok() && made.error != EEXIST)
                return detail::io_error("cannot be made", "the directory", made.error);
            if (made.ok())
                if (auto synced = sync_above(device, path); !synced) return std::move(synced).error();
        }
        const io_outcome opened = again([&] { return device.open_directory(path.c_str()); });
        if (opened.error == ENOENT) return error(error_kind::no_such_store, "there is no such directory");
        if (!opened.ok()) return detail::io_error("cannot be opened", "the directory", opened.error);
        return detail::directory(device, detail::owned_file(device, static_cast<int>(opened.value)));
    }
    static result<void> sync_above(device_ref device, std::string path) {
        while (path.size() > 1 && path.back() == '/') path.pop_back();
        const std::size_t slash = path.rfind('/');
        const std::string above = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
        const io_outcome parent = device.open_directory(above.c_str());
        if (!parent.ok()) return detail::io_error("cannot be opened", above, parent.error);
        const detail::owned_file held(device, static_cast<int>(parent.value));
        const io_outcome synced = device.sync(held.number());
        return synced.ok() ? result<void>() : detail::io_error("cannot be synced", above, synced.error);
    }

    result<void> find_or_create(const group_settings& wanted) {
        state& s = *state_;
        turn mine(s);
        if (auto taken = mine.take(s); !taken) return taken;
        auto there = find();
        if (!there) return std::move(there).error();
        if (*there) {
            s.identity = std::move((**there).identity);
            return detail::compare(s.identity, wanted);
        }
        if (s.options.must_exist) return error(error_kind::no_such_store, "there is no such group");
        detail::group_content fresh;
        fresh.name = s.name;
        fresh.identity = {uuid_generator()(s.options.clock.now()), wanted.partitions,
                          std::string(wanted.partitioned_by), wanted.log};
        fresh.table = detail::group_table(wanted.partitions);
        if (auto written = write(fresh); !written) return written;
        s.identity = std::move(fresh.identity);
        return {};
    }

    template <class Change>
    auto act(Change change) -> decltype(change(std::declval<detail::group_table&>(), timestamp{})) {
        state& s = *state_;
        if (s.watch.is_in_child()) return foreign();
        turn mine(s);
        if (auto taken = mine.take(s); !taken) return std::move(taken).error().within(s.where);
        auto content = read();
        if (!content) return std::move(content).error().within(s.where);
        auto answer = change(content->table, s.options.clock.now());
        if (!answer) return std::move(answer).error().within(s.where);
        ++content->changes;
        // Also where nothing changed: what another one could not make durable is, once somebody rests on it.
        if (auto written = write(*content); !written) return std::move(written).error().within(s.where);
        return answer;
    }

    // The file; nothing where it is not there.
    result<std::optional<detail::group_content>> find() const {
        const state& s = *state_;
        const io_outcome opened = s.files.open(s.name + ".group", open_mode::read);
        if (opened.error == ENOENT) return std::optional<detail::group_content>();
        if (!opened.ok()) return detail::io_error("cannot be opened", "the file", opened.error);
        const detail::owned_file file(s.files.device(), static_cast<int>(opened.value));
        const io_outcome size = s.files.size_of(file);
        if (!size.ok()) return detail::io_error("cannot be examined", "the file", size.error);
        if (size.value < 0) return error(error_kind::unsupported_format, "is not a regular file");
        if (static_cast<std::uint64_t>(size.value) > detail::group_layout::file_bytes_max)
            return error(error_kind::unsupported_format, "is longer than any group's file");
        byte_buffer bytes;
        std::byte* const to = bytes.extend(static_cast<std::size_t>(size.value));
        const io_outcome got = s.files.read(file, to, bytes.size(), 0);
        if (!got.ok()) return detail::io_error("cannot be read", "the file", got.error);
        bytes.shrink_to(static_cast<std::size_t>(got.value));
        auto content = detail::read_group(bytes.view());
        if (!content) return std::move(content).error();
        if (content->name != s.name)
            return error(error_kind::unsupported_format, "is the file of the group " + content->name);
        return std::optional<detail::group_content>(*std::move(content));
    }
    result<detail::group_content> read() const {
        auto there = find();
        if (!there) return std::move(there).error();
        if (!*there) return error(error_kind::no_such_store, "the file was removed since the group was opened");
        if ((**there).identity.id != state_->identity.id)
            return error(
                error_kind::no_such_store,
                "the group was removed and made anew since it was opened; its tokens are of no use in this one");
        return **std::move(there);
    }

    // By a file of another name, so that there is the old one or the new one, whole.
    result<void> write(const detail::group_content& content) const {
        const state& s = *state_;
        byte_buffer bytes;
        detail::write_group(content, bytes);
        const std::string fresh = s.name + ".group.new";
        if (const io_outcome gone = s.files.remove(fresh); !gone.ok() && gone.error != ENOENT)
            return detail::io_error("cannot be removed", fresh, gone.error);
        auto file = s.files.open_file(fresh, open_mode::create);
        if (!file) return std::move(file).error();
        if (const io_outcome written = s.files.write(*file, bytes.view(), 0); !written.ok())
            return detail::io_error("cannot be written", fresh, written.error);
        if (const io_outcome synced = s.files.sync(*file); !synced.ok())
            return detail::io_error("cannot be synced", fresh, synced.error);
        auto placed = s.files.rename(fresh, s.name + ".group");
        if (placed)
            if (const io_outcome synced = s.files.sync(); !synced.ok())
                placed = detail::io_error("cannot be synced", "the directory", synced.error);
        if (!placed)
            return error(error_kind::outcome_unknown, placed.error().text() + "; ask again to see what is recorded");
        return {};
    }

    std::unique_ptr<state> state_;
};

static_assert(group_store<file_group_store>);

}  // namespace sillok
