#pragma once
// A read model that is read while it is updated: any number of readers at once, or the one who updates it.
//
//     sillok::shared_model<payments> model;
//     model.update([&](payments& rows) { return rows.put(row); });
//     auto page = model.read([](const payments& rows) { return rows.select().page({}); });

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "sillok/core/assert.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok::detail {

// A lock for readers and writers in which both come to their turn: who wants to read waits for a writer that waits already, and a
// writer that is done lets all in who wait to read before the next one writes. std::shared_mutex is the system's lock, which lets
// readers pass a writer for as long as there are any.
class fair_gate {
public:
    void enter_reader() noexcept {
        const monitor_lock hold(monitor_);
        if (!writing_ && writers_waiting_ == 0) {
            ++readers_;
            return;
        }
        // The writer that ends this phase counts us in.
        const std::uint64_t mine = phase_;
        ++readers_waiting_;
        while (phase_ == mine) monitor_.wait();
    }
    void leave_reader() noexcept {
        const monitor_lock hold(monitor_);
        SILLOK_ASSERT(readers_ != 0);
        if (--readers_ == 0 && writers_waiting_ != 0) monitor_.announce();
    }
    void enter_writer() noexcept {
        const monitor_lock hold(monitor_);
        ++writers_waiting_;
        while (writing_ || readers_ != 0) monitor_.wait();
        --writers_waiting_;
        writing_ = true;
    }
    void leave_writer() noexcept {
        const monitor_lock hold(monitor_);
        SILLOK_ASSERT(writing_ && readers_ == 0);
        writing_ = false;
        ++phase_;
        readers_ = readers_waiting_;
        readers_waiting_ = 0;
        monitor_.announce();
    }

    // For tests.
    struct crowd {
        std::uint32_t readers;
        std::uint32_t writers;
    };
    crowd waiting() noexcept {
        const monitor_lock hold(monitor_);
        return {readers_waiting_, writers_waiting_};
    }

private:
    monitor monitor_;
    std::uint64_t phase_ = 0;
    std::uint32_t readers_ = 0;
    std::uint32_t readers_waiting_ = 0;
    std::uint32_t writers_waiting_ = 0;
    bool writing_ = false;
};

}  // namespace sillok::detail

namespace sillok {

// Threads:     Any number at once. A reader waits for an update that runs or waits, and an update for the readers that are inside:
//              none of them waits for ever while each of them ends.
// Requires:    Neither function calls `read` or `update` of the same model.
template <class Model>
class shared_model {
public:
    shared_model() = default;
    explicit shared_model(Model model) : model_(std::move(model)) {}
    shared_model(const shared_model&) = delete;
    shared_model& operator=(const shared_model&) = delete;

    // What f makes of the model, as a value: nothing that lies in the model may be returned, such as what `find` points at.
    template <class F>
    auto read(F&& f) const {
        static_assert(
            returns_no_place<decltype(f(std::declval<const Model&>()))>,
            "sillok: read returns a value; what points into the model may change or go as soon as others update it");
        gate_.enter_reader();
        const leaving<&detail::fair_gate::leave_reader> at_end{gate_};
        return f(std::as_const(model_));
    }
    // As `read`, alone and with a model that may be changed. Where f throws, the model stays as f left it.
    template <class F>
    auto update(F&& f) {
        static_assert(
            returns_no_place<decltype(f(std::declval<Model&>()))>,
            "sillok: update returns a value; what points into the model may change or go as soon as others update it");
        gate_.enter_writer();
        const leaving<&detail::fair_gate::leave_writer> at_end{gate_};
        return f(model_);
    }

    // The model, alone, for as long as this lives: for who cannot say in one function what is done to it.
    class updating {
    public:
        explicit updating(shared_model& of) noexcept : of_(of) { of_.gate_.enter_writer(); }
        updating(const updating&) = delete;
        updating& operator=(const updating&) = delete;
        ~updating() { of_.gate_.leave_writer(); }

        Model& operator*() const noexcept { return of_.model_; }

    private:
        shared_model& of_;
    };

private:
    template <class Returned>
    static constexpr bool returns_no_place = !std::is_reference_v<Returned> && !std::is_pointer_v<Returned>;

    template <void (detail::fair_gate::*Leave)() noexcept>
    struct leaving {
        detail::fair_gate& gate;
        ~leaving() { (gate.*Leave)(); }
    };

    mutable detail::fair_gate gate_;
    Model model_;
};

}  // namespace sillok
