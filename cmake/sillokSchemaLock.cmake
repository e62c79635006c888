# A schema lock for a target: its build fails where a struct of an event was changed without a new version.
#
#     sillok_schema_lock(TARGET bank CATALOGUE bank_events HEADER "bank/events.hpp" LOCK schema/bank.lock)
#
# adds to `bank` a source that compares the catalogue with the lock, by the compiler alone; and a target `bank_schema_lock`, not part
# of any other, that writes the lock into the source tree, to be committed. HEADER is what `bank` includes to see the catalogue, or a
# path from the current source directory, as LOCK is. Of several locks of one target each needs a NAME, which stands before _schema_lock.

# Compiles and links `target` as `like` is, or, with the prefix INTERFACE_, as what links `like` is. It does not depend on `like`.
function(sillok_compile_as target like prefix)
    foreach(property IN ITEMS CXX_STANDARD CXX_EXTENSIONS)
        get_target_property(value ${like} ${property})
        if(NOT value MATCHES "-NOTFOUND$")
            set_target_properties(${target} PROPERTIES ${property} "${value}")
        endif()
    endforeach()
    target_include_directories(${target} PRIVATE "$<TARGET_PROPERTY:${like},${prefix}INCLUDE_DIRECTORIES>")
    target_compile_definitions(${target} PRIVATE "$<TARGET_PROPERTY:${like},${prefix}COMPILE_DEFINITIONS>")
    target_compile_options(${target} PRIVATE "$<TARGET_PROPERTY:${like},${prefix}COMPILE_OPTIONS>")
    target_compile_features(${target} PRIVATE "$<TARGET_PROPERTY:${like},${prefix}COMPILE_FEATURES>")
    target_link_options(${target} PRIVATE "$<TARGET_PROPERTY:${like},${prefix}LINK_OPTIONS>")
    target_link_libraries(${target} PRIVATE "$<TARGET_PROPERTY:${like},${prefix}LINK_LIBRARIES>")
endfunction()

function(sillok_schema_lock)
    cmake_parse_arguments(PARSE_ARGV 0 lock "" "TARGET;CATALOGUE;HEADER;LOCK;NAME" "")
    foreach(word IN ITEMS TARGET CATALOGUE HEADER LOCK)
        if(NOT lock_${word})
            message(FATAL_ERROR "sillok_schema_lock: ${word} is missing")
        endif()
    endforeach()
    if(lock_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "sillok_schema_lock: it does not know ${lock_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT TARGET ${lock_TARGET})
        message(FATAL_ERROR "sillok_schema_lock: there is no target ${lock_TARGET}; add it before its lock")
    endif()
    get_target_property(aliased ${lock_TARGET} ALIASED_TARGET)
    if(aliased)
        set(lock_TARGET ${aliased})
    endif()
    if(NOT lock_NAME)
        set(lock_NAME "${lock_TARGET}")
    endif()
    set(writer "${lock_NAME}_schema_lock")
    if(TARGET ${writer})
        message(FATAL_ERROR "sillok_schema_lock: there is a target ${writer} already; give each lock of a target a NAME")
    endif()
    cmake_path(ABSOLUTE_PATH lock_LOCK NORMALIZE OUTPUT_VARIABLE lock_file)
    cmake_path(GET lock_file PARENT_PATH lock_directory)
    set(generated "${CMAKE_CURRENT_BINARY_DIR}/${writer}")
    if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${lock_HEADER}")
        set(lock_HEADER "${CMAKE_CURRENT_SOURCE_DIR}/${lock_HEADER}")
    endif()

    # A lock that is not there yet is an error of the build, not of configuring, which must work for the target that writes it. The
    # compiler notes what it includes, so a lock that changes is checked anew.
    file(CONFIGURE OUTPUT "${generated}/check.cpp" @ONLY CONTENT [=[
// Compares a catalogue with its schema lock. Written by sillok_schema_lock().
#include "@lock_HEADER@"
#include <sillok/event/schema_lock.hpp>
#if !__has_include("@lock_file@")
#error sillok[E0302]: there is no lock @lock_LOCK@. Fix: build the target @writer@ and commit the file. See docs/errors.md#E0302
#else
namespace {
constexpr sillok::locked_layout locked[] = {
#include "@lock_file@"
    {}};
[[maybe_unused]] constexpr bool is_locked = sillok::require_lock<@lock_CATALOGUE@, locked>();
}  // namespace
#endif
]=])
    set_source_files_properties("${generated}/check.cpp" TARGET_DIRECTORY ${lock_TARGET} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    get_target_property(type ${lock_TARGET} TYPE)
    set(prefix "")
    if(type STREQUAL "INTERFACE_LIBRARY")  # it compiles nothing itself; whatever links it depends on the check instead
        set(prefix "INTERFACE_")
        add_library(${writer}_check OBJECT "${generated}/check.cpp")
        sillok_compile_as(${writer}_check ${lock_TARGET} "${prefix}")
        add_dependencies(${lock_TARGET} ${writer}_check)
    else()
        target_sources(${lock_TARGET} PRIVATE "${generated}/check.cpp")
    endif()

    # The writer sees the header as the target does.
    file(CONFIGURE OUTPUT "${generated}/write.cpp" @ONLY CONTENT [=[
// Writes the schema lock of a catalogue. Written by sillok_schema_lock().
#include "@lock_HEADER@"
#include <sillok/event/schema_lock_file.hpp>

int main() { return sillok::run_schema_lock<@lock_CATALOGUE@>("@lock_file@", "@writer@"); }
]=])
    if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
        add_custom_target(${writer}
            COMMAND "${CMAKE_COMMAND}" -E echo "${writer} has to run a program, and this build is for another machine."
            COMMAND "${CMAKE_COMMAND}" -E echo "Build it on the host, or set CMAKE_CROSSCOMPILING_EMULATOR."
            COMMAND "${CMAKE_COMMAND}" -E false VERBATIM)
        return()
    endif()
    add_executable(${writer}_program EXCLUDE_FROM_ALL "${generated}/write.cpp")
    sillok_compile_as(${writer}_program ${lock_TARGET} "${prefix}")
    add_custom_target(${writer}
        COMMAND "${CMAKE_COMMAND}" -E make_directory "${lock_directory}"
        COMMAND ${writer}_program
        COMMENT "Writing ${lock_LOCK}" VERBATIM)
endfunction()
