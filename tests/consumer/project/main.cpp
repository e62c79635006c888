#include <sillok/version.hpp>

#if __has_include(<sillok/sillok.hpp>)
#include <sillok/sillok.hpp>
#endif

int main() { return SILLOK_VERSION_NUMBER > 0 ? 0 : 1; }
