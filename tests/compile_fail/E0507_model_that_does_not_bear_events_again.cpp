// expect: sillok[E0507]: a read model of which only the position is kept is handed events again after a crash
// expect: letters
#include <cstdint>

#include <sillok/projection/checkpoint_file.hpp>
#include <sillok/projection/projector.hpp>

struct paid {
    std::int64_t amount;
};
struct ledger_events : sillok::events<sillok::event<"ledger.paid", paid>> {};

struct letters {
    static constexpr sillok::name name = "letters";
    using events = ledger_events;
#ifdef FIXED
    bool has_taken(const sillok::metadata& m) const { return m.position() <= last; }
#else
    bool has_taken(sillok::position at) const { return at <= last; }
#endif
    sillok::position last{};
    void on(const paid&, const sillok::metadata& m) { last = m.position(); }
};

void follow(sillok::store_ref store, sillok::shared_model<letters>& shown, sillok::checkpoint_file& kept) {
    sillok::projector<letters> it(store, shown, kept);
    static_cast<void>(it.catch_up());
}
