#pragma once
// Snapshots in the memory of this process, up to so many bytes.
//
//     sillok::memory_snapshots kept(std::size_t{64} << 20);
//     auto accounts = sillok::repository<account>(store, sillok::snapshots{kept});

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/monitor.hpp"
#include "sillok/store/posting_index.hpp"
#include "sillok/store/snapshot_format.hpp"
#include "sillok/store/snapshot_store.hpp"

namespace sillok {

// Those that were neither saved nor loaded for longest go when there is no more room. One that is larger than all the room is
// not kept, and that is no error.
//
// Errors:     std::bad_alloc, from `save`; the snapshot of its stream may be gone then
// Durability: none
// Threads:    any number at once. What a visitor is given stays as it is, whatever others do meanwhile.
// Complexity: O(1), and for `save` O(bytes)
class memory_snapshots {
public:
    static constexpr std::size_t bytes_max_default = std::size_t{64} << 20;

    // Units: bytes of the states and of what is kept with them
    explicit memory_snapshots(std::size_t bytes_max = bytes_max_default)
        : by_stream_(0, hash_of{seed()}), bytes_max_(bytes_max) {}
    memory_snapshots(const memory_snapshots&) = delete;
    memory_snapshots& operator=(const memory_snapshots&) = delete;
    ~memory_snapshots() = default;

    result<void> save(const snapshot& fresh) {
        auto copy = std::make_shared<byte_buffer>();
        detail::write_snapshot(fresh, *copy);
        std::list<entry> added;
        added.push_back({view_of(*copy), std::move(copy)});

        const detail::monitor_lock hold(monitor_);
        const auto found = by_stream_.find(fresh.stream);
        if (found != by_stream_.end()) {
            if (outlasts(found->second->view, fresh)) return {};
            remove(found->second);
        }
        if (cost_of(added.front()) > bytes_max_) return {};
        by_stream_.emplace(added.front().view.stream, added.begin());
        bytes_ += cost_of(added.front());
        entries_.splice(entries_.begin(), added);
        while (bytes_ > bytes_max_) remove(std::prev(entries_.end()));
        return {};
    }

    result<bool> load(stream_view stream, snapshot_visitor visit) const {
        std::shared_ptr<const byte_buffer> bytes;
        snapshot view;
        {
            const detail::monitor_lock hold(monitor_);
            const auto found = by_stream_.find(stream);
            if (found == by_stream_.end()) return false;
            entries_.splice(entries_.begin(), entries_, found->second);
            bytes = found->second->bytes;
            view = found->second->view;
        }
        visit(view);
        return true;
    }

    result<void> drop(stream_view stream) {
        const detail::monitor_lock hold(monitor_);
        if (const auto found = by_stream_.find(stream); found != by_stream_.end()) remove(found->second);
        return {};
    }

    // What is kept now: how many, and their bytes.
    std::size_t size() const noexcept {
        const detail::monitor_lock hold(monitor_);
        return entries_.size();
    }
    std::size_t bytes() const noexcept {
        const detail::monitor_lock hold(monitor_);
        return bytes_;
    }

private:
    struct entry {
        snapshot view;  // of the bytes
        std::shared_ptr<const byte_buffer> bytes;
    };
    using place = std::list<entry>::iterator;

    struct hash_of {
        std::uint64_t seed;
        std::size_t operator()(const stream_view& stream) const noexcept {
            return static_cast<std::size_t>(detail::hash_name(seed, stream));
        }
    };

    static std::uint64_t seed() noexcept {
        const uuid random = uuid_generator()(timestamp{});
        return load_le<std::uint64_t>(reinterpret_cast<const std::byte*>(random.octets.data()) + 8);
    }
    static snapshot view_of(const byte_buffer& bytes) noexcept { return *detail::read_snapshot(bytes.view()); }
    static std::size_t cost_of(const entry& each) noexcept { return each.bytes->size() + sizeof(entry); }

    void remove(place at) noexcept {
        bytes_ -= cost_of(*at);
        by_stream_.erase(at->view.stream);
        entries_.erase(at);
    }

    mutable detail::monitor monitor_;
    mutable std::list<entry> entries_;                           // the last used in front
    std::unordered_map<stream_view, place, hash_of> by_stream_;  // keys are within the entries
    std::size_t bytes_ = 0;
    std::size_t bytes_max_;
};

static_assert(snapshot_store<memory_snapshots>);

}  // namespace sillok
