#pragma once
// One page of many rows, with what a user interface says around it.
//
//     auto page = rows.select().sorted<&payment_row::at>(sillok::descending).page({.number = 2, .size = 20});
//     // page.rows, page.total, page.number, page.pages()

#include <cstdint>
#include <vector>

namespace sillok {

// Which page. Units: pages are counted from 1; `size` is rows.
struct page_request {
    std::uint64_t number = 1;
    std::uint64_t size = 20;
};

// Copies of the rows of one page, so that it outlives the table and its changes. A page that there is not has no rows.
template <class Row>
struct page {
    std::vector<Row> rows;
    std::uint64_t total = 0;   // of all pages
    std::uint64_t number = 1;  // as it was asked for
    std::uint64_t size = 0;    // as it was asked for: of a page that is full

    constexpr std::uint64_t pages() const noexcept {
        return size == 0 ? 0 : total / size + (total % size != 0 ? 1 : 0);
    }
    constexpr bool has_next() const noexcept { return number < pages(); }
    constexpr bool has_previous() const noexcept { return number > 1 && number - 1 <= pages(); }
    // The place of its first row among all, from 1; 0 where it has none.
    constexpr std::uint64_t first() const noexcept { return rows.empty() ? 0 : (number - 1) * size + 1; }
};

}  // namespace sillok

namespace sillok::detail {

// The rows of a page: [first, last) of `total`.
struct page_span {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};
constexpr page_span span_of(page_request asked, std::uint64_t total) noexcept {
    std::uint64_t first = 0;
    if (asked.number == 0 || __builtin_mul_overflow(asked.number - 1, asked.size, &first) || first >= total) return {};
    return {first, asked.size < total - first ? first + asked.size : total};
}

}  // namespace sillok::detail
