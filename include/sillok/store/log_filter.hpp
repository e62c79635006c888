#pragma once
// Which records of the log a reader asked for.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sillok/event/record.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/posting_index.hpp"

namespace sillok::detail {

// Whether category and types are as asked; tags are looked up in an index.
inline bool is_asked_for(const record_view& record, const log_range& range) noexcept {
    if (!range.category.empty() && record.stream().category != range.category) return false;
    if (range.types.empty()) return true;
    const std::string_view type = record.type();
    for (const std::string_view each : range.types)
        if (each == type) return true;
    return false;
}

// Walks several ascending lists as if they were one without duplicates.
//
// Complexity: O(lists) for each step
class posting_union {
public:
    static constexpr std::uint64_t end = static_cast<std::uint64_t>(-1);

    explicit posting_union(std::size_t lists) : heads_(lists) {}

    // Puts in a list from the ordinal `from` on.
    void set(std::size_t index, posting_list list, std::uint64_t from) noexcept {
        std::uint32_t low = 0;
        for (std::uint32_t left = list.count; left > 0;) {
            const std::uint32_t half = left / 2;
            if (list.at[low + half] < from) {
                low += half + 1;
                left -= half + 1;
            } else {
                left = half;
            }
        }
        heads_[index] = {list.at + low, list.count - low};
    }

    // The next ordinal, or `end`.
    std::uint64_t next() noexcept {
        std::uint64_t least = end;
        for (const posting_list& each : heads_)
            if (each.count != 0 && *each.at < least) least = *each.at;
        for (posting_list& each : heads_)
            if (each.count != 0 && *each.at == least) each = {each.at + 1, each.count - 1};
        return least;
    }

private:
    std::vector<posting_list> heads_;
};

}  // namespace sillok::detail
