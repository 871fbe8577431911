# What every folder of the project builds with: packages, warnings, the two functions.
set(AUTOPULSE_ROOT ${CMAKE_CURRENT_LIST_DIR}/../..)
cmake_path(NORMAL_PATH AUTOPULSE_ROOT)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Protobuf REQUIRED)     # module mode: Debian ships no protobuf-config.cmake
find_package(gRPC CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(simdjson CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(ODB REQUIRED)
find_package(Httplib REQUIRED)

if(AUTOPULSE_SANITIZERS)
  # ODB's own query.hxx copies an unset bool; that is all of UBSan's bool check.
  add_compile_options(-fsanitize=${AUTOPULSE_SANITIZERS} -fno-omit-frame-pointer -g1)
  if(AUTOPULSE_SANITIZERS MATCHES undefined)
    add_compile_options(-fno-sanitize=bool -fno-sanitize-recover=undefined)
  endif()
  add_link_options(-fsanitize=${AUTOPULSE_SANITIZERS})
endif()

# What every target of ours is compiled with. Generated code is not.
add_library(autopulse_options INTERFACE)
target_compile_options(autopulse_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror
  "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Wno-unknown-pragmas>"  # of ODB; SHELL: once more, behind -Wall
  # GCC 14 thinks that an exception could leave a buffer of ODB's without a value.
  "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,14>>:-Wno-maybe-uninitialized>")
target_include_directories(autopulse_options INTERFACE ${AUTOPULSE_ROOT})
target_compile_definitions(autopulse_options INTERFACE AUTOPULSE_VERSION="${PROJECT_VERSION}")

# autopulse_library(NAME SOURCES file... [DEPENDS target...]): one folder, one target.
function(autopulse_library name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_link_libraries(${name} PUBLIC ${A_DEPENDS} PRIVATE $<BUILD_INTERFACE:autopulse_options>)
  target_include_directories(${name} PUBLIC ${AUTOPULSE_ROOT})
endfunction()

# autopulse_program(NAME SOURCES file... [DEPENDS target...])
function(autopulse_program name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE ${A_DEPENDS} autopulse_options)
endfunction()

# autopulse_reads_sources(file...): these sources of the current folder open files of the tree. Only
# they are told its path, so that a compiler cache serves all the others in any clone.
function(autopulse_reads_sources)
  set_source_files_properties(${ARGN} PROPERTIES
    COMPILE_DEFINITIONS AUTOPULSE_SOURCE_DIR="${AUTOPULSE_ROOT}")
endfunction()

# autopulse_test(NAME SOURCES file... [DEPENDS target...] [LABELS label...]): one GoogleTest program.
function(autopulse_test name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPENDS;LABELS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE ${A_DEPENDS} GTest::gmock_main autopulse_options)
  if(AUTOPULSE_SANITIZERS MATCHES thread)  # tests/sanitizers/README.md
    target_sources(${name} PRIVATE ${AUTOPULSE_ROOT}/tests/sanitizers/annotate_abseil.cc)
    target_link_libraries(${name} PRIVATE absl::synchronization)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  set(timeout 300)
  if(AUTOPULSE_SANITIZERS)  # what runs for seconds takes minutes with them
    set(timeout 900)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${A_LABELS}" TIMEOUT ${timeout})
endfunction()
