#pragma once
// The course of a command, whatever its types: has it been accepted before, decide, append, and decide again on a conflict.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sillok/command/command_context.hpp"
#include "sillok/command/failure.hpp"
#include "sillok/command/prepared_batch.hpp"
#include "sillok/core/function_ref.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok::detail {

// Decides, and leaves the events in the batch; runs again after a conflict.
using decide_step = function_ref<result<void, failure>(prepared_batch&)>;

// What an accepted command says when it comes again: its first receipt, or an error if it is not the same command.
inline std::optional<result<receipt, failure>> repeated(const store_ref& store, const uuid& id, std::uint64_t content) {
    if (id.is_nil()) return std::nullopt;
    const auto looked = store.find_batch(id);
    if (!looked) return failure(looked.error());
    const std::optional<recorded_batch>& found = *looked;
    if (!found) return std::nullopt;
    if (found->content != content)
        return failure(error(error_kind::command_reused,
                             "command id " + to_string(id) +
                                 " was accepted before with other content. Give every command an id of its own"));
    if (auto settled = store.settle(found->receipt.last); !settled) return failure(std::move(settled).error());
    receipt first = found->receipt;
    first.repeated = true;
    return first;
}

// What to say instead of `otherwise`, a rejection or the like: if a twin of the command was accepted while this one was
// decided, the state that spoke against it was the twin's doing.
inline result<receipt, failure> unless_repeated(const store_ref& store, const uuid& id, std::uint64_t content,
                                                result<receipt, failure> otherwise) {
    if (auto known = repeated(store, id, content)) return *std::move(known);
    return otherwise;
}

// A batch with the memory of the one before on this thread: a command then allocates nothing for it. Where a command is
// carried out while another one decides, the inner one has memory of its own.
class borrowed_batch {
public:
    borrowed_batch() : batch_(std::move(spare())) {
        if (!batch_) batch_ = std::make_unique<prepared_batch>();
    }
    borrowed_batch(const borrowed_batch&) = delete;
    borrowed_batch& operator=(const borrowed_batch&) = delete;
    ~borrowed_batch() {
        if (batch_->is_small()) spare() = std::move(batch_);
    }
    prepared_batch& operator*() const noexcept { return *batch_; }

private:
    static std::unique_ptr<prepared_batch>& spare() {
        thread_local std::unique_ptr<prepared_batch> one;
        return one;
    }

    std::unique_ptr<prepared_batch> batch_;
};

inline result<receipt, failure> carry_out(store_ref store, const command_context& context, std::uint64_t content,
                                          std::string_view source, std::uint32_t retries, decide_step decide) {
    if (auto known = repeated(store, context.id(), content)) return *std::move(known);
    std::vector<header> headers;
    headers.reserve(context.headers().size());
    for (const auto& [name, value] : context.headers()) headers.push_back({name, value});
    const borrowed_batch borrowed;
    prepared_batch& batch = *borrowed;
    for (std::uint32_t tries = 1;; ++tries) {
        batch.clear();
        if (auto decided = decide(batch); !decided)
            return unless_repeated(store, context.id(), content, std::move(decided).error());
        if (batch.empty()) {
            // What it rests on may be another's append whose sync goes on.
            if (auto settled = store.settle(store.last(horizon::visible)); !settled)
                return failure(std::move(settled).error());
            return unless_repeated(
                store, context.id(), content,
                receipt{.first = {}, .last = {}, .version = batch.seen(), .time = {}, .repeated = false});
        }
        if (const auto twice = batch.unique_twice())
            return failure(error(error_kind::condition_failed,
                                 "two events of one act carry the tag " + *twice + ", which is to be unique"));

        auto done = batch.request([&](auto streams, auto conditions) {
            return store.append({.streams = streams,
                                 .conditions = conditions,
                                 .batch = context.id(),
                                 .content = content,
                                 .causation = context.causation(),
                                 .correlation = context.correlation(),
                                 .source = source,
                                 .headers = headers});
        });
        if (done) return *done;
        const bool may_retry = done.error() == error_kind::conflict && !context.expected() && tries <= retries;
        if (!may_retry) return failure(std::move(done).error());
    }
}

}  // namespace sillok::detail
