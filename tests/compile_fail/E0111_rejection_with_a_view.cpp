// A rejection that would point to what is gone.
// expect: sillok[E0111]
// expect: not_now
#include <string>
#include <string_view>

#include "sillok/command/decision.hpp"

struct done {
    int n;
};
struct not_now {
#ifdef FIXED
    std::string why;
#else
    std::string_view why;
#endif
};

sillok::decision<done> decide(const std::string& why) { return sillok::reject(not_now{why}); }

int main() { return decide("no").accepted() ? 1 : 0; }
