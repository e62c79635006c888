#include <sillok/sillok.hpp>

int seen_by_the_other_unit();

int seen_by_the_other_unit() { return SILLOK_VERSION_NUMBER; }
