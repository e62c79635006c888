#pragma once
// A rejection: the business says no. It is a value with a type of its own, never mixed up with a technical failure.
//
//     if (c.amount > balance) return sillok::reject(insufficient_funds{c.amount - balance});

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/codec/encodable.hpp"
#include "sillok/codec/print.hpp"
#include "sillok/codec/reflect.hpp"

namespace sillok {

// What `reject("insufficient funds")` holds: a plain text, owned.
class reason {
public:
    constexpr explicit reason(std::string_view text) : text_(new char[text.size()]), size_(text.size()) {
        for (std::size_t i = 0; i < size_; ++i) text_[i] = text[i];
    }
    constexpr reason(const reason& other) : reason(other.view()) {}
    constexpr reason(reason&& other) noexcept
        : text_(std::exchange(other.text_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    constexpr reason& operator=(reason other) noexcept {
        std::swap(text_, other.text_);
        std::swap(size_, other.size_);
        return *this;
    }
    constexpr ~reason() { delete[] text_; }

    constexpr std::string_view view() const noexcept { return {text_, size_}; }
    friend constexpr bool operator==(const reason& a, const reason& b) noexcept { return a.view() == b.view(); }

private:
    // Neither a std::string, which clang 14 does not have in constant expressions, nor a std::vector, which libstdc++ 12
    // does not have there while debugging.
    char* text_;
    std::size_t size_;
};

}  // namespace sillok

namespace sillok::detail {

// Tells types apart without RTTI: by an address, and by spelling in constant expressions, where g++ 12 under its sanitizer
// does not compare addresses.
struct type_tag {
    const char* address;
    std::string_view spelling;

    constexpr bool operator==(const type_tag& other) const noexcept {
        return std::is_constant_evaluated() ? spelling == other.spelling : address == other.address;
    }
};

template <class T>
inline constexpr char address_of_type = 0;
template <class T>
consteval std::string_view spelling_of_type() {
    return __PRETTY_FUNCTION__;
}
template <class T>
inline constexpr type_tag tag_of{&address_of_type<T>, spelling_of_type<T>()};

// What a rejection can do, whatever it holds: a table of functions, since g++ 12 refuses virtual destructors of templates in
// constant expressions.
struct held_rejection {
    struct calls {
        type_tag tag;
        held_rejection* (*clone)(const held_rejection&);
        void (*destroy)(held_rejection*);
        bool (*equal)(const held_rejection&, const held_rejection&);
        std::string (*text)(const held_rejection&);
    };
    const calls* call;
};

template <class R>
struct held : held_rejection {
    constexpr explicit held(R why) : held_rejection{&table}, value(std::move(why)) {}

    static constexpr const R& in(const held_rejection& any) { return static_cast<const held&>(any).value; }
    static constexpr held_rejection* clone(const held_rejection& any) { return new held(in(any)); }
    static constexpr void destroy(held_rejection* any) { delete static_cast<held*>(any); }
    static constexpr bool equal(const held_rejection& a, const held_rejection& b) { return same(in(a), in(b)); }
    static std::string text(const held_rejection& any) {
        using sillok::describe;  // in this namespace there may be others of that name
        if constexpr (std::is_same_v<R, reason>)
            return std::string(in(any).view());
        else
            return describe(in(any));
    }
    static constexpr calls table{tag_of<R>, &clone, &destroy, &equal, &text};

    R value;
};

}  // namespace sillok::detail

namespace sillok::require {

template <class Rejection>
consteval bool rejection_owns_what_it_says() {
    constexpr bool owns = !reflectable<Rejection> || encodable<Rejection>;
    static_assert(
        owns,
        "sillok[E0111]: a rejection outlives the decision, so its members own what they say; views, pointers and "
        "references do not. Fix: hold a std::string, or the value itself. See docs/errors.md#E0111");
    return owns;
}

}  // namespace sillok::require

namespace sillok {

// Holds and owns any struct that says why a command was rejected. Usable in constant expressions where the struct is.
class rejection {
public:
    template <class R>
        requires(!std::same_as<std::remove_cvref_t<R>, rejection>)
    constexpr explicit rejection(R why) : held_(new detail::held<R>(std::move(why))) {
        static_cast<void>(require::rejection_owns_what_it_says<R>());
    }
    constexpr rejection(const rejection& other)
        : held_(other.held_ ? other.held_->call->clone(*other.held_) : nullptr) {}
    constexpr rejection(rejection&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    constexpr rejection& operator=(rejection other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    constexpr ~rejection() {
        if (held_ != nullptr) held_->call->destroy(held_);
    }

    // The reason if it is an `R`, or null.
    template <class R>
    constexpr const R* get() const noexcept {
        if (held_ == nullptr || !(held_->call->tag == detail::tag_of<R>)) return nullptr;
        return &detail::held<R>::in(*held_);
    }

    // "insufficient_funds{missing = 100}"
    std::string text() const { return held_ ? held_->call->text(*held_) : std::string(); }

    template <class Stream>
        requires requires(Stream& out, std::string_view text) { out << text << text; }
    friend Stream& operator<<(Stream& out, const rejection& why) {
        out << std::string_view(why.text());
        return out;
    }

    // Two rejections are equal when they hold the same type with equal fields.
    friend constexpr bool operator==(const rejection& a, const rejection& b) {
        if (a.held_ == nullptr || b.held_ == nullptr) return a.held_ == b.held_;
        return a.held_->call->tag == b.held_->call->tag && a.held_->call->equal(*a.held_, *b.held_);
    }

private:
    detail::held_rejection* held_;
};

// Says no, with a struct of one's own.
template <class R>
    requires(!std::convertible_to<const R&, std::string_view>)
constexpr rejection reject(R why) { return rejection(std::move(why)); }

// Says no, in plain text.
constexpr rejection reject(std::string_view why) { return rejection(reason(why)); }

}  // namespace sillok
