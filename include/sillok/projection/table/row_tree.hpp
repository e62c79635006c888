#pragma once
// An ordered index of a table: a balanced tree through the rows themselves, which counts. Linking and unlinking a row takes no
// memory and cannot fail; how many rows are before a value, and which is the n-th, costs as much as finding one.
//
// Source: weight-balanced trees with the parameters <3, 2>; Y. Hirai, K. Yamamoto: Balancing weight-balanced trees, Journal of
// Functional Programming 21 (3), 2011.

#include <cstddef>
#include <cstdint>

#include "sillok/projection/table/row_slots.hpp"

namespace sillok::detail {

// What an ordered index takes in each row.
struct tree_links {
    row_slot parent;
    row_slot left;
    row_slot right;
    std::uint32_t size;  // of the subtree, with this one
};

// The shape alone: it compares nothing. `of` says where in a slot the links lie.
class row_tree {
public:
    // The rows that links are followed through.
    struct place {
        const row_slots& in;
        std::size_t offset;
        [[gnu::always_inline]] tree_links& operator[](row_slot s) const noexcept {
            return *reinterpret_cast<tree_links*>(in.at(s) + offset);
        }
    };

    std::uint32_t size(place of) const noexcept { return size_of(of, root_); }
    row_slot last() const noexcept { return last_; }

    // Links s behind all rows for which `is_before(row)` is true, which are the first ones of the tree.
    template <class IsBefore>
    void link(place of, row_slot s, IsBefore is_before) noexcept {
        row_slot parent = last_;
        bool left = false;
        // Rows come in the order of time more often than not.
        if (last_ != no_slot && !is_before(last_))
            for (row_slot at = root_; at != no_slot; at = left ? of[at].left : of[at].right) {
                parent = at;
                left = !is_before(at);
            }
        attach(of, s, parent, left);
    }

    // Requires: s is linked
    void unlink(place of, row_slot s) noexcept {
        if (s == last_) last_ = previous(of, s);
        const tree_links gone = of[s];
        row_slot from = gone.parent;
        if (gone.left == no_slot) {
            put_in_place_of(of, s, gone.right);
        } else if (gone.right == no_slot) {
            put_in_place_of(of, s, gone.left);
        } else {
            const row_slot heir = leftmost(of, gone.right);
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
            of[heir].size = gone.size;
            of[gone.left].parent = heir;
        }
        shrink_up(of, from);
    }

    // How many rows are at the beginning for which `is_before(row)` is true.
    template <class IsBefore>
    std::uint32_t count_before(place of, IsBefore is_before) const {
        std::uint32_t before = 0;
        for (row_slot at = root_; at != no_slot;)
            if (is_before(at)) {
                before += size_of(of, of[at].left) + 1;
                at = of[at].right;
            } else {
                at = of[at].left;
            }
        return before;
    }

