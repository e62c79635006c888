#pragma once
// A value or the reason why there is none, with the interface that std::expected and Boost.System's result share.
// Boost.System's own costs 0.28 s to include here, more than the whole budget of the headers that need it
// (docs/decisions/0003-own-result.md).

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "sillok/core/assert.hpp"
#include "sillok/core/error.hpp"

namespace sillok {

// What `value()` throws where there is none; without exceptions the program stops.
class bad_result : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace sillok

namespace sillok::detail {

template <class E>
[[noreturn]] inline void throw_bad_result(const E& why) {
#if defined(__cpp_exceptions)
    if constexpr (requires { std::string(why.text()); })
        throw bad_result(std::string(to_string(why.kind())) + ": " + std::string(why.text()));
    else
        throw bad_result("sillok::result has no value");
#else
    static_cast<void>(why);
    std::abort();
#endif
}

}  // namespace sillok::detail

namespace sillok {

template <class T, class E = error>
class [[nodiscard]] result {
public:
    using value_type = T;
    using error_type = E;

    result(const T& value) : has_(true) { std::construct_at(&value_, value); }            // NOLINT
    result(T&& value) noexcept(std::is_nothrow_move_constructible_v<T>) : has_(true) {    // NOLINT
        std::construct_at(&value_, std::move(value));
    }
    result(const E& why) : has_(false) { std::construct_at(&error_, why); }               // NOLINT
    result(E&& why) noexcept : has_(false) { std::construct_at(&error_, std::move(why)); }  // NOLINT

    result(const result& other) : has_(other.has_) { has_ ? void(std::construct_at(&value_, other.value_)) : void(std::construct_at(&error_, other.error_)); }
    result(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : has_(other.has_) {
        if (has_)
            std::construct_at(&value_, std::move(other.value_));
        else
            std::construct_at(&error_, std::move(other.error_));
    }
    result& operator=(const result& other) {
        if (this != &other) *this = result(other);
        return *this;
    }
    result& operator=(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
        if (this != &other) {
            std::destroy_at(this);
            std::construct_at(this, std::move(other));
        }
        return *this;
    }
    ~result() {
        if (has_)
            std::destroy_at(&value_);
        else
            std::destroy_at(&error_);
    }

    bool has_value() const noexcept { return has_; }
    explicit operator bool() const noexcept { return has_; }

    // Errors: bad_result where there is no value.
    T& value() & { return checked(), value_; }
    const T& value() const& { return checked(), value_; }
    T&& value() && { return checked(), std::move(value_); }

    // Requires: has_value()
    T& operator*() & noexcept { return SILLOK_ASSERT(has_), value_; }
    const T& operator*() const& noexcept { return SILLOK_ASSERT(has_), value_; }
    T&& operator*() && noexcept { return SILLOK_ASSERT(has_), std::move(value_); }
    T* operator->() noexcept { return SILLOK_ASSERT(has_), &value_; }
    const T* operator->() const noexcept { return SILLOK_ASSERT(has_), &value_; }

    template <class U>
    T value_or(U&& otherwise) const& {
        return has_ ? value_ : static_cast<T>(std::forward<U>(otherwise));
    }

    // Requires: !has_value()
    E& error() & noexcept { return SILLOK_ASSERT(!has_), error_; }
    const E& error() const& noexcept { return SILLOK_ASSERT(!has_), error_; }
    E&& error() && noexcept { return SILLOK_ASSERT(!has_), std::move(error_); }

private:
    void checked() const {
        if (!has_) detail::throw_bad_result(error_);
    }

    union {
        T value_;
        E error_;
    };
    bool has_;
};

template <class E>
class [[nodiscard]] result<void, E> {
public:
    using value_type = void;
    using error_type = E;

    result() noexcept = default;
    result(E why) noexcept : error_(std::make_unique<E>(std::move(why))) {}  // NOLINT(google-explicit-constructor)
    result(const result& other) : error_(other.error_ ? std::make_unique<E>(*other.error_) : nullptr) {}
    result(result&&) noexcept = default;
    result& operator=(const result& other) { return *this = result(other); }
    result& operator=(result&&) noexcept = default;
    ~result() = default;

    bool has_value() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return !error_; }

    // Errors: bad_result where it failed.
    void value() const {
        if (error_) detail::throw_bad_result(*error_);
    }

    // Requires: !has_value()
    E& error() & noexcept { return SILLOK_ASSERT(error_), *error_; }
    const E& error() const& noexcept { return SILLOK_ASSERT(error_), *error_; }
    E&& error() && noexcept { return SILLOK_ASSERT(error_), std::move(*error_); }

private:
    std::unique_ptr<E> error_;
};

}  // namespace sillok
