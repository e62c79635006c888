#pragma once
// The view of an open store: replaced as the log grows, and where an index turns out not to fit its segment.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok::detail {

// Threads: any number at once
class current_view {
public:
    // `guard` guards the view, and what is posted in it. Who writes puts indexes into files, and
    // who clusters the records as well.
    current_view(file_log& log, monitor& guard, bool writes, bool clusters)
        : log_(log),
          guard_(guard),
          writes_(writes),
          clusters_(clusters),
          now_(std::make_shared<const log_view>(log.identity().store, guard)) {}

    std::shared_ptr<const log_view> now() const {
        const monitor_lock hold(guard_);
        return now_;
    }
    // The view before goes with the last who reads it.
    void install(std::shared_ptr<const log_view> fresh) noexcept {
        const monitor_lock hold(guard_);
        now_.swap(fresh);
    }
    // The same with the guard held, which `make` may use to look at the present view last.
    template <class Make>
    void install_made(std::shared_ptr<log_view> fresh, Make make) noexcept {
        std::shared_ptr<const log_view> before;
        const monitor_lock hold(guard_);
        make(*now_, *fresh);
        before = std::exchange(now_, std::move(fresh));
    }
    // Puts in an extent in the place of that of the same segment.
    void replace(const std::shared_ptr<const extent>& fresh) {
        std::shared_ptr<const log_view> before;  // goes after the guard is free
        const monitor_lock hold(guard_);
        auto next = std::make_shared<log_view>(*now_);
        for (std::shared_ptr<const extent>& each : next->extents)
            if (each->segment == fresh->segment) each = fresh;
        before = std::exchange(now_, std::move(next));
    }

    // Puts in an extent in the place of that with its number: another file has the segment's name now.
    void replace_segment(const std::shared_ptr<const extent>& fresh) {
        std::shared_ptr<const log_view> before;
        const monitor_lock hold(guard_);
        auto next = std::make_shared<log_view>(*now_);
        const std::size_t at = next->index_of(fresh->segment->number());
        if (at == next->extents.size()) return;
        next->extents[at] = fresh;
        before = std::exchange(now_, std::move(next));
    }

    // Calls `look` with the view, or with the one that is held, and again where it failed because of an index that then was made
    // anew. An index that is new and is blamed again is not to blame: what its segment says does not fit the others.
    template <class Look>
    auto looking(Look look) -> decltype(look(std::declval<const log_view&>())) {
        std::shared_ptr<const log_view> held;
        return looking(held, look);
    }
    template <class Look>
    auto looking(std::shared_ptr<const log_view>& held, Look look) -> decltype(look(std::declval<const log_view&>())) {
        for (std::vector<std::uint64_t> mended;;) {
            if (!held) held = now();
            auto answer = look(*held);
            if (answer) return answer;
            auto is_mended = mend_index(*held, mended);
            if (!is_mended) return std::move(is_mended).error();
            if (!*is_mended) return answer;
            held.reset();
        }
    }

    // Writes the indexes of sealed segments that are only in memory. Where that fails, they stay there.
    void file_indexes() noexcept {
        const monitor_lock hold(filing_);
        try {
            const auto view = now();
            for (const std::shared_ptr<const extent>& each : view->extents) {
                if (!each->postings || !each->is_sealed) continue;
                if (auto filed = put_into_file(log_.reading(), *each, clusters_)) replace(filed);
            }
        } catch (const std::bad_alloc&) {}
    }

private:
    // Makes an index anew that was found not to fit in a view, if none of `mended` is to blame, and adds its segment there. Returns
    // whether there was one; where somebody else was faster, theirs is it.
    //
    // Errors: damaged: it is the segment that does not fit, and the index is not suspected any more; io
    result<bool> mend_index(const log_view& failed, std::vector<std::uint64_t>& mended) {
        for (const std::shared_ptr<const extent>& each : failed.extents) {
            if (!each->is_sealed) continue;  // is read as it was opened, and has its index in memory
            const bool was_replaced = each->was_replaced();
            if (!was_replaced && !each->is_suspect.load(std::memory_order_relaxed)) continue;
            const std::uint64_t number = each->segment->number();
            if (!was_replaced && std::find(mended.begin(), mended.end(), number) != mended.end()) {
                each->is_suspect.store(false, std::memory_order_relaxed);
                continue;
            }
            mended.push_back(number);
            const monitor_lock hold(mending_);
            const auto present = now();
            const std::size_t at = present->index_of(number);
            if (at < present->extents.size() && present->extents[at] != each) return true;
            auto fresh = reload(*each, log_);
            if (!fresh) {
                each->is_suspect.store(false, std::memory_order_relaxed);
                return std::move(fresh).error();
            }
            if ((*fresh)->segment == each->segment)
                replace(*fresh);
            else
                replace_segment(*fresh);
            if (writes_) file_indexes();
            return true;
        }
        return false;
    }

    file_log& log_;
    monitor& guard_;
    monitor mending_;
    monitor filing_;  // held by whoever writes indexes, after `mending_`
    bool writes_;
    bool clusters_;
    std::shared_ptr<const log_view> now_;  // guarded by `guard_`
};

}  // namespace sillok::detail
