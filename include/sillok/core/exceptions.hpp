#pragma once
// Exceptions are needed: running out of memory is one, and what a handler of the user's throws leaves a store whole. Whatever
// throws includes this first, so that a compiler without them says so before anything else.

#if !defined(__cpp_exceptions)
#error "sillok needs exceptions: compile without -fno-exceptions"
#endif
