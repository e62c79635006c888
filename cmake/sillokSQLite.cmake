# Finds SQLite as a target: of the parent project, or by CMake's own module, which calls its target by one name or the other. Nothing
# where there is none of 3.37 or later.
function(sillok_find_sqlite result)
    if(NOT TARGET SQLite::SQLite3 AND NOT TARGET SQLite3::SQLite3)
        find_package(SQLite3 3.37 QUIET)
    endif()
    set(${result} "" PARENT_SCOPE)
    foreach(target IN ITEMS SQLite3::SQLite3 SQLite::SQLite3)
        if(TARGET ${target})
            set(${result} ${target} PARENT_SCOPE)
            return()
        endif()
    endforeach()
endfunction()
