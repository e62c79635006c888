# Copies tests/schema_lock/project, writes its lock, changes its events, and sees what the build says.
cmake_minimum_required(VERSION 3.23)
set(ENV{LC_ALL} C)

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT status EQUAL 0)
        string(REPLACE ";" " " command "${ARGN}")
        message(FATAL_ERROR "failed: ${command}\n${output}")
    endif()
endfunction()

function(configure folder)
    run("${CMAKE_COMMAND}" -S "${project}" -B "${WORK_DIR}/${folder}" -G "${GENERATOR}" "-DHOW=${HOW}"
        "-DSILLOK_SOURCE_DIR=${SILLOK_SOURCE_DIR}" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}"
        "-DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix" -DFETCHCONTENT_FULLY_DISCONNECTED=ON ${ARGN})
endfunction()

function(build)
    run("${CMAKE_COMMAND}" --build "${WORK_DIR}/build" --target ${ARGN})
endfunction()

# Builds a target, which must fail and say every one of the texts.
function(refused target)
    execute_process(COMMAND "${CMAKE_COMMAND}" --build "${WORK_DIR}/${folder}" --target ${target}
                    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(status EQUAL 0)
        message(FATAL_ERROR "${target} builds, and must not:\n${output}")
    endif()
    foreach(text IN LISTS ARGN)
        string(FIND "${output}" "${text}" place)
        if(place EQUAL -1)
            message(FATAL_ERROR "${target} does not say `${text}` but:\n${output}")
        endif()
    endforeach()
    string(REPLACE ";" "," output "${output}")  # it will be taken for a list
    set(output "${output}" PARENT_SCOPE)
endfunction()

# The same of the check: one error, with that code.
macro(refused_with code)
    refused(bank ${ARGN})
    string(REGEX MATCHALL "error: [^\n]*" errors "${output}")
    list(LENGTH errors count)
    if(NOT count EQUAL 1 OR NOT errors MATCHES "sillok\\[${code}\\]")
        message(FATAL_ERROR "not one error with ${code} but:\n${output}")
    endif()
endmacro()

# As compilers print a text: was<'i', '6', '4'>.
function(spell result name text)
    string(REGEX REPLACE "(.)" "'\\1', " text "${text}")
    string(REGEX REPLACE ", $" "" text "${text}")
    set(${result} "${name}<${text}>" PARENT_SCOPE)
endfunction()

function(edit from to)
    file(READ "${events}" text)
    string(REPLACE "${from}" "${to}" changed "${text}")
    if(text STREQUAL changed)
        message(FATAL_ERROR "the project has no `${from}`")
    endif()
    file(WRITE "${events}" "${changed}")
endfunction()

function(lock_is wanted)
    file(READ "${lock}" text)
    if(NOT text STREQUAL wanted)
        message(FATAL_ERROR "the lock is\n${text}and not\n${wanted}")
    endif()
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
set(project "${WORK_DIR}/project")
set(events "${project}/bank/events.hpp")
set(lock "${project}/schema of it/bank.lock")
set(folder build)
file(COPY "${CMAKE_CURRENT_LIST_DIR}/project" DESTINATION "${WORK_DIR}")
if(HOW STREQUAL "find_package")
    run("${CMAKE_COMMAND}" --install "${SILLOK_BINARY_DIR}" --prefix "${WORK_DIR}/prefix")
endif()

# Without a lock the project can be configured, and its build says what to do.
configure(build)
refused_with(E0302 "there is no lock schema of it/bank.lock" "build the target bank_schema_lock")
build(bank_schema_lock small_schema_lock)
build(all)
set(title "// Sillok schema lock. Written by the target bank_schema_lock[;] commit it. A line that changes is a change of what is recorded.\n")
string(REPLACE "[;]" ";" title "${title}")
set(marked [=[
{"account.marked", 1,
 "as: enum u8 {open = 0; shut = 1}; "
 "notes: map<string, i32>"},
]=])
set(withdrawn [=[
{"money.withdrawn", 1,
 "amount: i64"},
]=])
lock_is("${title}${marked}${withdrawn}")
if(NOT HOW STREQUAL "add_subdirectory")
    return()
endif()

spell(money named "money.withdrawn")
spell(account named "account.marked")

# A new version is not built before it is in the lock, where it is added and nothing else changes.
edit("v1::money_withdrawn /*versions*/" "v1::money_withdrawn, money_withdrawn")
refused_with(E0302 "money_withdrawn" "${money}" "revision<2>")
build(bank_schema_lock)
string(APPEND withdrawn [=[
{"money.withdrawn", 2,
 "amount: i64; "
 "currency: string"},
]=])
lock_is("${title}${marked}${withdrawn}")
build(bank)

# A field of another type is neither built nor locked.
edit("std::int32_t> notes" "std::int64_t> notes")
spell(field field "notes")
spell(was was "map<string, i32>")
spell(is is "map<string, i64>")
refused_with(E0301 "bank::account_marked" "${account}" "revision<1>" "${field}" "${was}" "${is}")
refused(bank_schema_lock "account.marked revision 1 (line 2) changed: `notes` was map<string, i32>, now map<string, i64>")
lock_is("${title}${marked}${withdrawn}")
edit("std::int64_t> notes" "std::int32_t> notes")

# A version that is gone is neither built nor taken off the lock.
edit("v1::money_withdrawn, money_withdrawn" "v1::money_withdrawn")
refused_with(E0303 "bank::events" "${money}" "revision<2>")
refused(bank_schema_lock "money.withdrawn revision 2 (line 7) is not in the catalogue any more")
lock_is("${title}${marked}${withdrawn}")
edit("event<\"money.withdrawn\", v1::money_withdrawn" "event<\"money.withdrawn\", v1::money_withdrawn, money_withdrawn")

# An enumerator may be added, and is locked when the lock is next written. From then on it has its value for good.
edit("shut /*more*/" "shut, frozen")
build(bank)
build(bank_schema_lock)
string(REPLACE "shut = 1" "shut = 1; frozen = 2" marked "${marked}")
lock_is("${title}${marked}${withdrawn}")
edit("shut, frozen" "shut, broke, frozen")
spell(field field "as.frozen")
refused_with(E0301 "bank::account_marked" "${account}" "${field}" "was<'2'>" "is<'3'>")
edit("shut, broke, frozen" "shut, frozen")

# A lock that is changed by hand is checked anew, whether or not it is in order.
build(bank)
string(REPLACE "amount: i64" "amount: i16" forged "${withdrawn}")
file(WRITE "${lock}" "${withdrawn}${marked}")
build(bank)
file(WRITE "${lock}" "${title}${marked}${forged}")
refused(bank "E0301" "was<'i', '1', '6'>")

# A lock that a merge left in pieces is no lock.
file(WRITE "${lock}" "${title}${marked}${withdrawn}<<<<<<< ours\n")
refused(bank_schema_lock "line 10: a conflict of a merge is left there")
file(WRITE "${lock}" "${title}${marked}${withdrawn}")

# For another machine the lock is checked as well; only to write it a program has to run.
configure(cross -DCMAKE_SYSTEM_NAME=Linux)
set(folder cross)
refused(bank_schema_lock "this build is for another machine")
run("${CMAKE_COMMAND}" --build "${WORK_DIR}/cross" --target bank)
