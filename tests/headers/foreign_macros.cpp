// The headers of layers 0 to 2, and of commands and tests what needs no store, after macros that others define: Qt, windows.h,
// assertion libraries, and compilers in their GNU modes.
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <boost/hana/accessors.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/fwd/at.hpp>
#include <boost/hana/fwd/core/to.hpp>
#include <boost/hana/fwd/first.hpp>
#include <boost/hana/fwd/length.hpp>
#include <boost/hana/fwd/second.hpp>
#include <boost/pfr/core.hpp>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
#if __has_include(<rapidjson/reader.h>)
#include <rapidjson/reader.h>
#include <rapidjson/writer.h>
#endif

#include <sillok/core/uuid.hpp>

#define slots
#define signals public
#define emit
#define check(condition)
#define fail(why)
#define cold
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define ERROR 0
#define interface struct
#define near
#define far
#define small char
#define major(device) (device)
#define minor(device) (device)
#define unix 1
#define linux 1

#include <sillok/codec/binary.hpp>
#include <sillok/codec/binary_reader.hpp>
#include <sillok/codec/binary_writer.hpp>
#include <sillok/codec/binding.hpp>
#include <sillok/codec/codec.hpp>
#include <sillok/codec/encodable.hpp>
#include <sillok/codec/malformed.hpp>
#include <sillok/codec/print.hpp>
#include <sillok/codec/reflect.hpp>
#include <sillok/codec/view.hpp>
#include <sillok/codec/view_shape.hpp>
#include <sillok/codec/wire.hpp>
#include <sillok/core/assert.hpp>
#include <sillok/core/bytes.hpp>
#include <sillok/core/calendar.hpp>
#include <sillok/core/checksum.hpp>
#include <sillok/core/error.hpp>
#include <sillok/core/fixed_string.hpp>
#include <sillok/core/function_ref.hpp>
#include <sillok/core/hash.hpp>
#include <sillok/core/name.hpp>
#include <sillok/core/result.hpp>
#include <sillok/core/time.hpp>
#include <sillok/core/type_list.hpp>
#if __has_include(<rapidjson/reader.h>)
#include <sillok/codec/json.hpp>
#include <sillok/codec/json_reader.hpp>
#include <sillok/codec/json_tape.hpp>
#include <sillok/codec/json_writer.hpp>
#endif
#include <sillok/command/aggregate.hpp>
#include <sillok/command/decision.hpp>
#include <sillok/command/failure.hpp>
#include <sillok/command/rejection.hpp>
#include <sillok/command/tags.hpp>
#include <sillok/event/catalogue_index.hpp>
#include <sillok/event/causation.hpp>
#include <sillok/event/context.hpp>
#include <sillok/event/dispatch.hpp>
#include <sillok/event/encode.hpp>
#include <sillok/event/event.hpp>
#include <sillok/event/event_list.hpp>
#include <sillok/event/event_type.hpp>
#include <sillok/event/handler.hpp>
#include <sillok/event/metadata.hpp>
#include <sillok/event/record.hpp>
#include <sillok/event/record_writer.hpp>
#include <sillok/event/stream_id.hpp>
#include <sillok/event/unknown.hpp>
#include <sillok/event/upcast.hpp>
#include <sillok/testing/given.hpp>
#include <sillok/testing/side_by_side.hpp>
