# The ODB compiler and its runtimes from Debian's packages.
#   ODB::odb ODB::sqlite ODB::pgsql, and odb_generate(<target> HEADERS ...)
#
# libodb 2.4.0-1 (the build for Debian 11 and 12) declares operator new with
# throw(std::bad_alloc), which C++17 does not accept. Two of its headers are therefore
# copied into the build folder with the specification taken out, and that folder is put
# before /usr/include. libodb 2.4.0-2 (Debian 13) needs no such thing and gets none.
find_program(ODB_EXECUTABLE odb)
find_path(ODB_INCLUDE_DIR odb/database.hxx)
find_library(ODB_LIBRARY odb)
find_library(ODB_SQLITE_LIBRARY odb-sqlite)
find_library(ODB_PGSQL_LIBRARY odb-pgsql)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ODB REQUIRED_VARS
  ODB_EXECUTABLE ODB_INCLUDE_DIR ODB_LIBRARY ODB_SQLITE_LIBRARY ODB_PGSQL_LIBRARY)

set(ODB_COMPAT_DIR)
file(READ ${ODB_INCLUDE_DIR}/odb/details/shared-ptr/base.hxx _odb_base)
if(NOT _odb_base MATCHES "ODB_NOTHROW_NOEXCEPT")
  set(ODB_COMPAT_DIR ${CMAKE_BINARY_DIR}/odb-compat)
  foreach(_f base.hxx base.ixx)
    file(READ ${ODB_INCLUDE_DIR}/odb/details/shared-ptr/${_f} _text)
    string(REPLACE " throw (std::bad_alloc)" "" _text "${_text}")
    string(REPLACE " throw ()" " noexcept" _text "${_text}")
    file(CONFIGURE OUTPUT ${ODB_COMPAT_DIR}/odb/details/shared-ptr/${_f} CONTENT "${_text}" @ONLY)
  endforeach()
endif()

if(NOT TARGET ODB::odb)
  add_library(ODB::odb INTERFACE IMPORTED)
  # -I before -isystem: the patched copies must be found first.
  target_include_directories(ODB::odb SYSTEM INTERFACE ${ODB_COMPAT_DIR})
  target_link_libraries(ODB::odb INTERFACE ${ODB_LIBRARY})
  add_library(ODB::sqlite INTERFACE IMPORTED)
  target_link_libraries(ODB::sqlite INTERFACE ${ODB_SQLITE_LIBRARY} ODB::odb)
  add_library(ODB::pgsql INTERFACE IMPORTED)
  target_link_libraries(ODB::pgsql INTERFACE ${ODB_PGSQL_LIBRARY} ODB::odb)
endif()

# odb_generate(target HEADERS a.h ... [DEPENDS file...] [SQLITE_ONLY])
# For each header of this folder: common, sqlite and pgsql code and the schema as statements, into
# <build>/gen/<folder>, added to target. The folder's traits_sqlite.h and traits_pgsql.h say how
# column types are stored; they and DEPENDS are what the headers include. <folder> is as seen from
# the root of the sources, as in every #include. With SQLITE_ONLY the code is for SQLite alone, which
# needs no traits, and its schema is named after the last folder.
#
# The compiler knows no C++17, but passes -std to the g++ that it is a plugin of. Foreign keys are
# not deferrable, so that an error comes from the statement that makes it and not from COMMIT.
function(odb_generate target)
  cmake_parse_arguments(A "SQLITE_ONLY" "" "HEADERS;DEPENDS" ${ARGN})
  get_filename_component(root ${AUTOPULSE_ROOT} ABSOLUTE)
  file(RELATIVE_PATH folder ${root} ${CMAKE_CURRENT_SOURCE_DIR})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/gen/${folder})
  file(MAKE_DIRECTORY ${out})
  set(includes -I ${root})
  if(ODB_COMPAT_DIR)
    list(PREPEND includes -I ${ODB_COMPAT_DIR})
  endif()
  string(REPLACE "/" "_" long_name autopulse/callevents/${folder}/)
  if(A_SQLITE_ONLY)
    get_filename_component(schema ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    set(parts odb)
    set(traits)
    set(databases -d sqlite --schema-name ${schema})
  else()
    set(parts odb odb-sqlite odb-pgsql)
    set(traits traits_sqlite.h traits_pgsql.h)
    set(databases --multi-database dynamic -d common -d sqlite -d pgsql
      --fkeys-deferrable-mode not_deferrable
      --hxx-prologue "sqlite:#include \"${folder}/traits_sqlite.h\""
      --hxx-prologue "pgsql:#include \"${folder}/traits_pgsql.h\"")
  endif()
  foreach(header IN LISTS A_HEADERS)
    get_filename_component(name ${header} NAME_WE)
    set(outs)
    foreach(part IN LISTS parts)
      list(APPEND outs ${out}/${name}-${part}.cc ${out}/${name}-${part}.h ${out}/${name}-${part}.ipp)
    endforeach()
    add_custom_command(
      OUTPUT ${outs}
      COMMAND ${ODB_EXECUTABLE} --std c++14 -x -std=c++17 ${includes}
        ${databases}
        --generate-query --generate-prepared
        --generate-schema --schema-format embedded --suppress-migration
        --statement-regex "/(.+)${long_name}(.+)/$1$2/"
        --hxx-suffix .h --cxx-suffix .cc --ixx-suffix .ipp --include-prefix ${folder}
        -o ${out} ${CMAKE_CURRENT_SOURCE_DIR}/${header}
      DEPENDS ${header} ${traits} ${A_DEPENDS} VERBATIM)
    target_sources(${target} PRIVATE ${outs})
  endforeach()
  target_include_directories(${target} PUBLIC ${root})
  target_include_directories(${target} SYSTEM PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/gen)
endfunction()
