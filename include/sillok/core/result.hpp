#pragma once
// A value or the reason why there is none, with the interface that std::expected and Boost.System's result share.
// Boost.System's own costs 0.28 s to include here, more than the whole budget of the headers that need it
// (docs/decisions/0003-own-result.md).

#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "sillok/core/assert.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/exceptions.hpp"

namespace sillok {

// What `value()` throws where there is none.
class bad_result : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace sillok

namespace sillok::detail {

template <class E>
[[noreturn]] inline void throw_bad_result(const E& why) {
    if constexpr (requires { std::string(to_string(why)); })
        throw bad_result(std::string(to_string(why)));
    else
        throw bad_result("sillok::result has no value");
}

}  // namespace sillok::detail

namespace sillok {

template <class T, class E = error>
class [[nodiscard]] result {
public:
    using value_type = T;
    using error_type = E;

    result(const T& value) : has_(true) { construct(value_, value); }                   // NOLINT
    result(T&& value) noexcept(std::is_nothrow_move_constructible_v<T>) : has_(true) {  // NOLINT
        construct(value_, std::move(value));
    }
    result(const E& why) : has_(false) { construct(error_, why); }                 // NOLINT
    result(E&& why) noexcept : has_(false) { construct(error_, std::move(why)); }  // NOLINT

    result(const result& other) : has_(other.has_) {
        if (has_)
            construct(value_, other.value_);
        else
            construct(error_, other.error_);
    }
    result(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : has_(other.has_) {
        if (has_)
            construct(value_, std::move(other.value_));
        else
            construct(error_, std::move(other.error_));
    }
    result& operator=(const result& other) {
        if (this != &other) *this = result(other);
        return *this;
    }
    // Where a move may throw, the old value is kept until the new one stands.
    result& operator=(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
        if (this == &other) return *this;
        if constexpr (std::is_nothrow_move_constructible_v<T>) {
            destroy();
            has_ = other.has_;
            if (has_)
                construct(value_, std::move(other.value_));
            else
                construct(error_, std::move(other.error_));
        } else if (has_ && other.has_) {
            value_ = std::move(other.value_);
        } else if (other.has_) {
            E kept = std::move(error_);
            error_.~E();
            restore on_throw{*this, kept};
            construct(value_, std::move(other.value_));
            on_throw.armed = false;
            has_ = true;
        } else {
            destroy();
            has_ = false;
            construct(error_, std::move(other.error_));
        }
        return *this;
    }
    ~result() { destroy(); }

    bool has_value() const noexcept { return has_; }
    explicit operator bool() const noexcept { return has_; }

    // Of a result that goes, a value of its own: what is read from it in a range-for stays.
    //
    // Errors: bad_result where there is no value.
    T& value() & { return checked(), value_; }
    const T& value() const& { return checked(), value_; }
    T value() && { return checked(), std::move(value_); }

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
    // Placement new rather than std::construct_at, which lives in a header of 0.1 s.
    template <class Member, class... Args>
    static void construct(Member& member, Args&&... args) {
        ::new (static_cast<void*>(__builtin_addressof(member))) Member(std::forward<Args>(args)...);
    }
    void destroy() noexcept {
        if (has_)
            value_.~T();
        else
            error_.~E();
    }
    struct restore {
        result& self;
        E& kept;
        bool armed = true;
        ~restore() {
            if (armed) construct(self.error_, std::move(kept));
        }
    };

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
    result(E why) : error_(new E(std::move(why))) {}  // NOLINT(google-explicit-constructor)
    result(const result& other) : error_(other.error_ != nullptr ? new E(*other.error_) : nullptr) {}
    result(result&& other) noexcept : error_(std::exchange(other.error_, nullptr)) {}
    result& operator=(const result& other) { return *this = result(other); }
    result& operator=(result&& other) noexcept {
        std::swap(error_, other.error_);
        return *this;
    }
    ~result() {
        if (error_ != nullptr) [[unlikely]]
            discard(error_);
    }

    bool has_value() const noexcept { return error_ == nullptr; }
    explicit operator bool() const noexcept { return error_ == nullptr; }

    // Errors: bad_result where it failed.
    void value() const {
        if (error_ != nullptr) detail::throw_bad_result(*error_);
    }

    // Requires: !has_value()
    E& error() & noexcept { return SILLOK_ASSERT(error_ != nullptr), *error_; }
    const E& error() const& noexcept { return SILLOK_ASSERT(error_ != nullptr), *error_; }
    E&& error() && noexcept { return SILLOK_ASSERT(error_ != nullptr), std::move(*error_); }

private:
    // Out of line, so that a function that succeeds carries none of it.
    [[gnu::__cold__, gnu::noinline]] static void discard(E* why) noexcept { delete why; }

    // One pointer, so that success costs a null and is passed in a register.
    E* error_ = nullptr;
};

}  // namespace sillok
