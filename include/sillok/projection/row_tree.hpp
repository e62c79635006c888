#pragma once
// An ordered index of a table: a balanced tree through the rows themselves, which counts. Linking and unlinking a row takes no
// memory and cannot fail; how many rows are before a value, and which is the n-th, costs as much as finding one.
//
// Source: weight-balanced trees with the parameters <3, 2>; Y. Hirai, K. Yamamoto: Balancing weight-balanced trees, Journal of
// Functional Programming 21 (3), 2011.

#include <cstddef>
#include <cstdint>

#include "sillok/projection/row_slots.hpp"

namespace sillok::detail {

// What an ordered index takes in each row.
struct tree_links {
    slot parent;
    slot left;
    slot right;
    std::uint32_t size;  // of the subtree, with this one
};

// The shape alone: it compares nothing. `of` says where in a slot the links lie.
class row_tree {
public:
    // The rows that links are followed through.
    struct place {
        const row_slots& slots;
        std::size_t offset;
        tree_links& operator[](slot s) const noexcept { return *reinterpret_cast<tree_links*>(slots.at(s) + offset); }
    };

    std::uint32_t size(place of) const noexcept { return size_of(of, root_); }
    slot last() const noexcept { return last_; }

    // Links s behind all rows for which `is_before(row)` is true, which are the first ones of the tree.
    template <class IsBefore>
    void link(place of, slot s, IsBefore is_before) noexcept {
        slot parent = last_;
        bool left = false;
        // Rows come in the order of time more often than not.
        if (last_ != no_slot && !is_before(last_))
            for (slot at = root_; at != no_slot; at = left ? of[at].left : of[at].right) {
                parent = at;
                left = !is_before(at);
            }
        attach(of, s, parent, left);
    }

    // Requires: s is linked
    void unlink(place of, slot s) noexcept {
        if (s == last_) last_ = previous(of, s);
        const tree_links gone = of[s];
        slot from = gone.parent;
        if (gone.left == no_slot) {
            put_in_place_of(of, s, gone.right);
        } else if (gone.right == no_slot) {
            put_in_place_of(of, s, gone.left);
        } else {
            const slot heir = leftmost(of, gone.right);
            from = of[heir].parent;
            if (from == s) {
                from = heir;
            } else {
                put_in_place_of(of, heir, of[heir].right);
                of[heir].right = gone.right;
                of[gone.right].parent = heir;
            }
            put_in_place_of(of, s, heir);
            of[heir].left = gone.left;
            of[gone.left].parent = heir;
        }
        balance_up(of, from);
    }

    // How many rows are at the beginning for which `is_before(row)` is true.
    template <class IsBefore>
    std::uint32_t count_before(place of, IsBefore is_before) const {
        std::uint32_t before = 0;
        for (slot at = root_; at != no_slot;)
            if (is_before(at)) {
                before += size_of(of, of[at].left) + 1;
                at = of[at].right;
            } else {
                at = of[at].left;
            }
        return before;
    }

    // The row that has `rank` others before it. Requires: rank < size
    slot nth(place of, std::uint32_t rank) const noexcept {
        slot at = root_;
        for (;;) {
            const std::uint32_t before = size_of(of, of[at].left);
            if (rank == before) return at;
            if (rank < before) {
                at = of[at].left;
            } else {
                rank -= before + 1;
                at = of[at].right;
            }
        }
    }

    // The row behind, or none.
    slot next(place of, slot s) const noexcept {
        if (of[s].right != no_slot) return leftmost(of, of[s].right);
        slot up = of[s].parent;
        for (; up != no_slot && of[up].right == s; up = of[up].parent) s = up;
        return up;
    }
    slot previous(place of, slot s) const noexcept {
        if (of[s].left != no_slot) {
            s = of[s].left;
            while (of[s].right != no_slot) s = of[s].right;
            return s;
        }
        slot up = of[s].parent;
        for (; up != no_slot && of[up].left == s; up = of[up].parent) s = up;
        return up;
    }

    // Whether links, sizes and balance are right, for tests.
    bool is_sound(place of) const noexcept {
        return (root_ == no_slot || of[root_].parent == no_slot) && is_sound(of, root_) &&
               (root_ == no_slot ? last_ == no_slot : next(of, last_) == no_slot);
    }

private:
    static std::uint32_t size_of(place of, slot s) noexcept { return s == no_slot ? 0 : of[s].size; }
    static std::uint64_t weight(place of, slot s) noexcept { return std::uint64_t{size_of(of, s)} + 1; }
    static bool outweighs(std::uint64_t heavy, std::uint64_t light) noexcept { return heavy > 3 * light; }
    static slot leftmost(place of, slot s) noexcept {
        while (of[s].left != no_slot) s = of[s].left;
        return s;
    }
    static void count(place of, slot s) noexcept {
        tree_links& links = of[s];
        links.size = size_of(of, links.left) + size_of(of, links.right) + 1;
    }

    void attach(place of, slot s, slot parent, bool left) noexcept {
        of[s] = {parent, no_slot, no_slot, 1};
        if (parent == no_slot)
            root_ = s;
        else if (left)
            of[parent].left = s;
        else
            of[parent].right = s;
        if (parent == last_ && !left) last_ = s;
        balance_up(of, parent);
    }

    void put_in_place_of(place of, slot old, slot fresh) noexcept {
        const slot parent = of[old].parent;
        if (parent == no_slot)
            root_ = fresh;
        else if (of[parent].left == old)
            of[parent].left = fresh;
        else
            of[parent].right = fresh;
        if (fresh != no_slot) of[fresh].parent = parent;
    }

    // The right child goes up, or the left one; returns it.
    slot rotate_left(place of, slot top) noexcept {
        const slot up = of[top].right;
        put_in_place_of(of, top, up);
        of[top].right = of[up].left;
        if (of[up].left != no_slot) of[of[up].left].parent = top;
        of[up].left = top;
        of[top].parent = up;
        count(of, top);
        count(of, up);
        return up;
    }
    slot rotate_right(place of, slot top) noexcept {
        const slot up = of[top].left;
        put_in_place_of(of, top, up);
        of[top].left = of[up].right;
        if (of[up].right != no_slot) of[of[up].right].parent = top;
        of[up].right = top;
        of[top].parent = up;
        count(of, top);
        count(of, up);
        return up;
    }

    void balance_up(place of, slot s) noexcept {
        while (s != no_slot) {
            count(of, s);
            const slot left = of[s].left;
            const slot right = of[s].right;
            const std::uint64_t left_weight = weight(of, left);
            const std::uint64_t right_weight = weight(of, right);
            if (outweighs(right_weight, left_weight)) {
                if (weight(of, of[right].left) >= 2 * weight(of, of[right].right)) rotate_right(of, right);
                s = rotate_left(of, s);
            } else if (outweighs(left_weight, right_weight)) {
                if (weight(of, of[left].right) >= 2 * weight(of, of[left].left)) rotate_left(of, left);
                s = rotate_right(of, s);
            }
            s = of[s].parent;
        }
    }

    static bool is_sound(place of, slot s) noexcept {
        if (s == no_slot) return true;
        const tree_links links = of[s];
        for (const slot child : {links.left, links.right})
            if (child != no_slot && of[child].parent != s) return false;
        const std::uint64_t left = weight(of, links.left);
        const std::uint64_t right = weight(of, links.right);
        return links.size == left + right - 1 && !outweighs(left, right) && !outweighs(right, left) &&
               is_sound(of, links.left) && is_sound(of, links.right);
    }

    slot root_ = no_slot;
    slot last_ = no_slot;
};

}  // namespace sillok::detail
