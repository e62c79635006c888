#pragma once
// Several commands on several aggregates of one store, as one act: all that they decide is recorded, or nothing.
//
//     // One user per e-mail address: the address is an aggregate of its own, whose stream must not exist yet.
//     sillok::atomically(context, sillok::command_to(users, "42", register_user{email}),
//                                 sillok::command_to(addresses, email, reserve_address{"42"}));

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "sillok/command/carry_out.hpp"
#include "sillok/command/command_context.hpp"
#include "sillok/command/failure.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/core/hash.hpp"
#include "sillok/core/result.hpp"

namespace sillok {

// A command with the aggregate that it is for. Refers to repository and key.
template <class Repository, class Command>
class command_to {
public:
    command_to(const Repository& repository, std::string_view key, Command command)
        : repository_(&repository), key_(key), command_(std::move(command)) {}

    // The version of this aggregate that the sender saw.
    command_to expecting(version seen) && {
        expected_ = seen;
        return std::move(*this);
    }

    const Repository& repository() const noexcept { return *repository_; }
    result<void, failure> prepare(prepared_batch& batch) const {
        return repository_->prepare(batch, key_, command_, expected_);
    }
    std::uint64_t content() const { return Repository::content_of(key_, command_); }
    bool expects() const noexcept { return expected_.has_value(); }

private:
    const Repository* repository_;
    std::string_view key_;
    Command command_;
    std::optional<version> expected_;
};

// Decides all commands, each on its aggregate as it is now, and appends what they decided in one act. One rejection, and
// nothing is recorded. A conflict starts all over, up to `retries` of the first repository, unless a version was expected.
//
// Requires: all repositories refer to one store, and no aggregate stands here twice
// Errors:   as repository::execute; invalid_argument where the repositories' stores differ, an aggregate stands here twice, or
//           `context` expects a version: that is said for each aggregate, with command_to::expecting.
template <class... Repository, class... Command>
result<receipt, failure> atomically(const command_context& context, const command_to<Repository, Command>&... command) {
    static_assert(sizeof...(command) > 0);
    const auto first = [](const auto& front, const auto&...) -> const auto& { return front.repository(); };
    const auto& repository = first(command...);
    if (!((command.repository().store() == repository.store()) && ...))
        return failure(error(error_kind::invalid_argument,
                             "atomically: the repositories refer to different stores. Use one store"));

    if (context.expected())
        return failure(error(error_kind::invalid_argument,
                             "atomically: a version is expected, but not of which aggregate. Say it at the "
                             "command: command_to(…).expecting(version)"));

    std::uint64_t content = 0;
    if (!context.id().is_nil()) ((content = content * 31 + command.content()), ...);
    const bool retry = !(command.expects() || ...);
    return detail::carry_out(repository.store(), context, content, repository.options().source,
                             retry ? repository.options().retries : 0, [&](prepared_batch& batch) {
                                 result<void, failure> decided;
                                 static_cast<void>(((decided = command.prepare(batch)).has_value() && ...));
                                 return decided;
                             });
}

}  // namespace sillok
