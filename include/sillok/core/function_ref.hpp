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
public:
    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, function_ref> && std::is_invocable_r_v<R, F&, Args...>)
    constexpr function_ref(F&& callee) noexcept  // NOLINT(google-explicit-constructor)
        : callee_(const_cast<void*>(static_cast<const void*>(__builtin_addressof(callee)))),
          call_([](void* self, Args... args) -> R {
              return static_cast<R>((*static_cast<std::remove_reference_t<F>*>(self))(static_cast<Args&&>(args)...));
          }) {}

    R operator()(Args... args) const { return call_(callee_, static_cast<Args&&>(args)...); }

private:
    void* callee_;
    R (*call_)(void*, Args...);
};

}  // namespace sillok
