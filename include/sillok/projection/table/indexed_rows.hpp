#pragma once
// The rows of a table with their indexes, and what was done to them since a transaction began. Everything that may fail is done
// before anything is changed: room is made first, and linking cannot fail. Knows nothing of errors; see table.hpp.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/core/type_list.hpp"
#include "sillok/projection/table/index.hpp"
#include "sillok/projection/table/row_chains.hpp"
#include "sillok/projection/table/row_slots.hpp"
#include "sillok/projection/table/row_tree.hpp"

namespace sillok::detail {

template <std::size_t I, class T>
std::type_identity<T> type_in(const leaf<I, T>*);

constexpr std::size_t rounded(std::size_t bytes, std::size_t to) noexcept { return (bytes + to - 1) / to * to; }

// Requires: Key is unique<...>; comparisons and hashes of members do not throw
template <class Row, class Key, class... Indexes>
class indexed_rows {
    using all = types<Key, Indexes...>;

public:
    static constexpr std::size_t index_count = all::size;
    template <std::size_t I>
    using index =
        index_traits<typename decltype(type_in<I>(static_cast<typename leaves_of<all>::type*>(nullptr)))::type>;
    template <std::size_t I>
    using members_of = typename index<I>::members;
    using key = members_of<0>;
    template <std::size_t I>
    using at = std::integral_constant<std::size_t, I>;

    indexed_rows() noexcept : slots_(stride, alignment) {}
    indexed_rows(const indexed_rows& other) : indexed_rows() { copy(other); }
    indexed_rows(indexed_rows&& other) noexcept : indexed_rows() { swap(other); }
    indexed_rows& operator=(indexed_rows other) noexcept {
        swap(other);
        return *this;
    }
    ~indexed_rows() {
        forget_changes();
        for_rows([](Row& each) {
            each.~Row();
            return true;
        });
    }
    void swap(indexed_rows& other) noexcept {
        std::swap(slots_, other.slots_);
        std::swap(chains_, other.chains_);
        std::swap(trees_, other.trees_);
        std::swap(size_, other.size_);
        std::swap(changes_, other.changes_);
        std::swap(in_transaction_, other.in_transaction_);
    }

    std::size_t size() const noexcept { return size_; }
    std::size_t bytes() const noexcept {
        std::size_t sum = slots_.bytes() + changes_.capacity() * sizeof(change);
        for (const auto& each : chains_) sum += each.bytes();
        return sum;
    }
    [[gnu::always_inline]] Row& row(row_slot s) const noexcept {
        return *std::launder(reinterpret_cast<Row*>(slots_.at(s) + row_offset));
    }
    // Calls f with every row, in no order, until it returns false.
    template <class F>
    bool for_rows(F&& f) const {
        for (row_slot s = 0; s < slots_.used(); ++s)
            if (is_linked(s) && !f(row(s))) return false;
        return true;
    }

    // An ordered index, by its number among all indexes.
    std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(size_); }
    template <std::size_t I, class IsBefore>
    std::uint32_t count_before(IsBefore is_before) const {
        return trees_[place_in_kind[I]].count_before(tree(I), [&](row_slot s) { return is_before(row(s)); });
    }
    // Calls f with `count` rows from the one that has `first` before it, forwards or backwards, until it returns false.
    template <std::size_t I, class F>
    bool walk(std::uint32_t first, std::uint32_t count, bool backwards, F&& f) const {
        const row_tree& rows = trees_[place_in_kind[I]];
        if (count == 0) return true;
        for (row_slot s = rows.nth(tree(I), first);;
             s = backwards ? rows.previous(tree(I), s) : rows.next(tree(I), s)) {
            if (!f(std::as_const(row(s)))) return false;
            if (--count == 0) return true;
        }
    }

    // Whether no row but `mine` has the values of `fresh` in any unique index behind the key; else calls found(index, row).
    template <class Found>
    bool others_lack(const Row& fresh, row_slot mine, Found found) const {
        if constexpr (chain_count == 1) return true;
        return for_all([&]<std::size_t I>(at<I> which) {
            if constexpr (I > 0 && !index<I>::is_ordered) {
                const row_slot other = slot_like<I>(fresh);
                if (other != no_slot && other != mine) {
                    found(which, row(other));
                    return false;
                }
            }
            return true;
        });
    }
    template <std::size_t I, class Is>
    row_slot find_in(std::uint32_t hash, Is is) const {
        return chains_[place_in_kind[I]].find(chain(I), hash, [&](row_slot s) { return is(row(s)); });
    }
    template <std::size_t I>
    row_slot slot_like(const Row& like) const {
        return find_in<I>(members_of<I>::hash(like),
                          [&](const Row& r) { return members_of<I>::compare(r, like) == 0; });
    }
    row_slot slot_of(const Row& like) const { return slot_like<0>(like); }