    // The row that has `rank` others before it. Requires: rank < size
    row_slot nth(place of, std::uint32_t rank) const noexcept {
        row_slot at = root_;
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
    row_slot next(place of, row_slot s) const noexcept {
        if (of[s].right != no_slot) return leftmost(of, of[s].right);
        row_slot up = of[s].parent;
        for (; up != no_slot && of[up].right == s; up = of[up].parent) s = up;
        return up;
    }
    row_slot previous(place of, row_slot s) const noexcept {
        if (of[s].left != no_slot) {
            s = of[s].left;
            while (of[s].right != no_slot) s = of[s].right;
            return s;
        }
        row_slot up = of[s].parent;
        for (; up != no_slot && of[up].left == s; up = of[up].parent) s = up;
        return up;
    }

    // Whether links, sizes and balance are right, for tests.
    bool is_sound(place of) const noexcept {
        return (root_ == no_slot || of[root_].parent == no_slot) && is_sound(of, root_) &&
               (root_ == no_slot ? last_ == no_slot : next(of, last_) == no_slot);
    }

private:
    static std::uint32_t size_of(place of, row_slot s) noexcept { return s == no_slot ? 0 : of[s].size; }
    static std::uint64_t weight(place of, row_slot s) noexcept { return std::uint64_t{size_of(of, s)} + 1; }
    static bool outweighs(std::uint64_t heavy, std::uint64_t light) noexcept { return heavy > 3 * light; }
    static row_slot leftmost(place of, row_slot s) noexcept {
        while (of[s].left != no_slot) s = of[s].left;
        return s;
    }
    static void count(place of, row_slot s) noexcept {
        tree_links& links = of[s];
        links.size = size_of(of, links.left) + size_of(of, links.right) + 1;
    }

    void attach(place of, row_slot s, row_slot parent, bool left) noexcept {
        of[s] = {parent, no_slot, no_slot, 1};
        if (parent == no_slot)
            root_ = s;
        else if (left)
            of[parent].left = s;
        else
            of[parent].right = s;
        if (parent == last_ && !left) last_ = s;
        grow_up(of, parent, s);
    }

    void put_in_place_of(place of, row_slot old, row_slot fresh) noexcept {
        const row_slot parent = of[old].parent;
        if (parent == no_slot)
            root_ = fresh;
        else if (of[parent].left == old)
            of[parent].left = fresh;
        else
            of[parent].right = fresh;
        if (fresh != no_slot) of[fresh].parent = parent;
    }

    // The right child goes up, or the left one; returns it.
    row_slot rotate_left(place of, row_slot top) noexcept {
        const row_slot up = of[top].right;
        put_in_place_of(of, top, up);
        of[top].right = of[up].left;
        if (of[up].left != no_slot) of[of[up].left].parent = top;
        of[up].left = top;
        of[top].parent = up;
        count(of, top);
        count(of, up);
        return up;
    }
    row_slot rotate_right(place of, row_slot top) noexcept {
        const row_slot up = of[top].left;
        put_in_place_of(of, top, up);
        of[top].left = of[up].right;
        if (of[up].right != no_slot) of[of[up].right].parent = top;
        of[up].right = top;
        of[top].parent = up;
        count(of, top);
        count(of, up);
        return up;
    }

    // From s up there is one row more. Of the two children of a row only the one on the way is read: the other's size follows from
    // it, and the other is far away in memory more often than not.
    void grow_up(place of, row_slot s, row_slot child) noexcept {
        std::uint64_t below = of[child].size;
        while (s != no_slot) {
            tree_links& links = of[s];
            ++links.size;
            const std::uint64_t heavy = below + 1;
            const std::uint64_t light = links.size - below;
            if (outweighs(heavy, light)) {
                s = links.left == child ? lift_left(of, s) : lift_right(of, s);
                below = of[s].size;
                child = s;
                s = of[s].parent;
            } else {
                below = links.size;
                child = s;
                s = links.parent;
            }
        }
    }
    void shrink_up(place of, row_slot s) noexcept {
        if (s == no_slot) return;
        // A row has gone below s, on whichever side.
        count(of, s);
        row_slot top = s;
        if (const std::uint64_t left = weight(of, of[s].left), right = weight(of, of[s].right); outweighs(right, left))
            top = lift_right(of, s);
        else if (outweighs(left, right))
            top = lift_left(of, s);
        std::uint64_t below = of[top].size;
        for (row_slot child = top; (s = of[child].parent) != no_slot; child = s) {
            tree_links& links = of[s];
            --links.size;
            const std::uint64_t heavy = links.size - below;
            if (outweighs(heavy, below + 1)) s = links.left == child ? lift_right(of, s) : lift_left(of, s);
            below = of[s].size;
        }
    }
    // The heavy child goes up, or that child's inner one.
    row_slot lift_right(place of, row_slot s) noexcept {
        const row_slot right = of[s].right;
        if (weight(of, of[right].left) >= 2 * weight(of, of[right].right)) rotate_right(of, right);
        return rotate_left(of, s);
    }
    row_slot lift_left(place of, row_slot s) noexcept {
        const row_slot left = of[s].left;
        if (weight(of, of[left].right) >= 2 * weight(of, of[left].left)) rotate_left(of, left);
        return rotate_right(of, s);
    }

    static bool is_sound(place of, row_slot s) noexcept {
        if (s == no_slot) return true;
        const tree_links links = of[s];
        for (const row_slot child : {links.left, links.right})
            if (child != no_slot && of[child].parent != s) return false;
        const std::uint64_t left = weight(of, links.left);
        const std::uint64_t right = weight(of, links.right);
        return links.size == left + right - 1 && !outweighs(left, right) && !outweighs(right, left) &&
               is_sound(of, links.left) && is_sound(of, links.right);
    }

    row_slot root_ = no_slot;
    row_slot last_ = no_slot;
};

}  // namespace sillok::detail
