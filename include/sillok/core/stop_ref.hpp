#pragma once
// Whether it is time to stop, as who runs for long is told.
//
//     follow.run(stop);        // a std::stop_token, or anything else with `bool stop_requested() const`

#include <concepts>
#include <type_traits>

namespace sillok {

// Anything that can say that it is time to stop, such as std::stop_token, whose header costs more than all that uses it here.
template <class S>
concept stop_signal = requires(const S& stop) {
    { stop.stop_requested() } -> std::convertible_to<bool>;
};

// A reference to such a signal for the length of one call; without one, it is never time.
//
// Threads: as the signal
class stop_ref {
public:
    constexpr stop_ref() noexcept = default;
    template <class S>
        requires(!std::is_same_v<S, stop_ref> && stop_signal<S>)
    constexpr stop_ref(const S& signal) noexcept  // NOLINT(google-explicit-constructor)
        : signal_(&signal),
          asks_([](const void* s) { return static_cast<bool>(static_cast<const S*>(s)->stop_requested()); }) {}

    bool stop_requested() const { return asks_ != nullptr && asks_(signal_); }

private:
    const void* signal_ = nullptr;
    bool (*asks_)(const void*) = nullptr;
};

}  // namespace sillok