    // All that may fail comes first; linking does not.
    void make_room(std::size_t rows) {
        for_each([&]<std::size_t I>(at<I>) {
            if constexpr (!index<I>::is_ordered) chains_[place_in_kind[I]].make_room(chain(I), rows);
        });
    }
    void add(Row&& fresh) {
        make_room(size_ + 1);
        grow_changes(1);
        const row_slot s = take();
        construct(s, std::move(fresh));
        link(s, every);
        ++size_;
        if (in_transaction_) changes_.push_back({change::kind::added, s, no_slot});
    }
    void replace(row_slot s, Row&& fresh) {
        row_slot before = no_slot;
        if (in_transaction_) {
            grow_changes(1);
            before = take();
        }
        const index_set which = changed(row(s), fresh);
        unlink(s, which);
        if (before != no_slot) {
            construct(before, std::move(row(s)));
            changes_.push_back({change::kind::replaced, s, before});
        }
        row(s).~Row();
        construct(s, std::move(fresh));
        link(s, which);
    }
    void remove(row_slot s) {
        grow_changes(1);
        unlink(s, every);
        --size_;
        if (in_transaction_)
            changes_.push_back({change::kind::erased, s, no_slot});
        else
            drop(s);
    }

    void clear() {
        if (!in_transaction_) {
            *this = indexed_rows();
            return;
        }
        grow_changes(size_);
        for (row_slot s = 0; s < slots_.used(); ++s)
            if (is_linked(s)) remove(s);
    }

    bool in_transaction() const noexcept { return in_transaction_; }
    void begin() noexcept { in_transaction_ = true; }
    void commit() noexcept {
        forget_changes();
        in_transaction_ = false;
    }
    void rollback() noexcept {
        for (; !changes_.empty(); changes_.pop_back()) take_back(changes_.back());
        in_transaction_ = false;
    }

    // For tests.
    bool is_sound() const {
        std::size_t linked = 0;
        for_rows([&](const Row&) { return ++linked != 0; });
        return linked == size_ && for_all([&]<std::size_t I>(at<I>) { return index_is_sound<I>(); });
    }

    static constexpr std::array<index_shape, index_count> shapes{index_traits<Key>::shape,
                                                                 index_traits<Indexes>::shape...};

private:
    // How many indexes of its kind stand before it.
    static constexpr std::array<std::size_t, index_count + 1> place_in_kind = [] {
        std::array<std::size_t, index_count + 1> places{};
        std::size_t trees = 0;
        for (std::size_t i = 0; i < index_count; ++i)
            if (shapes[i].is_ordered)
                places[i] = trees++;
            else
                places[i] = i - trees;
        places[index_count] = trees;
        return places;
    }();
    static constexpr std::size_t tree_count = place_in_kind[index_count];
    static constexpr std::size_t chain_count = index_count - tree_count;

    // A slot: the links of unique indexes, those of ordered ones, the row.
    static constexpr std::size_t trees_offset = chain_count * sizeof(chain_link);
    static constexpr std::size_t links_bytes = trees_offset + tree_count * sizeof(tree_links);
    static constexpr std::size_t alignment = (std::max)(alignof(Row), alignof(chain_link));
    static constexpr std::size_t row_offset = rounded(links_bytes, alignof(Row));
    static constexpr std::size_t stride = rounded(row_offset + sizeof(Row), alignment);

    // What was done, to be taken back: `now` was added, or erased and is kept, or is what `before` was.
    struct change {
        enum class kind : std::uint8_t { added, erased, replaced } what;
        row_slot now;
        row_slot before;
    };
    using index_set = std::array<bool, index_count>;

    void construct(row_slot s, Row&& from) noexcept {
        ::new (static_cast<void*>(slots_.at(s) + row_offset)) Row(std::move(from));
    }
    row_chains::place chain(std::size_t which) const noexcept {
        return {slots_, place_in_kind[which] * sizeof(chain_link)};
    }
    row_tree::place tree(std::size_t which) const noexcept {
        return {slots_, trees_offset + place_in_kind[which] * sizeof(tree_links)};
    }
    bool is_linked(row_slot s) const noexcept { return (chain(0)[s].hash & row_chains::linked) != 0; }
    row_slot take() {
        const row_slot s = slots_.take();
        chain(0)[s].hash = 0;
        return s;
    }
    void drop(row_slot s) noexcept {
        row(s).~Row();
        slots_.give(s);
    }

