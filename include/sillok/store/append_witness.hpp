#pragma once
// Who is present when events are recorded: told of each before any of them can be seen, and able to refuse them all. So a read model is
// brought forward in the same atomic act as the append (projection/inline_store.hpp).

#include <cstddef>
#include <utility>

#include "sillok/core/function_ref.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"

namespace sillok {

// `before` is called with each event of an append, in order, when nothing but writing it can go wrong any more; an error refuses the
// append whole, with that error. `after` is called once, if `before` was, with whether the events are recorded: they can be seen from
// then on, in the order of their positions; it is not known yet whether they are durable. An append that was recorded before, under its
// batch id, calls neither. Both are called by the thread that appends, before the next append begins, and must not call the store;
// `after` may not throw.
struct append_witness {
    function_ref<result<void>(const record_view&)> before;
    function_ref<void(bool is_recorded)> after;
};

}  // namespace sillok

namespace sillok::detail {

// Tells a witness what came of an append, whichever way that ends.
class witnessed {
public:
    explicit witnessed(const append_witness* by) noexcept : by_(by) {}
    witnessed(const witnessed&) = delete;
    witnessed& operator=(const witnessed&) = delete;
    ~witnessed() { tell(false); }

    // Shows the records that stand one behind the other, up to the one at `last`. Without a witness all is well.
    result<void> show(const std::byte* first, position last) {
        if (by_ == nullptr) [[likely]]
            return {};
        is_told_of_ = true;
        for (record_view each(first);; each = record_view(each.bytes().data() + each.size())) {
            if (auto agreed = by_->before(each); !agreed) return agreed;
            if (each.position() == last) return {};
        }
    }
    void recorded() noexcept { tell(true); }

private:
    void tell(bool is_recorded) noexcept {
        if (std::exchange(is_told_of_, false)) by_->after(is_recorded);
    }

    const append_witness* by_;
    bool is_told_of_ = false;
};

}  // namespace sillok::detail
