#pragma once
// A reference to something callable, for the length of one call: two pointers, no allocation, no ownership.
// (std::function_ref arrives with C++26.)

#include <type_traits>
#include <utility>

namespace sillok {

template <class Signature>
class function_ref;

template <class R, class... Args>
class function_ref<R(Args...)> {
    template <class F>
    static constexpr bool is_plain = std::is_function_v<std::remove_pointer_t<std::remove_cvref_t<F>>>;
    template <class F>
    static constexpr bool is_called = std::conjunction_v<std::is_function<F>, std::is_invocable_r<R, F&, Args...>>;

public:
    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, function_ref> && !is_plain<F> &&
                 std::is_invocable_r_v<R, F&, Args...>)
    constexpr function_ref(F&& callee) noexcept  // NOLINT(google-explicit-constructor)
        : callee_{.object = const_cast<void*>(static_cast<const void*>(__builtin_addressof(callee)))},
          call_([](referred self, Args... args) -> R {
              return static_cast<R>(
                  (*static_cast<std::remove_reference_t<F>*>(self.object))(static_cast<Args&&>(args)...));
          }) {}

    // A function, which is referred to itself: a pointer to it may be gone before the call.
    //
    // Requires:    it is not null.
    template <class F>
        requires(is_called<F>)
    explicit(false) function_ref(F* callee) noexcept
        : callee_{.function = reinterpret_cast<void (*)()>(callee)}, call_([](referred self, Args... args) -> R {
              return static_cast<R>((*reinterpret_cast<F*>(self.function))(static_cast<Args&&>(args)...));
          }) {}

    R operator()(Args... args) const { return call_(callee_, static_cast<Args&&>(args)...); }

private:
    // No pointer to an object need be able to hold one to a function.
    union referred {
        void* object;
        void (*function)();
    };

    referred callee_;
    R (*call_)(referred, Args...);
};

}  // namespace sillok