    template <class F>
    static constexpr bool for_all(F f) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) { return (f(at<I>{}) && ...); }
        (std::make_index_sequence<index_count>{});
    }
    template <class F>
    static constexpr void for_each(F f) {
        [&]<std::size_t... I>(std::index_sequence<I...>) { (f(at<I>{}), ...); }
        (std::make_index_sequence<index_count>{});
    }

    void link(row_slot s, const index_set& which) noexcept {
        for_each([&]<std::size_t I>(at<I>) {
            if (!which[I]) return;
            if constexpr (index<I>::is_ordered)
                trees_[place_in_kind[I]].link(tree(I), s,
                                              [&](row_slot other) { return in_order<I>(row(other), row(s)) < 0; });
            else
                chains_[place_in_kind[I]].link(chain(I), s, members_of<I>::hash(row(s)));
        });
    }
    void unlink(row_slot s, const index_set& which) noexcept {
        for_each([&]<std::size_t I>(at<I>) {
            if (!which[I]) return;
            if constexpr (index<I>::is_ordered)
                trees_[place_in_kind[I]].unlink(tree(I), s);
            else
                chains_[place_in_kind[I]].unlink(chain(I), s);
        });
    }
    static constexpr index_set every = [] {
        index_set set{};
        for (bool& each : set) each = true;
        return set;
    }();
    static index_set changed(const Row& a, const Row& b) {
        index_set set{};
        for_each([&]<std::size_t I>(at<I>) { set[I] = I > 0 && members_of<I>::compare(a, b) != 0; });
        return set;
    }
    template <std::size_t I>
    static int in_order(const Row& a, const Row& b) {
        const int found = members_of<I>::compare(a, b);
        return found != 0 ? found : key::compare(a, b);
    }

    void grow_changes(std::size_t more) {
        const std::size_t wanted = changes_.size() + more;
        if (in_transaction_ && wanted > changes_.capacity())
            changes_.reserve((std::max)(wanted, 2 * changes_.capacity()));
    }
    void take_back(const change& last) noexcept {
        switch (last.what) {
            case change::kind::added:
                unlink(last.now, every);
                drop(last.now);
                --size_;
                break;
            case change::kind::erased:
                link(last.now, every);
                ++size_;
                break;
            case change::kind::replaced:
                const index_set which = changed(row(last.now), row(last.before));
                unlink(last.now, which);
                row(last.now).~Row();
                construct(last.now, std::move(row(last.before)));
                link(last.now, which);
                drop(last.before);
                break;
        }
    }
    void forget_changes() noexcept {
        for (const change& each : changes_) {
            if (each.what == change::kind::erased) drop(each.now);
            if (each.what == change::kind::replaced) drop(each.before);
        }
        changes_.clear();
    }

    // Requires: this is empty and new
    void copy(const indexed_rows& other) {
        auto chains = other.chains_;
        slots_ = row_slots::as_many_as(other.slots_);
        for (row_slot s = 0; s < slots_.used(); ++s) chain(0)[s].hash = 0;
        for (row_slot s = 0; s < slots_.used(); ++s)
            if (other.is_linked(s)) {
                ::new (static_cast<void*>(slots_.at(s) + row_offset)) Row(std::as_const(other.row(s)));
                std::memcpy(slots_.at(s), other.slots_.at(s), links_bytes);
            }
        for (row_slot s = slots_.used(); s-- > 0;)
            if (!is_linked(s)) slots_.give(s);
        chains_ = std::move(chains);
        trees_ = other.trees_;
        size_ = other.size_;
    }

    template <std::size_t I>
    bool index_is_sound() const {
        std::size_t count = 0;
        if constexpr (index<I>::is_ordered) {
            const row_tree& rows = trees_[place_in_kind[I]];
            if (!rows.is_sound(tree(I)) || rows.size(tree(I)) != size_) return false;
            row_slot before = no_slot;
            for (row_slot s = size_ == 0 ? no_slot : rows.nth(tree(I), 0); s != no_slot;
                 before = s, s = rows.next(tree(I), s), ++count)
                if (!is_linked(s) || (before != no_slot && in_order<I>(row(before), row(s)) >= 0)) return false;
        } else {
            for (row_slot s = 0; s < slots_.used(); ++s)
                if (is_linked(s) && slot_like<I>(row(s)) == s) ++count;
        }
        return count == size_;
    }

    row_slots slots_;
    std::array<row_chains, chain_count> chains_;
    std::array<row_tree, tree_count> trees_;
    std::size_t size_ = 0;
    std::vector<change> changes_;
    bool in_transaction_ = false;
};

}  // namespace sillok::detail
