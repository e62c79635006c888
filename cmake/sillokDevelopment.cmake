# What our own tests, examples and benchmarks are built with. Nothing in here reaches a consumer.

set(SILLOK_SANITIZE "" CACHE STRING "Sanitizers for our own builds, as -fsanitize= takes them")

# The library as an ordinary include directory (warnings in our headers must show) plus our own flags.
add_library(sillok_development INTERFACE)
target_link_libraries(sillok_development INTERFACE sillok::sillok)
target_compile_options(sillok_development INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                                    $<$<BOOL:${SILLOK_WERROR}>:-Werror>)
if(SILLOK_SANITIZE)
    set(sillok_sanitize_flags "-fsanitize=${SILLOK_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(sillok_development INTERFACE ${sillok_sanitize_flags})
    target_link_options(sillok_development INTERFACE ${sillok_sanitize_flags})
endif()
