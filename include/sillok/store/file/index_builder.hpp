#pragma once
// Lays out the index of a segment; docs/format.md#index.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/key_filter.hpp"
#include "sillok/store/file/segment_index.hpp"

namespace sillok::detail {

// Collects what goes into an index, and lays it out.
class index_builder {
public:
    // A key with the places of its records in the segment, in units of 8 bytes, in the order of the log.
    void add(keys of, index_entry key, std::span<const std::uint32_t> places) {
        tables_[static_cast<std::size_t>(of)].add(key, places);
    }
    void add(const index_step& step) { steps_.push_back(step); }
    // Acts of retention; referred to.
    void add_acts(bytes_view acts) noexcept { acts_ = acts; }

    std::vector<std::byte> build(const index_header& header) const {
        using namespace index_layout;
        std::vector<std::byte> out(header_bytes);
        const auto append = [&](std::size_t section, std::size_t bytes, bool is_checked, auto&& fill) {
            const std::size_t start = out.size();
            out.resize(start + bytes + (is_checked ? 8 : 0));
            fill(out.data() + start);
            if (is_checked) store_le(out.data() + start + bytes, crc32c({out.data() + start, bytes}));
            store_le(out.data() + sections_at + 16 * section, static_cast<std::uint64_t>(start));
            store_le(out.data() + sections_at + 16 * section + 8, static_cast<std::uint64_t>(bytes));
        };
        for (std::size_t i = 0; i < keys_count; ++i) {
            const table& of = tables_[i];
            const auto kind = static_cast<keys>(i);
            const auto laid = of.lay_out();
            append(number(kind, buckets), laid.size(), false, [&](std::byte* to) { store_bytes(to, laid); });
            const std::size_t blocks = (of.places.size() + block_places - 1) / block_places;
            append(number(kind, places), blocks * block_bytes, false, [&](std::byte* to) {
                for (std::size_t k = 0; k < of.places.size(); ++k)
                    store_le(to + k / block_places * block_bytes + 4 + k % block_places * 4, of.places[k]);
                for (std::byte* block = to; block != to + blocks * block_bytes; block += block_bytes)
                    store_le(block, crc32c({block + 4, block_bytes - 4}));
            });
            key_filter known(of.entries.size());
            for (const index_entry& each : of.entries) known.add(each.hash);
            append(number(kind, filter), known.bytes(), true, [&](std::byte* to) { known.store(to); });
            out.resize((out.size() + 7) & ~std::size_t{7});
        }
        append(steps, steps_.size() * step_bytes, true, [&](std::byte* to) {
            for (const index_step& each : steps_) to = store_le(store_le(to, each.position), each.offset);
        });
        append(acts, acts_.size(), true, [&](std::byte* to) { store_bytes(to, acts_); });
        store_header(out.data(), header);
        return out;
    }

private:
    struct table {
        std::vector<index_entry> entries;
        std::vector<std::uint32_t> places;

        void add(index_entry key, std::span<const std::uint32_t> at) {
            key.first = static_cast<std::uint32_t>(places.size());
            key.count = static_cast<std::uint32_t>(at.size());
            key.place = at.empty() ? 0 : at.front();
            entries.push_back(key);
            places.insert(places.end(), at.begin(), at.end());
        }

        // Buckets, three quarters full; what does not fit into its home stands in the next that has room.
        std::vector<std::byte> lay_out() const {
            using namespace index_layout;
            const std::size_t buckets = (entries.size() * 4 + 3 * bucket_entries - 1) / (3 * bucket_entries);
            std::vector<std::byte> out(buckets * bucket_bytes);
            std::vector<std::uint16_t> counts(buckets);
            for (const index_entry& each : entries) {
                std::size_t home = bucket_of(each.hash, buckets);
                for (; counts[home] == bucket_entries; home = home + 1 == buckets ? 0 : home + 1)
                    store_le(out.data() + home * bucket_bytes + 6, std::uint16_t{1});
                std::byte* to = out.data() + home * bucket_bytes + bucket_header_bytes + counts[home]++ * entry_bytes;
                to = store_le(to, each.hash);
                to = store_le(to, each.before);
                to = store_le(to, each.count);
                to = store_le(to, each.first);
                store_le(to, each.place);
            }
            for (std::size_t i = 0; i < buckets; ++i) {
                std::byte* const bucket = out.data() + i * bucket_bytes;
                store_le(bucket + 4, counts[i]);
                store_le(bucket, crc32c({bucket + 4, bucket_bytes - 4}));
            }
            return out;
        }
    };

    static void store_header(std::byte* to, const index_header& header) {
        store_uuid(to + 16, header.store);
        store_le(to + 32, header.segment);
        store_le(to + 40, header.segment_checksum);
        store_le(to + 44, header.last_frame);
        store_le(to + 48, header.sequence);
        store_le(to + 56, header.end);
        store_le(to + 64, header.position);
        store_le(to + 72, header.time.nanoseconds);
        store_le(to + 80, header.frames);
        store_le(to + 88, header.events);
        store_le(to + 96, header.batches);
        store_le(to + 104, header.clustered);
        finish_block(to, index_layout::header_bytes, index_layout::magic);
    }

    table tables_[keys_count];
    std::vector<index_step> steps_;
    bytes_view acts_;
};

}  // namespace sillok::detail
