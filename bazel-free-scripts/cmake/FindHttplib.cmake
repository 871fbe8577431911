# cpp-httplib 0.18 or later, as one header: Httplib::Httplib.
#
# Debian 12 has 0.11.4, which lets too much through; install-deps.sh puts Debian 13's
# source header into AUTOPULSE_HTTPLIB_DIR there. Debian 13's own package is compiled
# as a library whose ABI depends on macros (OpenSSL, zlib, brotli) that we do not want,
# so the same source header is used on both.
find_path(HTTPLIB_INCLUDE_DIR httplib.h PATHS ${AUTOPULSE_HTTPLIB_DIR} NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Httplib REQUIRED_VARS HTTPLIB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run bazel-free-scripts/install-deps.sh")
if(NOT TARGET Httplib::Httplib)
  add_library(Httplib::Httplib INTERFACE IMPORTED)
  target_include_directories(Httplib::Httplib SYSTEM INTERFACE ${HTTPLIB_INCLUDE_DIR})
  # The library's own backlog is 5: connections beyond it wait for a second or more.
  target_compile_definitions(Httplib::Httplib INTERFACE CPPHTTPLIB_LISTEN_BACKLOG=1024)
  # It refuses sockets above FD_SETSIZE unless it is told to poll; its client needs OpenSSL for https.
  # Here, for all who include it: its classes differ with these.
  target_compile_definitions(Httplib::Httplib INTERFACE
    CPPHTTPLIB_USE_POLL CPPHTTPLIB_OPENSSL_SUPPORT)
  target_link_libraries(Httplib::Httplib INTERFACE OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
endif()
