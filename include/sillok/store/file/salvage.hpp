#pragma once
// Makes a store that is whole of one that is damaged.
//
//     const auto report = sillok::salvage("bank.sillok", "bank-2.sillok").value();
//     for (const sillok::lost_range& each : report.lost) std::cerr << each.what << '\n';
//
// Each position that was lost gets a placeholder, an event of type `sillok.lost` without a payload, so that positions and versions
// of all others stay what they were.

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/store/file/damage_walk.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/lock.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/posix_device.hpp"
#include "sillok/store/file/salvage_plan.hpp"
#include "sillok/store/file/salvage_writer.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_postings.hpp"
#include "sillok/store/kept_streams.hpp"

namespace sillok {

struct salvage_options {
    clock_ref clock{};                // referred to
    std::uint64_t segment_bytes = 0;  // of the new store; 0: those of the old one, or the default where it does not say
    bool clustered = false;           // keep full segments a second time, by stream
    device_ref device = default_device();  // referred to; both stores are on it
};

}  // namespace sillok

namespace sillok::detail {

// Which store it is: what the file `store` says, and where that is not well-formed what most headers of segments do.
//
// Errors: no_such_store, unsupported_format, damaged, io
inline result<store_identity> salvage_identity(const directory& within, const std::vector<std::uint64_t>& numbers,
                                               const directory_survey& found, std::vector<finding>& findings) {
    if (!found.has_identity && numbers.empty())
        return error(error_kind::no_such_store, "there is no store in the directory");
    std::byte block[identity_bytes] = {};
    if (found.has_identity) {
        auto whole = read_block(within, "store", block, sizeof block);
        if (!whole) return std::move(whole).error();
        const bool is_intact = *whole && load_le<std::uint32_t>(block + 12) == block_checksum(block);
        const block_state state = is_intact ? state_of(block, identity_magic) : block_state::invalid;
        if (state == block_state::newer) return newer_format("the store", block);
        const store_identity identity = store_identity::decode(block);
        if (state == block_state::valid && identity.segment_bytes >= segment_bytes_min &&
            identity.segment_bytes <= segment_bytes_max)
            return identity;
    }
    std::vector<std::pair<uuid, std::size_t>> stores;
    for (const std::uint64_t number : numbers) {
        auto file = within.open_file(segment_name(number), open_mode::read);
        if (!file) continue;
        auto header = read_header(within, *file, segment_name(number));
        if (!header) return std::move(header).error();
        if (!*header) continue;
        auto at = std::find_if(stores.begin(), stores.end(),
                               [&](const auto& each) { return each.first == (*header)->store; });
        if (at == stores.end()) at = stores.insert(at, {(*header)->store, 0});
        ++at->second;
    }
    if (stores.empty())
        return error(
            error_kind::damaged,
            "neither the file \"store\" nor the header of any segment says which store it is; nothing can be believed");
    std::sort(stores.begin(), stores.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    if (stores.size() > 1 && stores[0].second == stores[1].second)
        return error(error_kind::damaged, "the file \"store\" is damaged, and the segments are of store " +
                                              to_string(stores[0].first) + " and as many of " +
                                              to_string(stores[1].first) + "; take one kind away, in a copy");
    findings.push_back({0, 0, 0, 0, false,
                        "the file \"store\" is missing or damaged; it is store " + to_string(stores[0].first) +
                            " by the headers of the segments"});
    return store_identity{stores[0].first, segment_bytes_default, {}};
}

// Whether a store may be salvaged into a directory.
//
// Errors: invalid_argument, io
inline result<void> check_is_free(device_ref device, const std::string& path) {
    const std::string_view refusal = "a store is salvaged into a directory that is not there yet, or is empty";
    auto opened = open_store_directory(device, path, false);
    if (!opened && opened.error() == error_kind::no_such_store) return {};
    if (!opened && opened.error() == error_kind::unsupported_format)
        return error(error_kind::invalid_argument, std::string(refusal));
    if (!opened) return std::move(opened).error();
    std::string there;
    const io_outcome listed = opened->list([&](std::string_view name) { there = name; });
    if (!listed.ok()) return io_error("cannot be listed", "the directory", listed.error);
    if (there.empty()) return {};
    return error(error_kind::invalid_argument, std::string(refusal) + "; in it is \"" + there + '"');
}

// Holds the lock of a store that nobody writes, as long as it is open, without changing anything.
//
// Errors: locked
inline result<owned_file> hold_still(const directory& within) {
    auto lock = within.open_file("lock", open_mode::read);
    if (!lock) return owned_file();  // then nobody has it
    if (within.try_lock(*lock).error == EWOULDBLOCK)
        return error(error_kind::locked, "a writer has the store (" + lock_note(within, *lock) + "); close it first");
    return lock;
}

// An error while a new store was written.
inline error unfinished(error why, std::string_view to) {
    const bool is_unknown = why == error_kind::outcome_unknown;
    std::string text = is_unknown ? why.text().substr(0, why.text().find("; reopen")) : why.text();
    text += "; what is in the directory is not a store, and can be removed";
    return error(is_unknown ? error_kind::io : why.kind(), std::move(text)).within(to);
}

class salvager {
public:
    salvager(device_ref device, const salvage_options& options) : device_(device), options_(options) {}

    // Looks at the old store.
    //
    // Errors: no_such_store, unsupported_format, locked, damaged, io
    result<void> look(const std::string& from) {
        auto within = open_store_directory(device_, from, false);
        if (!within) return std::move(within).error();
        from_.emplace(*std::move(within));
        auto lock = hold_still(*from_);
        if (!lock) return std::move(lock).error();
        lock_ = *std::move(lock);
        auto found = survey(*from_);
        if (!found) return std::move(found).error();
        auto numbers = segment_numbers(*from_);
        if (!numbers) return std::move(numbers).error();
        numbers_ = *std::move(numbers);
        auto identity = salvage_identity(*from_, numbers_, *found, report_.findings);
        if (!identity) return std::move(identity).error();
        report_.from = identity->store;
        if (found->has_mark) {
            open_report ignored;
            auto mark = read_mark(*from_, report_.from, ignored);
            if (!mark && mark.error() == error_kind::io) return std::move(mark).error();
            if (mark && *mark) durable_ = (*mark)->sequence;
        }
        const timestamp now = options_.clock.now();
        uuid_generator ids;
        identity_ = {ids(now), options_.segment_bytes != 0 ? options_.segment_bytes : identity->segment_bytes, now};
        report_.to = identity_.store;
        const std::uint64_t seeds[] = {hash_seed(ids(now)), hash_seed(uuid_generator()(now))};
        kept_.emplace(seeds[0]);
        const salvage_report begun = report_;
        std::optional<damage_walk<salvage_plan>> walk;
        // An act of retention stands behind the events that it cuts off: where there was one, all is looked at again.
        for (bool is_known = false; !walk || is_known == kept_->is_empty();) {
            is_known = !kept_->is_empty();
            report_ = begun;
            plan_.emplace(report_, *kept_, seeds[0], seeds[1]);
            walk.emplace(*from_, report_.from, durable_, *plan_);
            if (auto walked = walk->run(numbers_); !walked) return walked;
        }
        if (plan_->segments() == 0)
            return error(error_kind::damaged,
                         "no segment of store " + to_string(report_.from) +
                             " can be read; where they are of another one, take the file \"store\" away, in a copy");
        report_.ends_early = walk->ends_early();
        report_.last = {walk->next().position - 1};
        return plan_->finish(walk->next().position);
    }
    // Writes the new one.
    //
    // Errors: invalid_argument, no_space, io, outcome_unknown
    result<salvage_report> write(const std::string& to) {
        auto into = open_store_directory(device_, to, true);
        if (!into) return std::move(into).error();
        salvage_writer writer(*std::move(into), identity_, *plan_, report_, options_.clustered);
        if (auto opened = writer.open(); !opened) return std::move(opened).error();
        damage_walk walk(*from_, report_.from, durable_, writer);
        if (auto walked = walk.run(numbers_); !walked) return std::move(walked).error();
        if (auto closed = writer.close(plan_->next(), plan_->seen()); !closed) return std::move(closed).error();
        return std::move(report_);
    }

private:
    device_ref device_;
    const salvage_options& options_;
    std::optional<directory> from_;
    owned_file lock_;
    std::vector<std::uint64_t> numbers_;
    std::uint64_t durable_ = 0;
    store_identity identity_;
    salvage_report report_;
    std::optional<kept_streams> kept_;
    std::optional<salvage_plan> plan_;
};

}  // namespace sillok::detail

namespace sillok {

// Copies every event of the store `from` that is intact, past all damage, into a new store `to`: a directory that is not there, or
// is empty. `from` is not changed.
//
// Ensures:    the events that are in both have the same position, version, id, time and bytes, and the same batch ids. Every position
//             that was lost has a placeholder; what was cut off stays away. The new store is durable, has no damage, and an id
//             of its own.
// Errors:     no_such_store, unsupported_format, locked, damaged (nothing says which store it is), invalid_argument: nothing was
//             written; no_space, io: what is in `to` is not a store, and can be removed
// Threads:    one, and no writer of `from` meanwhile
// Complexity: O(bytes), read twice, or three times where something was cut off; of memory about 80 bytes for
//             each stream and what one segment holds
inline result<salvage_report> salvage(std::string_view from, std::string_view to, const salvage_options& options = {}) {
    if (from.empty() || to.empty()) return error(error_kind::invalid_argument, "the path of a store is empty");
    if (options.segment_bytes != 0 &&
        (options.segment_bytes < segment_bytes_min || options.segment_bytes > segment_bytes_max))
        return error(error_kind::invalid_argument, "segments of " + std::to_string(options.segment_bytes) + " bytes; " +
                                                       std::to_string(segment_bytes_min) + " to " +
                                                       std::to_string(segment_bytes_max) + " are possible");
    if (to.size() > from.size() && to.starts_with(from) && (from.back() == '/' || to[from.size()] == '/'))
        return error(error_kind::invalid_argument, "is within the store that is salvaged, which is not changed")
            .within(to);
    if (auto free = detail::check_is_free(options.device, std::string(to)); !free)
        return std::move(free).error().within(to);
    detail::salvager salvager(options.device, options);
    if (auto looked = salvager.look(std::string(from)); !looked) return std::move(looked).error().within(from);
    auto report = salvager.write(std::string(to));
    if (!report) return detail::unfinished(std::move(report).error(), to);
    return report;
}

}  // namespace sillok
